/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctx.h"

#define PROGRESS_MIN 500	/* steps: fewer are done at once */
#define NETNS_DIR "/run/netns/" /* where `ip netns add` keeps them */

/* Where in a batch we are: it belongs to all that is said, as the program's name does. */
static char place[300];

void set_place(const char *file, unsigned int line)
{
	*place = '\0';
	if (file)
		snprintf(place, sizeof(place), "%.250s:%u: ", file, line);
}

/* A message may quote any bytes: none of them shall steer a terminal. */
static void say(const char *text)
{
	fprintf(stderr, "sitctl: %s", place);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p < ' ' || *p >= 127)
			fprintf(stderr, "\\x%02x", *p);
		else
			fputc(*p, stderr);
	}
	fputc('\n', stderr);
}

void print_text(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		/* C0 and DEL, and C1 as UTF-8 has it. */
		bool c1 = *p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;

		if (*p >= ' ' && *p != 127 && !c1) {
			putchar(*p);
			continue;
		}
		printf("\\x%02x", *p);
		if (c1)
			printf("\\x%02x", *++p);
	}
}

enum status fail(const struct err *err)
{
	char text[2048];

	say(err_text(err, text, sizeof(text)));
	return err->usage ? STATUS_USAGE : STATUS_REFUSED;
}

enum status fail_conf(const struct conf *f)
{
	for (size_t i = 0; i < f->n_errors; i++)
		say(f->errors[i]);
	if (!f->n_errors)
		return STATUS_OK;
	return f->n_errors > f->n_unresolved ? STATUS_USAGE : STATUS_REFUSED;
}

void note(const struct ctx *ctx, const char *fmt, ...)
{
	char text[NOTE_SIZE];
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

int enter_netns(const char *name, struct err *err)
{
	char path[256];
	int fd, ret = 0;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, "..") ||
	    strlen(name) >= sizeof(path) - sizeof(NETNS_DIR))
		return err_usage(err, name, "is not the name of a network namespace");
	snprintf(path, sizeof(path), NETNS_DIR "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		err_usage(err, name, "there is no network namespace of this name");
		err_hint(err, "see 'ip netns list'");
		return -ENOENT;
	}
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		ret = err_sys(err, errno, "network namespace %s", name);
		if (err->code == EPERM || err->code == EACCES)
			err_hint(err, "this needs root: try 'sudo sitctl'");
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

json_t *param_json(const struct spec *spec, const struct param *p)
{
	char value[VALUE_TEXT];
	json_t *array;

	if (!p->repeats) {
		if (!p->format(spec, 0, value))
			return NULL;
		if (p->number && value[strspn(value, "0123456789")] == '\0')
			return json_integer(strtoll(value, NULL, 10));
		return json_string(value);
	}
	array = json_array();
	for (unsigned int i = 0; p->format(spec, i, value); i++)
		json_array_append_new(array, json_string(value));
	return array;
}

static void print_plan(const struct ctx *ctx, const struct plan *plan)
{
	static const char *const op[] = { "add", "change", "delete" };
	json_t *array = ctx->json ? json_array() : NULL;

	for (size_t i = 0; i < plan->n; i++) {
		const struct step *step = &plan->steps[i];
		const struct object *object = step_object(step);
		const struct kind *kind = kinds[object->kind];
		json_t *json;

		if (step_silent(step))
			continue;
		if (!ctx->json) {
			kind->print(step, stdout);
			continue;
		}
		json = json_pack("{s:s, s:s}", "op", op[step->op], "kind", kind->name);
		json_object_update_new(json, kind->json(object));
		json_array_append_new(array, json);
	}
	if (array)
		print_json(ctx, array);
}

/* One line that is written over, and is gone at the end. */
static void show_progress(size_t done, size_t n)
{
	if (done < n)
		fprintf(stderr, "\rsitctl: %zu of %zu steps\033[K", done, n);
	else
		fputs("\r\033[K", stderr);
}

enum status carry_out(const struct ctx *ctx, struct change *ch, const struct scope *scope)
{
	struct err err;

	if (change_plan(ch, scope, &err))
		return fail(&err);
	/* That advice cannot be given is no reason to refuse. */
	if (change_notes(ch, scope, &err)) {
		char text[2048];

		if (err.usage)
			return fail(&err);
		note(ctx, "%s", err_text(&err, text, sizeof(text)));
	}
	for (size_t i = 0; i < ch->plan.n_notes; i++)
		note(ctx, "%s", ch->plan.notes[i]);
	if (ctx->dry_run) {
		print_plan(ctx, &ch->plan);
		return STATUS_OK;
	}
	if (!ctx->quiet && isatty(STDERR_FILENO) && ch->plan.n > PROGRESS_MIN)
		ch->plan.progress = show_progress;
	return change_apply(ch, &err) ? fail(&err) : STATUS_OK;
}
