/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server's routes: for packets from the peer to the IPv6 Internet, and for packets to the peer into its tunnel. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "doctor/exam.h" /* before linux/: glibc and the kernel define the same names */
#include "base/err.h"
#include "base/inet6.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/policy.h"
#include "doctor/refusal.h"
#include "doctor/resolver.h"
#include "doctor/subject.h"
#include "doctor/way.h"
#include "kernel/link.h"
#include "netlink/message.h"
#include "state/snapshotfind.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#define RANGES 65 /* the peer's address and its prefixes (lib/spec/params.c) */

/* The route of packets from the peer to the IPv6 Internet. */
static struct way onward(struct exam *e)
{
	struct way_query q = { .dst = &way_internet,
			       .source = e->subject.has_far ? &e->subject.far : NULL,
			       .iif = e->subject.link->index };

	return way_look_up(&e->host->c, &q);
}

/* The rule or route that decides about packets from SOURCE (or NULL) to DST that arrive on IIF (NULL: are our own). */
static void explain(struct exam *e, const struct in6_addr *dst, const struct in6_addr *source, const char *iif,
		    struct policy *policy)
{
	struct policy_flow flow = { .family = AF_INET6, .dst = *dst, .has_source = source, .iif = iif };
	struct err ignored;

	if (source)
		flow.source = *source;
	if (policy_decide(&e->host->c, &flow, policy, &ignored))
		memset(policy, 0, sizeof(*policy));
}

/*
 * Neighbours on the interface INDEX: either those that claim to be routers, N in number, the first one at ADDR; or the
 * one at ADDR.
 */
struct router {
	uint32_t index;
	struct in6_addr addr;
	unsigned int n;
	uint16_t state;
};

static int take_router(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NDA_MAX + 1];
	struct router *r = data;
	struct in6_addr other;

	if (nlh->nlmsg_type != RTM_NEWNEIGH)
		return 0;
	if (nl_attrs(nlh, sizeof(*ndm), tb, NDA_MAX))
		return -EBADMSG;
	if (ndm->ndm_family == AF_INET6 && (uint32_t)ndm->ndm_ifindex == r->index && ndm->ndm_flags & NTF_ROUTER)
		r->n += nl_in6(tb[NDA_DST], r->n ? &other : &r->addr);
	return 0;
}

static int take_state(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NDA_MAX + 1];
	struct router *r = data;
	struct in6_addr addr;

	if (nlh->nlmsg_type != RTM_NEWNEIGH)
		return 0;
	if (nl_attrs(nlh, sizeof(*ndm), tb, NDA_MAX))
		return -EBADMSG;
	if (ndm->ndm_family == AF_INET6 && (uint32_t)ndm->ndm_ifindex == r->index && nl_in6(tb[NDA_DST], &addr) &&
	    addr6_equal(&addr, &r->addr)) {
		r->n = 1;
		r->state = ndm->ndm_state;
	}
	return 0;
}

static void forget(void *data)
{
	((struct router *)data)->n = 0;
}

static void read_neighbours(struct exam *e, nl_cb cb, struct router *r)
{
	struct nl_batch *b = &e->host->c.batch;
	struct err ignored;
	struct ndmsg *ndm;

	nl_batch_reset(b);
	ndm = nl_start(b, RTM_GETNEIGH, NLM_F_DUMP, sizeof(*ndm));
	if (ndm)
		ndm->ndm_family = AF_INET6;
	if (conversation_dump(&e->host->c, NL_ROUTE, cb, forget, r, &ignored))
		r->n = 0;
}

static void no_way_on(struct exam *e)
{
	const struct link *uplink = e->subject.uplink[0] ? snapshot_link(&e->host->s, e->subject.uplink) : NULL;
	struct router r = { .index = uplink ? uplink->index : 0 };
	char router[NET6_TEXT];
	struct finding *f;

	f = exam_found(e, CAUSE_NO_DEFAULT_ROUTE, "this host has no route to the IPv6 Internet for packets from %s",
		       e->subject.name);
	if (uplink)
		read_neighbours(e, take_router, &r);
	/* Of several, any could be the one that leads to the Internet. */
	if (r.n == 1)
		exam_command(f, "ip -6 route add default via %s dev %s", addr6_text(&r.addr, router),
			     exam_word(e, uplink->name));
	else
		exam_advice(f,
			    "run 'ip -6 route add default via ROUTER dev %s', where ROUTER is the address of your "
			    "provider's router",
			    uplink ? uplink->name : "UPLINK");
}

void check_onward(struct exam *e)
{
	struct policy policy;
	struct way way;

	if (!e->subject.server || exam_hopeless(e)) {
		exam_skip(e, e->subject.server ? "the device is not up" : "this host is the client");
		return;
	}
	way = onward(e);
	exam_ok(e, "packets from the peer to the IPv6 Internet leave through %s", exam_ifname(e, way.index));
	if (way.reachable && way.index == e->subject.link->index) {
		exam_advice(exam_found(e, CAUSE_OTHER_DEFAULT_ROUTE,
				       "the default route leads into %s, so what %s sends goes back into the tunnel",
				       e->subject.dev, e->subject.name),
			    "remove the default route through %s, or give the uplink's a smaller metric",
			    e->subject.dev);
	} else if (!way.reachable && !exam_has(e, CAUSE_RA_ROUTE_LOST)) {
		explain(e, &way_internet, e->subject.has_far ? &e->subject.far : NULL, e->subject.dev, &policy);
		if (!refusal_found(e, &policy, 6, CAUSE_POLICY_RULE, "packets from the peer to the IPv6 Internet"))
			no_way_on(e);
	}
}

/* Runs after upstream.c has sent its echo requests through the router. */
void check_router(struct exam *e)
{
	char text[NET6_TEXT];
	struct router r = { 0 };
	struct way way = { .reachable = false };

	if (e->subject.server && !exam_hopeless(e))
		way = onward(e);
	if (!way.reachable || !way.has_gateway || way.index == e->subject.link->index) {
		exam_skip(e, !e->subject.server ? "this host is the client"
			     : exam_hopeless(e) ? "the device is not up"
						: "there is no default router");
		return;
	}
	r.index = way.index;
	r.addr = way.gateway;
	read_neighbours(e, take_state, &r);
	addr6_text(&way.gateway, text);
	if (!r.n)
		exam_skip(e, "%s has no neighbour entry on %s", text, exam_ifname(e, way.index));
	else
		exam_ok(e, "%s is a neighbour on %s", text, exam_ifname(e, way.index));
	if (r.n && r.state & (NUD_FAILED | NUD_INCOMPLETE))
		exam_advice(exam_found(e, CAUSE_ROUTER_SILENT, "nobody on %s answers neighbour solicitations for %s",
				       exam_ifname(e, way.index), text),
			    "check the cable and the addresses on %s, and ask the provider whether %s is the router; "
			    "see 'ip -6 neigh show dev %s'",
			    exam_ifname(e, way.index), text, exam_ifname(e, way.index));
}

/* Does the tunnel have a route to DST at all? If not, check_drift() reports that, and no other route is to blame. */
static bool has_own_route(const struct exam *e, const struct in6_addr *dst)
{
	const struct route *r;

	for (size_t at = 0; (r = snapshot_next_route(&e->host->s, e->subject.link->index, &at));)
		if (r->type == RTN_UNICAST && net6_contains(&r->dst, dst))
			return true;
	return false;
}

/* Advise to remove the route R of the main table, unless the kernel creates it automatically. */
static void take_away(struct exam *e, struct finding *f, const struct policy_route *r)
{
	const char *name = exam_ifname(e, r->oif);
	char dst[NET6_TEXT];

	if (r->proto == RTPROT_KERNEL || r->proto == RTPROT_RA)
		exam_advice(f,
			    "the route comes from %s on %s, so it would reappear after removal: use another prefix "
			    "there, or another one for the peer",
			    r->proto == RTPROT_RA ? "router advertisements" : "an address", name);
	else
		exam_command(f, "ip -6 route del %s dev %s metric %u", net6_text(&r->dst, dst), exam_word(e, name),
			     r->metric);
}

/* The kernel sends packets for NET elsewhere than into the tunnel. */
static void led_astray(struct exam *e, const struct net6 *net, const struct in6_addr *dst)
{
	const struct in6_addr *source = e->subject.has_inner ? &e->subject.inner : NULL;
	struct way_query q = { .dst = dst, .source = source, .match = true };
	char text[NET6_TEXT], other[NET6_TEXT], what[NET6_TEXT + 20];
	struct way way = way_look_up(&e->host->c, &q);
	struct policy policy;
	struct finding *f;

	snprintf(what, sizeof(what), "packets for %s", net6_text(net, text));
	explain(e, dst, source, NULL, &policy);
	if (refusal_found(e, &policy, 6, CAUSE_PREFIX_SHADOWED, what) || !way.reachable)
		return;
	f = exam_found(
		e, CAUSE_PREFIX_SHADOWED,
		"%s leave through %s, because of the route to %s in table %u with metric %u, instead of through %s",
		what, exam_ifname(e, way.index), net6_text(&way.net, other), way.table, way.metric, e->subject.dev);
	if (way.table == RT_TABLE_MAIN)
		take_away(e, f, &(struct policy_route){ way.net, way.index, way.metric, way.proto });
	else if (policy.decided && policy.pref > 1)
		exam_command(f, "ip -6 rule add pref %u to %s lookup main", policy.pref - 1, text);
}

/* Does a more specific route of the main table lead a part of one of the N NETS elsewhere? */
static void check_parts(struct exam *e, const struct net6 *nets, unsigned int n)
{
	struct policy_route other = { .oif = 0 };
	unsigned int of = policy_shadow(&e->host->c, nets, n, e->subject.link->index, &other);
	char text[NET6_TEXT], dst[NET6_TEXT];

	if (of != UINT_MAX)
		take_away(e,
			  exam_found(e, CAUSE_PREFIX_SHADOWED,
				     "the route to %s through %s covers part of %s, which belongs to the peer",
				     net6_text(&other.dst, dst), exam_ifname(e, other.oif), net6_text(&nets[of], text)),
			  &other);
}

/* All packets for the peer must be routed into its tunnel: those for its address, and those for all of each prefix. */
void check_peer_routes(struct exam *e)
{
	unsigned int n = 0, led = 0, before = e->n_findings;
	struct net6 nets[RANGES];

	if (!e->subject.server || exam_hopeless(e)) {
		exam_skip(e, e->subject.server ? "the device is not up" : "this host is the client");
		return;
	}
	while (n < RANGES && subject_range(&e->subject, n, &nets[n]))
		n++;
	for (unsigned int i = 0; i < n && e->n_findings == before; i++) {
		struct in6_addr to = net6_first(&nets[i]);
		struct way_query q = { .dst = &to, .source = e->subject.has_inner ? &e->subject.inner : NULL };
		struct way way = way_look_up(&e->host->c, &q);

		if (way.reachable && way.index == e->subject.link->index)
			led++;
		else if ((!way.reachable || way.table != RT_TABLE_LOCAL) && has_own_route(e, &to))
			led_astray(e, &nets[i], &to);
	}
	if (n && led == n)
		exam_ok(e, "packets for the peer leave through %s", e->subject.dev);
	else
		exam_skip(e, "only %u of the peer's %u addresses and prefixes lead into %s", led, n, e->subject.dev);
	/* With a foreign tunnel, nobody knows which part of a prefix is the peer's. */
	if (e->subject.desired && e->n_findings == before)
		check_parts(e, nets, n);
}
