/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPv4 side of this host: its address, its route to the far end, a NAT before it, others' filters. */
#include <arpa/inet.h>
#include <string.h>

#include "base/err.h"
#include "base/inet6.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "doctor/resolver.h"
#include "filters/filters.h"
#include "kernel/link.h"
#include "plan/barriers.h"
#include "plan/world.h"
#include "spec/spec.h"
#include "state/snapshot.h"

static void wrong_local(struct exam *e, struct in_addr local)
{
	char text[NET6_TEXT], source[NET6_TEXT], command[EXAM_REMEDY];
	struct finding *f;

	f = exam_found(e, CAUSE_LOCAL_NOT_HERE, "local is %s, which no interface has; this host sends from %s",
		       addr4_text(local, text),
		       e->subject.path.source.s_addr ? addr4_text(e->subject.path.source, source) : "no address yet");
	if (e->subject.desired && !e->subject.server) {
		exam_respell(e, "local", "any", command, sizeof(command));
		exam_command(f, "%s", command);
	} else if (e->subject.desired) {
		exam_command(f, "%sserver up local any", e->prefix);
	} else if (e->subject.path.source.s_addr) {
		exam_command(f, "ip tunnel change %s local %s", exam_word(e, e->subject.dev),
			     addr4_text(e->subject.path.source, source));
	}
}

/* Devices into which an IPv4 route to the far end must not lead: the tunnel's own packets would go round. */
static bool is_tunnel(const struct exam *e, const struct link *l)
{
	return l->is_sit || !strcmp(l->name, e->subject.dev);
}

void check_underlay(struct exam *e)
{
	const struct subject *p = &e->subject;
	struct in_addr local = p->link ? p->link->local : p->spec.local;
	char remote[NET6_TEXT], source[NET6_TEXT];

	if (!p->remote.s_addr) {
		exam_skip(e, "the name of the far end does not resolve to an IPv4 address");
		return;
	}
	addr4_text(p->remote, remote);
	if (local.s_addr && !snapshot_has_addr4(&e->host->s, local)) {
		wrong_local(e, local);
		return;
	}
	if (!p->path.reachable) {
		exam_advice(exam_found(e, CAUSE_REMOTE_NO_ROUTE, "there is no route to %s", remote),
			    "bring the IPv4 connection up ('ip -4 route get %s' shows when it is)", remote);
		return;
	}
	if (p->underlay && is_tunnel(e, p->underlay)) {
		struct finding *f = exam_found(e, CAUSE_REMOTE_IN_TUNNEL, "the route to %s leaves by %s", remote,
					       p->underlay->name);

		exam_command(f, "ip -4 route del %s/%u dev %s", addr4_text(p->path.net, source), p->path.len,
			     exam_word(e, p->underlay->name));
		return;
	}
	if (p->underlay && p->local.s_addr)
		exam_ok(e, "%s leaves by %s from %s", remote, p->underlay->name, addr4_text(p->local, source));
	else
		exam_skip(e, "the interface to %s has gone, or has no address yet", remote);
}

void check_nat(struct exam *e)
{
	char local[NET6_TEXT], remote[NET6_TEXT];
	const char *class = addr4_behind_nat(e->subject.local);

	if (!e->subject.local.s_addr) {
		exam_skip(e, "the address that this host sends from is not known");
		return;
	}
	exam_ok(e, "%s is not a private address", addr4_text(e->subject.local, local));
	if (!class || addr4_behind_nat(e->subject.remote)) {
		if (class)
			exam_ok(e, "%s and the far end are in the same private network", local);
		return;
	}
	exam_advice(exam_found(e, CAUSE_BEHIND_NAT, "this host sends from %s, which is %s, to %s", local, class,
			       addr4_text(e->subject.remote, remote)),
		    "on the NAT: 'sitctl nat pass %s remote %s to %s'; on one without sitctl make %s its DMZ or "
		    "exposed host, "
		    "or pass protocol 41 to it",
		    e->subject.dev, remote, local, local);
}

static enum cause_id cause_of(enum point point)
{
	if (point == POINT_COUNT)
		return CAUSE_FORWARD_DROPPED;
	return point < POINT_INNER_INGRESS ? CAUSE_INPUT_DROPPED : CAUSE_OUTPUT_DROPPED;
}

void check_filters(struct exam *e)
{
	struct scope scope = { e->subject.server ? ROLE_PEER : ROLE_CLIENT, e->subject.spec.name };
	struct barriers list;
	struct err err;

	if (!e->admin) {
		exam_skip(e, "only root may read the rules of nf_tables");
		return;
	}
	if (find_barriers(&list, &e->world, &scope, FILTERS_THOROUGH, &err)) {
		char text[1600];

		exam_skip(e, "%.600s", err_text(&err, text, sizeof(text)));
		return;
	}
	if (list.unknown)
		exam_skip(e, "of others' chains and rules only the first %d were looked at, and none of these drops it",
			  FILTERS_THOROUGH);
	else
		exam_ok(e, "none of them drops what belongs to the tunnel");
	for (unsigned int i = 0; i < list.n; i++) {
		struct finding *f;
		char text[BARRIER_TEXT];

		barrier_text(&list.items[i], text, sizeof(text));
		f = exam_found(e, cause_of(list.items[i].point), "%s", text);
		if (*list.items[i].remedy)
			exam_command(f, "%s", list.items[i].remedy);
	}
}
