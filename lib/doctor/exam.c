/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exam.h"

/* In the order in which they are told; what is quick comes first, and tells whether packets make sense. */
const struct check checks[] = {
	{ "kernel", NULL, check_kernel, false },
	{ "device", NULL, check_device, false },
	{ "IPv4 way", NULL, check_underlay, false },
	{ "NAT", NULL, check_nat, false },
	{ "others' filters", NULL, check_filters, false },
	{ "answers", start_echo, check_echo, true },
	{ "connection tracking", NULL, check_tracking, true },
	{ "packet size", start_mtu, check_mtu, true },
	{ "MSS", NULL, check_mss, false },
	{ "IPv6 route", NULL, check_routes, false },
	{ "prefixes", NULL, check_prefixes, false },
	{ "forwarding", NULL, check_forwarding, false },
	{ "proxy NDP", NULL, check_proxy, false },
	{ "upstream", start_upstream, check_upstream, true },
	{ "source filter", start_filtered, check_filtered, true },
	{ "TCP", start_tcp, check_tcp, true },
	{ "names", start_names, check_names, true },
	{ "state", NULL, check_drift, false },
	{ .name = NULL },
};

const char *exam_word(struct exam *e, const char *name)
{
	return quote_word(name, e->words[e->n_words++ % EXAM_WORDS], EXAM_WORD);
}

const char *exam_conf(struct exam *e, const char *ifname, const char *leaf)
{
	char key[SYSCTL_KEY_SIZE];

	snprintf(key, sizeof(key), "net/ipv6/conf/%s/%s", ifname, leaf);
	return exam_word(e, key);
}

/* Names of others may hold any bytes: what is no plain text is shown as such. Was there any? */
static bool make_plain(char *text)
{
	bool changed = false;

	for (unsigned char *p = (unsigned char *)text; *p; p++)
		if (*p < ' ' || *p >= 127) {
			*p = '?';
			changed = true;
		}
	return changed;
}

struct finding *exam_found(struct exam *e, enum cause_id cause, const char *evidence, ...)
{
	struct finding *f = &e->findings[e->n_findings < EXAM_FINDINGS ? e->n_findings++ : EXAM_FINDINGS - 1];
	va_list ap;

	memset(f, 0, sizeof(*f));
	f->cause = cause;
	va_start(ap, evidence);
	vsnprintf(f->evidence, sizeof(f->evidence), evidence, ap);
	va_end(ap);
	make_plain(f->evidence);
	snprintf(f->remedy, sizeof(f->remedy), "%s", causes[cause].remedy);
	return f;
}

static void set_remedy(struct finding *f, bool command, const char *fmt, va_list ap) PRINTF(3, 0);

static void set_remedy(struct finding *f, bool command, const char *fmt, va_list ap)
{
	vsnprintf(f->remedy, sizeof(f->remedy), fmt, ap);
	/* A command in which a name is not what it was is none. */
	f->command = !make_plain(f->remedy) && command;
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
	vsnprintf(e->text, sizeof(e->text), text, ap);
	va_end(ap);
	make_plain(e->text);
}

void exam_skip(struct exam *e, const char *why, ...)
{
	va_list ap;

	e->skipped = true;
	va_start(ap, why);
	vsnprintf(e->text, sizeof(e->text), why, ap);
	va_end(ap);
	make_plain(e->text);
}

void exam_own(struct exam *e, int fd)
{
	if (fd >= 0 && e->n_descriptors < EXAM_DESCRIPTORS)
		e->descriptors[e->n_descriptors++] = fd;
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
	return !e->p.link || !e->p.link->up || exam_has(e, CAUSE_IPV6_OFF) || exam_has(e, CAUSE_IPV6_DISABLED_HOST) ||
	       exam_has(e, CAUSE_IPV6_DISABLED_DEVICE) || exam_has(e, CAUSE_NAME_TAKEN) ||
	       exam_has(e, CAUSE_REMOTE_NO_ROUTE);
}

const char *exam_repair(const struct exam *e)
{
	return e->p.told && e->p.repair[0] ? e->p.repair : NULL;
}

void exam_mend(const struct exam *e, struct finding *f, const char *command)
{
	exam_command(f, "%s", exam_repair(e) ? exam_repair(e) : command);
}

void exam_respell(const struct exam *e, const char *parameter, const char *value, char *buf, size_t size)
{
	struct spec changed = e->p.spec;
	struct told_tunnel *told = told_find(&e->ch->told, e->p.spec.role, e->p.spec.name);
	const struct param *p;
	struct err ignored;
	uint32_t seen = 0;
	FILE *out = fmemopen(buf, size, "w");

	*buf = '\0';
	if (!out)
		return;
	if (told && e->p.told)
		changed = told->spec;
	p = param_find(changed.role, parameter);
	if (p && !spec_more_words(&changed, 2, (char *[]){ (char *)parameter, (char *)value }, &seen, &ignored)) {
		fputs(e->prefix, out);
		spec_command(&changed, out);
	}
	fclose(out);
}

static void add_result(struct exam *e, enum outcome outcome, const char *text)
{
	struct result *r = &e->results[e->n_results];

	if (e->n_results == EXAM_RESULTS)
		return;
	e->n_results++;
	r->check = e->check;
	r->outcome = outcome;
	snprintf(r->text, sizeof(r->text), "%s", text);
}

static void judge(struct exam *e, const struct check *c)
{
	e->check = c->name;
	e->found_before = e->n_findings;
	e->skipped = false;
	e->text[0] = '\0';
	c->judge(e);
	for (unsigned int i = e->found_before; i < e->n_findings; i++) {
		char text[EXAM_TEXT];

		snprintf(text, sizeof(text), "%.200s: %.600s", causes[e->findings[i].cause].what,
			 e->findings[i].evidence);
		add_result(e, OUTCOME_FAILED, text);
	}
	if (e->found_before == e->n_findings)
		add_result(e, e->skipped ? OUTCOME_SKIPPED : OUTCOME_OK, e->text);
}

static void open_watches(struct exam *e)
{
	struct watch_filter outer = { .v4 = true, .remote = e->p.remote, .far = e->p.has_far ? &e->p.far : NULL },
			    all = { 0 };
	const struct link *uplink = e->p.uplink[0] ? snapshot_link(&e->ch->s, e->p.uplink) : NULL;

	e->underlay.fd = e->inside.fd = e->uplink.fd = -1;
	if (!e->raw)
		return;
	if (e->p.underlay)
		watch_open(&e->underlay, &e->loop, e->p.underlay->index, &outer);
	if (e->p.link)
		watch_open(&e->inside, &e->loop, e->p.link->index, &all);
	if (uplink)
		watch_open(&e->uplink, &e->loop, uplink->index, &all);
}

void exam_run(struct exam *e)
{
	e->loop.epoll = -1;
	e->world = (struct world){ .c = &e->ch->c, .s = &e->ch->s, .j = &e->ch->j, .told = &e->ch->told };
	e->underlay.fd = e->inside.fd = e->uplink.fd = -1;
	for (const struct check *c = checks; c->name; c++)
		if (!c->late)
			judge(e, c);
	if (!loop_open(&e->loop)) {
		open_watches(e);
		for (const struct check *c = checks; c->name; c++)
			if (c->start)
				c->start(e);
		loop_run(&e->loop, loop_now() + INT64_C(1000) * EXAM_SECONDS);
	}
	for (const struct check *c = checks; c->name; c++)
		if (c->late)
			judge(e, c);
}

const struct finding *exam_verdict(const struct exam *e)
{
	const struct finding *best = NULL;

	for (unsigned int i = 0; i < e->n_findings; i++)
		if (!best || e->findings[i].cause < best->cause)
			best = &e->findings[i];
	return best;
}

void exam_free(struct exam *e)
{
	watch_close(&e->underlay);
	watch_close(&e->inside);
	watch_close(&e->uplink);
	loop_close(&e->loop);
	for (unsigned int i = 0; i < e->n_descriptors; i++)
		close(e->descriptors[i]);
	free(e->echo);
	free(e->mtu);
	free(e->trials);
	free(e->lookups);
	free(e->upstream);
}
