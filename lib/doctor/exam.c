/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor/exam.h"
#include "base/list.h"
#include "base/quote.h"
#include "doctor/resolver.h"
#include "kernel/sysctl.h"
#include "spec/params.h"
#include "state/snapshotfind.h"

const char *exam_word(struct exam *e, const char *name)
{
	return quote_word(name, e->words[e->n_words++ % EXAM_WORDS], EXAM_WORD);
}

const char *exam_conf(struct exam *e, uint8_t version, const char *ifname, const char *leaf)
{
	const struct sysctl sysctl = { .ifname = ifname, .leaf = leaf, .version = version };
	char key[SYSCTL_KEY_SIZE], text[SYSCTL_KEY_SIZE];

	sysctl_key(&sysctl, key);
	return exam_word(e, sysctl_text(key, text));
}

const char *exam_ifname(const struct exam *e, uint32_t index)
{
	const struct link *l = snapshot_link_index(&e->host->s, index);

	return l ? l->name : "another interface";
}

/* Format into BUF, with odd bytes of foreign names escaped. Returns true if the text is complete and unchanged. */
static bool say(char *buf, size_t size, const char *fmt, va_list ap) PRINTF(3, 0);

static bool say(char *buf, size_t size, const char *fmt, va_list ap)
{
	char text[EXAM_REMEDY];
	int len = vsnprintf(text, sizeof(text), fmt, ap);
	FILE *out = fmemopen(buf, size - 1, "w");

	memset(buf, 0, size);
	if (!out)
		return false;
	print_escaped(out, text);
	return !fclose(out) && len >= 0 && (size_t)len < sizeof(text) && !strcmp(buf, text);
}

struct finding *exam_found(struct exam *e, enum cause_id cause, const char *evidence, ...)
{
	struct finding *f = &e->findings[e->n_findings < EXAM_FINDINGS ? e->n_findings++ : EXAM_FINDINGS - 1];
	va_list ap;

	memset(f, 0, sizeof(*f));
	f->cause = cause;
	va_start(ap, evidence);
	say(f->evidence, sizeof(f->evidence), evidence, ap);
	va_end(ap);
	snprintf(f->remedy, sizeof(f->remedy), "%s", causes[cause].remedy);
	return f;
}

static void set_remedy(struct finding *f, bool command, const char *fmt, va_list ap) PRINTF(3, 0);

static void set_remedy(struct finding *f, bool command, const char *fmt, va_list ap)
{
	/* A command that was truncated, or in which a name was escaped, must not be run. */
	f->command = say(f->remedy, sizeof(f->remedy), fmt, ap) && command && f->remedy[0];
	if (command && !f->command)
		snprintf(f->remedy, sizeof(f->remedy), "%s", causes[f->cause].remedy);
}

void exam_command(struct finding *f, const char *command, ...)
{
	va_list ap;

	va_start(ap, command);
	set_remedy(f, true, command, ap);
	va_end(ap);
}

void exam_advice(struct finding *f, const char *advice, ...)
{
	va_list ap;

	va_start(ap, advice);
	set_remedy(f, false, advice, ap);
	va_end(ap);
}

void exam_ok(struct exam *e, const char *text, ...)
{
	va_list ap;

	va_start(ap, text);
	say(e->text, sizeof(e->text), text, ap);
	va_end(ap);
}

void exam_skip(struct exam *e, const char *why, ...)
{
	va_list ap;

	e->skipped = true;
	va_start(ap, why);
	say(e->text, sizeof(e->text), why, ap);
	va_end(ap);
}

void exam_own(struct exam *e, int fd)
{
	int *grown = fd >= 0 ? list_grow(e->descriptors, e->n_descriptors, sizeof(fd)) : NULL;

	if (!grown)
		return;
	e->descriptors = grown;
	grown[e->n_descriptors++] = fd;
}

bool exam_has(const struct exam *e, enum cause_id cause)
{
	for (unsigned int i = 0; i < e->n_findings; i++)
		if (e->findings[i].cause == cause)
			return true;
	return false;
}

bool exam_hopeless(const struct exam *e)
{
	return !e->subject.link || !e->subject.link->up || exam_has(e, CAUSE_IPV6_OFF) ||
	       exam_has(e, CAUSE_IPV6_DISABLED_HOST) || exam_has(e, CAUSE_IPV6_DISABLED_DEVICE) ||
	       exam_has(e, CAUSE_NAME_TAKEN) || exam_has(e, CAUSE_REMOTE_NO_ROUTE) ||
	       exam_has(e, CAUSE_REMOTE_REFUSED) || exam_has(e, CAUSE_UNDERLAY_VRF);
}

bool exam_answered(const struct exam *e)
{
	return e->seen.answered6 || e->seen.answered_tcp;
}

const char *exam_repair(const struct exam *e)
{
	return e->subject.desired && e->subject.repair[0] ? e->subject.repair : NULL;
}

void exam_mend(const struct exam *e, struct finding *f, const char *command)
{
	exam_command(f, "%s", exam_repair(e) ? exam_repair(e) : command);
}

void exam_written(FILE *out, char *buf, size_t size)
{
	/* fmemopen() silently uses the last byte for the terminating null byte. */
	if (fclose(out) || strlen(buf) + 1 >= size)
		*buf = '\0';
}

void exam_respell(const struct exam *e, const char *parameter, const char *value, char *buf, size_t size)
{
	struct spec changed;
	struct desired_tunnel *desired = desired_find(e->desired, e->subject.spec.role,
						      name_text(e->subject.spec.name));
	const struct param *p;
	struct err ignored;
	uint64_t seen = 0;
	FILE *out = fmemopen(buf, size, "w");

	*buf = '\0';
	if (!out)
		return;
	spec_copy(&changed, desired && e->subject.desired ? &desired->spec : &e->subject.spec);
	p = param_find(changed.role, parameter);
	if (p && !spec_more_words(&changed, 2, (char *[]){ (char *)parameter, (char *)value }, &seen, &ignored)) {
		fputs(e->prefix, out);
		spec_command(&changed, out);
	}
	spec_free(&changed);
	exam_written(out, buf, size);
}
