/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "say.h"
#include "base/quote.h"
#include "plan/plan.h"

#define COLUMNS_MAX 80 /* longer lines are hard to read */
#define COLUMNS_MIN 40 /* narrower terminals wrap lines themselves */

/* Current position in a batch: every message begins with it, after the program's name. */
static char place[300];

enum status not_found(const struct command *cmd, const char *name)
{
	struct err err;

	err_sys(&err, ENOENT, "%s", name);
	err_why(&err, "there is no %s with this name", role_noun(cmd->role));
	err_hint(&err, "see 'sitctl %s show'", role_object(cmd->role));
	return fail(&err);
}

/* How long a line may be. One column less than the terminal has: some break a line that fills it. */
static int line_length(void)
{
	static int length;
	struct winsize size;

	if (length)
		return length;
	length = COLUMNS_MAX - 1;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col >= COLUMNS_MIN && size.ws_col < COLUMNS_MAX)
		length = size.ws_col - 1;
	return length;
}

/* Print TEXT, already escaped, from column AT, in lines that fit the terminal; further lines begin at INDENT. */
static void wrap(int at, int indent, const char *text)
{
	const int length = line_length();
	bool begin = true;

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (!begin && at + 1 + len > length) {
			printf("\n%*s", indent, "");
			at = indent;
			begin = true;
		}
		at += printf("%s%.*s", begin ? "" : " ", len, text);
		begin = false;
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

void print_wrapped(int at, int indent, const char *text)
{
	char *shown = NULL;
	size_t size;
	FILE *out = open_memstream(&shown, &size);

	if (out) {
		print_escaped(out, text);
		fclose(out);
	}
	wrap(at, indent, shown ? shown : "");
	free(shown);
}

void show_row(const struct ctx *ctx, const char *name, enum color c, const char *value)
{
	printf("    %-15s %s", name, c == COLOR_NONE ? "" : color(ctx, c));
	print_text(value);
	printf("%s\n", c == COLOR_NONE ? "" : color(ctx, COLOR_NONE));
}

void set_place(const char *file, unsigned int line)
{
	*place = '\0';
	if (file)
		snprintf(place, sizeof(place), "%.250s:%u: ", file, line);
}

/* A message may quote any bytes: none of them may control a terminal. */
static void say(const char *text)
{
	fprintf(stderr, "sitctl: %s", place);
	print_escaped(stderr, text);
	fputc('\n', stderr);
}

void print_text(const char *text)
{
	print_escaped(stdout, text);
}

enum status fail(const struct err *err)
{
	char text[2048];

	say(err_text(err, text, sizeof(text)));
	return err->usage ? STATUS_USAGE : STATUS_REFUSED;
}

void say_errors(const struct errors *e)
{
	char text[64];

	for (size_t i = 0; i < errors_kept(e); i++)
		say(e->texts[i] ? e->texts[i] : strerror(ENOMEM));
	if (errors_more(e, text, sizeof(text)))
		say(text);
}

enum status fail_conf(const struct conf *f)
{
	say_errors(&f->errors);
	if (!f->errors.n)
		return STATUS_OK;
	return f->errors.n > f->n_unresolved ? STATUS_USAGE : STATUS_REFUSED;
}

void warning(const struct ctx *ctx, const char *fmt, ...)
{
	char text[WARNING_SIZE];
	va_list ap;

	if (ctx->quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say(text);
}

const char *color(const struct ctx *ctx, enum color which)
{
	static const char *const codes[] = {
		[COLOR_NONE] = "\033[0m",  [COLOR_DEV] = "\033[36m", [COLOR_ADDRESS] = "\033[35m",
		[COLOR_GOOD] = "\033[32m", [COLOR_BAD] = "\033[31m",
	};

	return ctx->color ? codes[which] : "";
}

void print_json(const struct ctx *ctx, json_t *json)
{
	json_dumpf(json, stdout, (ctx->pretty ? JSON_INDENT(4) : JSON_COMPACT) | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(json);
}

void print_program(const struct ctx *ctx, FILE *out)
{
	fputs("sitctl ", out);
	if (ctx->netns) {
		fputs("-n ", out);
		print_word(out, ctx->netns);
		fputc(' ', out);
	}
}

json_t *param_json(const struct spec *spec, const struct param *p)
{
	char value[VALUE_TEXT];
	json_t *array;

	if (!p->repeats) {
		if (!param_text(p, spec, 0, value))
			return NULL;
		if (p->number && !p->number->hex && value[strspn(value, "0123456789")] == '\0')
			return json_integer(strtoll(value, NULL, 10));
		return json_string(value);
	}
	array = json_array();
	for (unsigned int i = 0; param_text(p, spec, i, value); i++)
		json_array_append_new(array, json_string(value));
	return array;
}
