/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and addresses as programs see them: AAAA records, and which family comes first. */
#include <arpa/inet.h>
#include <cap-ng.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor/resolver.h"
#include "base/inet6.h"
#include "base/list.h"
#include "base/loop.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "spec/spec.h"

#define LOOKUP_MS 7000

/* Runs in the child, which needs no privileges to resolve a name; it writes its result in one piece. */
static void ask(const char *host, int out)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;
	struct resolved r = { .failed = false };
	int ret;

	capng_clear(CAPNG_SELECT_CAPS);
	if (capng_apply(CAPNG_SELECT_CAPS))
		_exit(1);
	ret = getaddrinfo(host, NULL, &hints, &list);
	r.failed = ret == EAI_AGAIN || ret == EAI_FAIL || ret == EAI_SYSTEM;
	r.first_is4 = !ret && list->ai_family == AF_INET;
	for (const struct addrinfo *a = ret ? NULL : list; a; a = a->ai_next) {
		if (a->ai_family == AF_INET && r.n4 < ANSWERS_MAX) {
			r.has4 = true;
			r.all4[r.n4++] = ((const struct sockaddr_in *)(const void *)a->ai_addr)->sin_addr;
			r.addr4 = r.all4[0];
		} else if (a->ai_family == AF_INET6 && !r.has6) {
			r.has6 = true;
			r.addr6 = ((const struct sockaddr_in6 *)(const void *)a->ai_addr)->sin6_addr;
		}
	}
	if (write(out, &r, sizeof(r)) != sizeof(r))
		_exit(1);
	_exit(0);
}

static void end(struct lookup *l)
{
	kill(l->child, SIGKILL);
	waitpid(l->child, NULL, 0);
	close(l->fd);
	l->fd = l->child = -1;
	l->done = true;
}

static void on_answer(struct task *task, bool ready, void *data)
{
	struct lookup *l = data;

	if (!ready || read(l->fd, &l->found, sizeof(l->found)) != sizeof(l->found))
		l->found = (struct resolved){ .failed = true };
	loop_end(&l->e->loop, task);
	end(l);
}

static void begin(struct lookup *l)
{
	int ends[2];

	l->child = -1;
	if (!pipe2(ends, O_CLOEXEC)) {
		l->fd = ends[0];
		l->child = fork();
		if (!l->child)
			ask(l->host, ends[1]);
		close(ends[1]);
		if (l->child < 0)
			close(ends[0]);
	}
	if (l->child > 0 && loop_add(&l->e->loop, l->fd, loop_now() + LOOKUP_MS, on_answer, l, false))
		return;
	if (l->child > 0)
		end(l);
	l->found.failed = l->done = true;
}

void start_names(struct exam *e)
{
	struct in6_addr ignored;

	if (e->subject.desired && e->subject.spec.host && e->subject.remote.s_addr &&
	    (e->far_lookup = calloc(1, sizeof(*e->far_lookup)))) {
		e->far_lookup->e = e;
		e->far_lookup->host = e->subject.spec.host;
		begin(e->far_lookup);
	}

	if (!e->n_targets || !(e->lookups = calloc(e->n_targets, sizeof(*e->lookups))))
		return;
	for (unsigned int i = 0; i < e->n_targets; i++) {
		struct lookup *l = &e->lookups[i];

		l->e = e;
		if (inet_pton(AF_INET6, list_text_at(e->targets, i), &ignored) == 1)
			continue;
		l->host = list_text_at(e->targets, i);
		begin(l);
	}
}

/* Global unicast (RFC 4291 section 2.4), and unique local (RFC 4193). */
static void count_addrs(const struct exam *e, unsigned int *global, unsigned int *ula)
{
	for (size_t i = 0; i < e->host->s.n_addrs; i++) {
		uint8_t first = e->host->s.addrs[i].net.addr.s6_addr[0];

		*global += (first & 0xe0) == 0x20;
		*ula += (first & 0xfe) == 0xfc;
	}
}

/* Append to the line of the check. If one thing could not be found out, the check is skipped. */
static void say_name(struct exam *e, char *all, bool known, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void say_name(struct exam *e, char *all, bool known, const char *fmt, ...)
{
	size_t at = strlen(all);
	va_list ap;

	if (at)
		at += (size_t)snprintf(all + at, EXAM_TEXT - at, "; ");
	va_start(ap, fmt);
	if (at < EXAM_TEXT)
		vsnprintf(all + at, EXAM_TEXT - at, fmt, ap);
	va_end(ap);
	if (known && !e->skipped)
		exam_ok(e, "%s", all);
	else
		exam_skip(e, "%s", all);
}

static void judge_name(struct exam *e, const struct lookup *l, char *all)
{
	const struct resolved *r = &l->found;
	char text[NET6_TEXT];

	if (!l->done || r->failed) {
		say_name(e, all, false, "the resolver did not answer for %.253s", l->host);
		return;
	}
	if (r->has4 && !r->has6) {
		exam_advice(exam_found(e, CAUSE_AAAA_MISSING, "%.253s has the IPv4 address %s, but no IPv6 address",
				       l->host, addr4_text(r->addr4, text)),
			    "compare 'getent ahostsv6 %.253s' with another resolver ('dig AAAA %.253s @RESOLVER'): "
			    "either this host's resolver hides the address, or the target has no IPv6",
			    l->host, l->host);
		return;
	}
	if (!r->has6) {
		say_name(e, all, false, "the resolver has no address for %.253s", l->host);
		return;
	}
	say_name(e, all, true, "%.253s is %s", l->host, addr6_text(&r->addr6, text));
	if (r->first_is4 && !e->subject.server)
		exam_advice(exam_found(e, CAUSE_IPV4_PREFERRED,
				       "for %.253s, getaddrinfo() returns an IPv4 address before %s", l->host, text),
			    "give the tunnel a native global address: with a source address that is unique local, 6to4 "
			    "or Teredo, IPv4 is preferred (see 'label' and 'precedence' in /etc/gai.conf)");
}

/* A silent far end may have moved: its name may have another address now than when the tunnel was set up. */
static void judge_far(struct exam *e)
{
	const struct lookup *l = e->far_lookup;
	char text[NET6_TEXT], remote[NET6_TEXT];

	if (!l || !l->done || l->found.failed || !l->found.has4 || exam_answered(e))
		return;
	for (unsigned int i = 0; i < l->found.n4; i++)
		if (l->found.all4[i].s_addr == e->subject.remote.s_addr)
			return;
	exam_command(exam_found(e, CAUSE_REMOTE_MOVED, "%.253s now resolves to %s, but the tunnel goes to %s", l->host,
				addr4_text(l->found.addr4, text), addr4_text(e->subject.remote, remote)),
		     "%s", exam_repair(e));
}

void check_names(struct exam *e)
{
	unsigned int global = 0, ula = 0;
	char all[EXAM_TEXT] = "";

	count_addrs(e, &global, &ula);
	if (!global && ula && !e->subject.server)
		exam_advice(exam_found(e, CAUSE_ULA_ONLY, "it has %u unique local address%s and no global one", ula,
				       ula == 1 ? "" : "es"),
			    "ask the far end's operator for a global address or prefix (2000::/3), and give it to the "
			    "tunnel");
	else
		say_name(e, all, global, global ? "this host has a global address" : "this host has no global address");
	judge_far(e);
	for (unsigned int i = 0; e->lookups && i < e->n_targets; i++)
		if (e->lookups[i].host)
			judge_name(e, &e->lookups[i], all);
}
