/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --batch FILE: one command per line, one process; errors have line numbers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "dispatch.h"
#include "say.h"

#define WORDS_MAX 512

/* Words are separated by spaces, since no value contains one; a '#' at the beginning of a word starts a comment. */
static int split(char *line, char **words)
{
	int n = 0;

	for (char *word = strtok(line, " \t\r\n"); word && *word != '#' && n < WORDS_MAX;
	     word = strtok(NULL, " \t\r\n"))
		words[n++] = word;
	return n;
}

static enum status run_line(struct ctx *ctx, char *line, ssize_t len)
{
	char *words[WORDS_MAX];
	struct err err;
	int n;

	if (strlen(line) != (size_t)len) {
		err_usage(&err, line, "is followed by a NUL byte: this is not a text file");
		return fail(&err);
	}
	n = split(line, words);
	if (n == WORDS_MAX) {
		err_usage(&err, words[0], "has too many words");
		return fail(&err);
	}
	return n ? dispatch(ctx, n, words) : STATUS_OK;
}

enum status run_batch(struct ctx *ctx, int n, char **words)
{
	bool standard = !strcmp(ctx->batch, "-");
	const char *name = standard ? "standard input" : ctx->batch;
	enum status first = STATUS_OK;
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;
	struct err err;
	ssize_t len;
	FILE *in;

	if (n) {
		err_usage(&err, words[0], "cannot be used here: with --batch, commands come only from the file");
		return fail(&err);
	}
	in = standard ? stdin : fopen(ctx->batch, "re");
	if (!in) {
		err_usage(&err, ctx->batch, "cannot be read: %s", strerror(errno));
		return fail(&err);
	}
	while ((ctx->force || !first) && (len = getline(&line, &size, in)) >= 0) {
		enum status status;

		set_place(name, ++number);
		status = run_line(ctx, line, len);
		if (!first)
			first = status;
	}
	set_place(NULL, 0);
	if (ferror(in) && !first) {
		err_sys(&err, EIO, "%s", name);
		first = fail(&err);
	}
	if (!standard)
		fclose(in);
	free(line);
	return first;
}
