/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitctl: options, context, exit status. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "commands.h"
#include "ctx.h"
#include "dispatch.h"
#include "help.h"
#include "netns.h"
#include "options.h"
#include "rights.h"
#include "say.h"
#include "trial.h"
#include "base/err.h"
#include "base/lazy.h"
#include "base/parse.h"
#include "conf/conf.h"

static enum status bad_option(const char *word, const char *why)
{
	const char *meant = option_meant(word);
	struct err err;

	err_usage(&err, word, "%s", why);
	if (meant && (word[1] != '-' || strncmp(meant, word + 2, strlen(meant))))
		err_hint(&err, "did you mean '--%s'?", meant);
	else
		err_hint(&err, "see 'sitctl help'");
	return fail(&err);
}

static bool take_seconds(struct ctx *ctx, const char *value)
{
	const char *why;

	return parse_u32(value, 1, TRIAL_SECONDS_MAX, &ctx->try_for, &why);
}

static bool set_color(struct ctx *ctx, const char *value)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	if (!value || !strcmp(value, "always"))
		ctx->color = true;
	else if (!strcmp(value, "never"))
		ctx->color = false;
	else if (!strcmp(value, "auto"))
		ctx->color = isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb");
	else
		return false;
	return true;
}

/* *DONE is set by options that end the run immediately. */
static bool take_option(struct ctx *ctx, char letter, const char *value, bool *done)
{
	switch (letter) {
	case 'V':
		printf("sitctl %s\n", SITCTL_VERSION);
		*done = true;
		return true;
	case 'h':
		help_root(ctx->commands);
		*done = true;
		return true;
	case 'j': ctx->json = true; return true;
	case 'p': ctx->pretty = true; return true;
	case 'd': ctx->details = true; return true;
	case 's': ctx->statistics = true; return true;
	case 'D': ctx->dry_run = true; return true;
	case 'q': ctx->quiet = true; return true;
	case 'n': ctx->netns = value; return true;
	case 'f': ctx->file = value; return true;
	case 'b': ctx->batch = value; return true;
	case OPTION_BRIEF: ctx->brief = true; return true;
	case OPTION_SAVE: ctx->save = true; return true;
	case OPTION_TRY: return take_seconds(ctx, value);
	case OPTION_UNLESS_DOWN: ctx->unless_down = true; return true;
	case OPTION_FORCE: ctx->force = true; return true;
	case 'c': return set_color(ctx, value);
	default: return false;
	}
}

/* Why the option does not accept a value. */
static const char *bad_value(const struct option_row *o)
{
	return o->letter == OPTION_TRY ? "needs a number of seconds, from 1 to 86400"
				       : "does not have one of the values auto, always, never";
}

/* Handle the option at argv[*i], advancing *i past its value. */
static enum status take_word(struct ctx *ctx, int argc, char **argv, int *i, bool *done)
{
	char *word = argv[*i];
	const char *equals = strchr(word, '=');
	bool is_long = word[1] == '-';

	if (option_of_ip(word))
		return bad_option(word, "is not an option");
	for (char *p = word + 1; *p && !*done; p++) {
		const struct option_row *o = is_long ? option_by_name(word + 2, equals ? (size_t)(equals - word - 2)
										       : strlen(word + 2))
						     : option_by_letter(*p);
		const char *value = NULL;

		if (!o)
			return bad_option(word, "is not an option");
		if (o->value && is_long)
			value = equals ? equals + 1 : NULL;
		else if (o->value && p[1]) /* -nNAME, -c=never */
			value = p[1] == '=' ? p + 2 : p + 1;
		else if (!o->value && is_long && equals)
			return bad_option(word, "takes no value");
		if (o->value && o->value[0] != '[' && !value) {
			if (++*i >= argc)
				return bad_option(word, "has no value");
			value = argv[*i];
		}
		if (!take_option(ctx, o->letter, value, done))
			return bad_option(word, bad_value(o));
		if (is_long || value)
			break;
	}
	return STATUS_OK;
}

int main(int argc, char **argv)
{
	struct ctx ctx = { .commands = root_commands };
	enum status status = STATUS_OK;
	bool done = false;
	struct err err;
	int i;

	/* A message is one write, however many pieces it is made of. */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	if (rights_own(&err))
		return fail(&err);
	set_color(&ctx, "auto");
	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1] && !done && !status; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		status = take_word(&ctx, argc, argv, &i, &done);
	}
	if (!status && !done && ctx.try_for && ctx.batch)
		status = bad_option("--try", "cannot be used with --batch");
	if (!status && !done && ctx.try_for && ctx.file && conf_is_input(ctx.file))
		status = bad_option("--try",
				    "cannot be used with a file from standard input, where it waits for Enter");
	if (!status && !done && ctx.force && !ctx.batch)
		status = bad_option("--force", "has an effect only with --batch");
	if (!status && !done &&
	    ((ctx.json && lazy_load(&lazy_jansson, &err)) || (ctx.netns && enter_netns(ctx.netns, &err)) ||
	     rights_drop(&ctx, i < argc && !strcmp(argv[i], "doctor"), &err)))
		status = fail(&err);
	if (!status && !done)
		status = ctx.batch ? run_batch(&ctx, argc - i, argv + i) : dispatch(&ctx, argc - i, argv + i);
	/* A full disk or a closed pipe is a failure like any other. */
	if ((fflush(stdout) || ferror(stdout)) && !status) {
		fputs("sitctl: standard output: write error\n", stderr);
		status = STATUS_REFUSED;
	}
	return status;
}
