/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the router beyond the uplink route the peer's addresses to this host? It gets echo requests from these
 * addresses; a watch sees its answers, or its neighbour solicitations.
 */
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/inet6.h"
#include "base/list.h"
#include "base/loop.h"
#include "doctor/anysource.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "doctor/subject.h"
#include "doctor/frame.h"
#include "doctor/resolver.h"
#include "doctor/watch.h"
#include "kernel/link.h"
#include "kernel/route.h"
#include "state/snapshotfind.h"

#define SOURCES 4 /* this host's own address, the peer's, and one in each of two of its prefixes */
#define TRIES 3
#define PAUSE 700
#define GRACE 1500

struct upstream {
	int fd;
	uint16_t id, tries;
	struct in6_addr router, sources[SOURCES];
	uint32_t scope;
	unsigned int n;
	struct {
		bool reply, asked, desired;
	} seen[SOURCES];
};

static void see(const struct view *v, void *data)
{
	struct upstream *u = ((struct exam *)data)->upstream;
	const struct frame *f = &v->frame;

	if (!f->v6 || f->proto != IPPROTO_ICMPV6)
		return;
	for (unsigned int i = 0; i < u->n; i++) {
		if (!v->outgoing && f->type == ICMP6_ECHO_REPLY && f->echo_id == u->id &&
		    addr6_equal(&f->dest, &u->sources[i]))
			u->seen[i].reply = true;
		if (!v->outgoing && f->type == ND_NEIGHBOR_SOLICIT && addr6_equal(&f->target, &u->sources[i]))
			u->seen[i].asked = true;
		if (v->outgoing && f->type == ND_NEIGHBOR_ADVERT && addr6_equal(&f->target, &u->sources[i]))
			u->seen[i].desired = true;
	}
}

static bool all_answered(const struct upstream *u)
{
	for (unsigned int i = 0; i < u->n; i++)
		if (!u->seen[i].reply)
			return false;
	return true;
}

static void on_timer(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	struct upstream *u = e->upstream;

	(void)ready;
	if (u->tries == TRIES || all_answered(u)) {
		loop_end(&e->loop, task);
		return;
	}
	u->tries++;
	for (unsigned int i = 0; i < u->n; i++)
		if (!u->seen[i].reply)
			anysource_ask(u->fd, &u->sources[i], &u->router, u->scope, u->id, u->tries);
	task->due = loop_now() + (u->tries == TRIES ? GRACE : PAUSE);
}

/* Whom to ask: the given target, else the router of the default route on the uplink. */
static bool find_router(const struct exam *e, const struct link *uplink, struct upstream *u)
{
	if (e->asked)
		return inet_pton(AF_INET6, list_text_at(e->targets, 0), &u->router) == 1;
	for (size_t i = 0; i < e->host->s.n_routes; i++) {
		const struct route *r = &e->host->s.routes[i];

		if (r->dst.len || !r->has_gateway || r->index != uplink->index)
			continue;
		u->router = r->gateway;
		u->scope = IN6_IS_ADDR_LINKLOCAL(&r->gateway) ? uplink->index : 0;
		return true;
	}
	return false;
}

static bool find_sources(const struct exam *e, const struct link *uplink, struct upstream *u)
{
	struct net6 range;

	for (size_t i = 0; i < e->host->s.n_addrs && !u->n; i++)
		if (e->host->s.addrs[i].index == uplink->index && !addr6_not_host(&e->host->s.addrs[i].net.addr))
			u->sources[u->n++] = e->host->s.addrs[i].net.addr;
	for (unsigned int i = 0; u->n && u->n < SOURCES && subject_range(&e->subject, i, &range); i++)
		u->sources[u->n++] = net6_first(&range);
	return u->n > 1;
}

void start_upstream(struct exam *e)
{
	const struct link *uplink = e->subject.uplink[0] ? snapshot_link(&e->host->s, e->subject.uplink) : NULL;
	struct upstream *u;

	if (!e->subject.server || !uplink || e->uplink.fd < 0 || !(u = calloc(1, sizeof(*u))))
		return;
	e->upstream = u;
	u->id = (uint16_t)(getpid() + 2);
	u->fd = anysource_open(uplink->name);
	exam_own(e, u->fd);
	if (u->fd < 0 || !find_router(e, uplink, u) || !find_sources(e, uplink, u)) {
		u->n = 0;
		return;
	}
	watch_add(&e->uplink, see, e);
	loop_add(&e->loop, -1, loop_now(), on_timer, e, false);
}

void check_upstream(struct exam *e)
{
	char text[NET6_TEXT], router[NET6_TEXT], own[NET6_TEXT];
	const struct upstream *u = e->upstream;

	if (!e->subject.server || !u || !u->n) {
		exam_skip(e, !e->subject.server ? "this host is the client"
			     : !e->raw		? "not root: capturing packets needs CAP_NET_RAW"
						: "the uplink, its router, or an address on it is not known");
		return;
	}
	addr6_text(&u->router, router);
	exam_ok(e, "%s routes the peer's addresses to this host", router);
	if (!u->seen[0].reply)
		exam_skip(e, "%s answers no echo request at all: name a target that does", router);
	for (unsigned int i = 1; i < u->n; i++) {
		addr6_text(&u->sources[i], text);
		if (u->seen[i].reply)
			continue;
		if (u->seen[i].asked && !u->seen[i].desired)
			exam_advice(exam_found(e, CAUSE_SOLICITATION_UNANSWERED,
					       "%s asks on %s who has %s, but this host does not answer", router,
					       e->subject.uplink, text),
				    "run '%sserver set-peer %s proxy-ndp on' or, better, have the provider route the "
				    "prefix to %s",
				    e->prefix, e->subject.name, addr6_text(&u->sources[0], own));
		else if (u->seen[0].reply && !u->seen[i].asked)
			exam_advice(exam_found(e, CAUSE_PREFIX_NOT_ROUTED,
					       "%s answers echo requests from %s, but no answer to those from %s "
					       "reached this host",
					       router, addr6_text(&u->sources[0], own), text),
				    "have the provider route the prefix of %s to %s", text, own);
	}
}
