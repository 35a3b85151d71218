/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where this host sends packets for the IPv6 Internet, and from which address. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h" /* before linux/: glibc and the kernel define the same names */
#include "base/list.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "doctor/policy.h"
#include "doctor/refusal.h"
#include "doctor/resolver.h"
#include "doctor/way.h"
#include "kernel/addr.h"
#include "kernel/link.h"
#include "kernel/route.h"
#include "spec/spec.h"
#include "state/derive.h"
#include "state/snapshot.h"

#include <linux/rtnetlink.h>

/* From the tunnel's own source: an unbound socket may use another one, to which a rule by source does not apply. */
static struct way look_up(struct exam *e, const struct in6_addr *dst, bool match)
{
	struct way_query q = { .dst = dst,
			       .source = e->subject.has_source ? &e->subject.source : NULL,
			       .match = match };

	return way_look_up(&e->host->c, &q);
}

/* The rule and the route behind the decision, which the kernel does not report. */
static void explain(struct exam *e, const struct in6_addr *dst, struct policy *policy)
{
	struct policy_flow flow = {
		.family = AF_INET6, .dst = *dst, .source = e->subject.source, .has_source = e->subject.has_source
	};
	struct err ignored;

	if (policy_decide(&e->host->c, &flow, policy, &ignored))
		memset(policy, 0, sizeof(*policy));
}

/* The source that the kernel would select for DST: connecting a UDP socket shows it and sends nothing. */
static bool source_for(const struct in6_addr *dst, struct in6_addr *source)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(9), .sin6_addr = *dst }, from = { 0 };
	socklen_t len = sizeof(from);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && !connect(fd, (struct sockaddr *)&to, sizeof(to)) &&
		  !getsockname(fd, (struct sockaddr *)&from, &len);

	if (fd >= 0)
		close(fd);
	*source = from.sin6_addr;
	return ok;
}

static const struct addr *find_addr(const struct snapshot *s, const struct in6_addr *addr)
{
	for (size_t i = 0; i < s->n_addrs; i++)
		if (addr6_equal(&s->addrs[i].net.addr, addr))
			return &s->addrs[i];
	return NULL;
}

/* An address in a prefix that is routed through the tunnel is as good a source as the tunnel's own address. */
static bool in_prefixes(const struct exam *e, const struct in6_addr *addr)
{
	for (unsigned int i = 0; i < e->subject.spec.n_prefixes; i++)
		if (net6_contains(&e->subject.spec.prefixes[i].net, addr))
			return true;
	return false;
}

static void wrong_source(struct exam *e, const struct in6_addr *source, const char *dst)
{
	const struct addr *a = find_addr(&e->host->s, source);
	char text[NET6_TEXT], inner[NET6_TEXT];
	char gateway[NET6_TEXT];
	bool via = e->subject.spec.gateway_mode == GATEWAY_ADDRESS;
	struct finding *f;

	f = exam_found(e, CAUSE_OTHER_SOURCE, "to reach %s, this host uses the source address %s, which is on %s", dst,
		       addr6_text(source, text), a ? a->ifname : "no interface");
	if (e->subject.has_inner)
		exam_command(f, "ip -6 route replace default%s%s dev %s metric %u src %s%s", via ? " via " : "",
			     via ? addr6_text(&e->subject.spec.gateway, gateway) : "", exam_word(e, e->subject.dev),
			     e->subject.spec.metric ? e->subject.spec.metric : METRIC_DEFAULT,
			     addr6_text(&e->subject.inner, inner), e->subject.desired ? " proto 41" : "");
}

/* Does the tunnel have a default route? */
static bool has_default(const struct exam *e)
{
	for (size_t i = 0; i < e->host->s.n_routes; i++)
		if (e->host->s.routes[i].index == e->subject.link->index && !e->host->s.routes[i].dst.len &&
		    e->host->s.routes[i].type == RTN_UNICAST)
			return true;
	return false;
}

/* Another route wins, through the interface INDEX: find the metric with which the tunnel's default route would win. */
static void other_route(struct exam *e, uint32_t index, const struct in6_addr *dst, const char *text)
{
	const char *name = exam_ifname(e, index);
	char command[EXAM_REMEDY], metric[16], net[NET6_TEXT];
	struct way way = look_up(e, dst, true);
	struct finding *f;

	f = exam_found(e, CAUSE_OTHER_DEFAULT_ROUTE, "%s is reached through %s, not through %s", text, name,
		       e->subject.dev);
	if (way.reachable && way.net.len) {
		exam_advice(f,
			    "the route to %s through %s is more specific than a default route: remove it unless you "
			    "want it (see 'ip -6 route')",
			    net6_text(&way.net, net), name);
		return;
	}
	if (!way.reachable || way.metric < 2) {
		exam_advice(f, "give the tunnel's default route a smaller metric, or remove the other one "
			       "(see 'ip -6 route')");
		return;
	}
	snprintf(metric, sizeof(metric), "%u", way.metric - 1);
	if (e->subject.desired) {
		exam_respell(e, "metric", metric, command, sizeof(command));
		exam_command(f, "%s", command);
	} else {
		exam_command(f, "ip -6 route add default dev %s metric %s", exam_word(e, e->subject.dev), metric);
	}
}

/* Of the usual delegated lengths (RFC 6177), the shortest one that is longer than NET's and excludes DST. */
static uint8_t delegated(const struct net6 *net, const struct in6_addr *dst)
{
	static const uint8_t lengths[] = { 48, 56, 60, 64 };

	for (size_t i = 0; i < sizeof(lengths); i++) {
		struct net6 shorter = { net->addr, lengths[i] };

		if (lengths[i] > net->len && !net6_contains(&shorter, dst))
			return lengths[i];
	}
	return 0;
}

/* Is DST in a prefix of the tunnel, whose unused parts are unreachable? */
static bool in_too_large(struct exam *e, const struct policy *policy, const struct in6_addr *dst, const char *text)
{
	const struct spec *spec = &e->subject.spec;
	const struct prefix *p = NULL;
	char command[EXAM_REMEDY], net[NET6_TEXT], value[NET6_TEXT + IFNAMSIZ];
	struct finding *f;
	uint8_t len;

	for (unsigned int i = 0; e->subject.desired && policy->by_route && i < spec->n_prefixes; i++)
		if (net6_contains(&spec->prefixes[i].net, dst))
			p = &spec->prefixes[i];
	if (!p)
		return false;
	f = exam_found(e, CAUSE_PREFIX_TOO_LARGE, "%s is in the prefix %s, whose unused parts are unreachable", text,
		       net6_text(&p->net, net));
	len = delegated(&p->net, dst);
	if (spec->n_prefixes > 1 || !len)
		return true;
	snprintf(value, sizeof(value), "%s%s%s", net6_text(&(struct net6){ p->net.addr, len }, net),
		 p->ifname.at ? "," : "", name_text(p->ifname));
	exam_respell(e, "prefix", value, command, sizeof(command));
	exam_command(f, "%s", command);
	return true;
}

/* The kernel has no usable route to DST. */
static void no_way(struct exam *e, const struct in6_addr *dst, const char *text)
{
	char what[NET6_TEXT + 20];
	struct policy policy;
	struct finding *f;

	explain(e, dst, &policy);
	snprintf(what, sizeof(what), "packets for %s", text);
	if ((policy.refused && in_too_large(e, &policy, dst, text)) ||
	    refusal_found(e, &policy, 6, CAUSE_POLICY_RULE, what))
		return;
	if (has_default(e)) {
		f = exam_found(e, CAUSE_POLICY_RULE, "the kernel refuses packets for %s, although %s has a route there",
			       text, e->subject.dev);
		exam_advice(f, "find the rule or the more specific route that refuses them "
			       "('ip -6 rule', 'ip -6 route'), and remove it");
		return;
	}
	f = exam_found(e, CAUSE_NO_DEFAULT_ROUTE, "the kernel has no route to %s", text);
	if (exam_repair(e))
		exam_command(f, "%s", exam_repair(e));
	else
		exam_command(f, "ip -6 route add default dev %s metric %d", exam_word(e, e->subject.dev),
			     METRIC_DEFAULT);
}

/* A rule leads to a table other than the tunnel's. The remedy exempts only the tunnel's source. */
static void other_table(struct exam *e, const struct way *way, const struct in6_addr *dst, const char *text)
{
	const char *name = exam_ifname(e, way->index);
	char source[NET6_TEXT];
	struct policy policy;
	struct finding *f;

	explain(e, dst, &policy);
	f = exam_found(e, CAUSE_POLICY_RULE, "the route to %s is in table %u, and leaves through %s%s%s%s", text,
		       way->table, name, policy.decided ? ": the rule '" : "", policy.rule,
		       policy.decided ? "' leads there" : "");
	if (policy.decided && policy.pref > 1 && e->subject.has_source && has_default(e))
		exam_command(f, "ip -6 rule add pref %u from %s lookup main", policy.pref - 1,
			     addr6_text(&e->subject.source, source));
	else
		exam_advice(f,
			    "remove the rule with 'lookup %u' (see 'ip -6 rule'), or put the tunnel's default route "
			    "into table %u",
			    way->table, way->table);
}

/* Packets go into the tunnel; but from which address, if a program does not bind to one? */
static void judge_source(struct exam *e, const struct in6_addr *dst, const char *text)
{
	struct way_query unbound = { .dst = dst };
	struct way way = way_look_up(&e->host->c, &unbound);
	char found[NET6_TEXT] = "any address";
	struct in6_addr source;
	const struct addr *a;

	if (e->subject.has_source)
		addr6_text(&e->subject.source, found);
	exam_ok(e, "%s is reached through %s from %s", text, e->subject.dev, found);
	/* A rule sends only packets from the tunnel's source there. */
	if (way.index != e->subject.link->index) {
		const struct link *l = way.reachable ? snapshot_link_index(&e->host->s, way.index) : NULL;

		exam_ok(e, "%s is reached through %s from %s; packets without a source address %s%s", text,
			e->subject.dev, found, l ? "leave through " : "have no route", l ? l->name : "");
		return;
	}
	if (!source_for(dst, &source))
		return;
	a = find_addr(&e->host->s, &source);
	exam_ok(e, "%s is reached through %s from %s", text, e->subject.dev, addr6_text(&source, found));
	if ((!a || a->index != e->subject.link->index) && !in_prefixes(e, &source))
		wrong_source(e, &source, text);
}

static void judge_way(struct exam *e, const struct in6_addr *dst, const char *text)
{
	struct way way = look_up(e, dst, false);

	if (!way.reachable)
		no_way(e, dst, text);
	else if (way.table == RT_TABLE_LOCAL)
		exam_ok(e, "%s is an address of this host", text);
	else if (way.index == e->subject.link->index)
		judge_source(e, dst, text);
	else if (way.table != RT_TABLE_MAIN)
		other_table(e, &way, dst, text);
	else
		other_route(e, way.index, dst, text);
}

/* The address of the I-th target, once its name is resolved. */
static bool target_addr(const struct exam *e, unsigned int i, struct in6_addr *addr)
{
	const struct lookup *l = e->lookups ? &e->lookups[i] : NULL;

	if (inet_pton(AF_INET6, list_text_at(e->targets, i), addr) != 1) {
		if (!l || !l->host || !l->done || l->found.failed || !l->found.has6)
			return false;
		*addr = l->found.addr6;
	}
	return !IN6_IS_ADDR_LINKLOCAL(addr);
}

/* Judge the route to the Internet as a whole and to each target, up to the first fault: the others would repeat it. */
static void judge_ways(struct exam *e)
{
	struct in6_addr target;
	unsigned int before = e->n_findings;
	bool judged = false;
	char text[NET6_TEXT];

	if (!e->asked)
		judge_way(e, &way_internet, "the IPv6 Internet");
	for (unsigned int i = 0; i < e->n_targets && e->n_findings == before; i++) {
		if (!target_addr(e, i, &target))
			continue;
		judge_way(e, &target, addr6_text(&target, text));
		judged = true;
	}
	if (e->asked && !judged)
		judge_way(e, &way_internet, "the IPv6 Internet");
}

void check_routes(struct exam *e)
{
	if (e->subject.server) {
		exam_skip(e, "the tunnel leads to a peer");
		return;
	}
	/* Its routes are in the VRF's table, which a lookup in the main table does not see. */
	if (e->subject.link && e->subject.link->up && e->subject.link->vrf) {
		const struct link *vrf = snapshot_link_index(&e->host->s, e->subject.link->vrf);

		exam_command(exam_found(e, CAUSE_VRF, "the master of %s is the VRF %s", e->subject.dev,
					vrf ? vrf->name : "?"),
			     "ip link set %s nomaster%s%s", exam_word(e, e->subject.dev), exam_repair(e) ? "; " : "",
			     exam_repair(e) ? exam_repair(e) : "");
		return;
	}
	if (!e->subject.link || !e->subject.link->up || e->subject.spec.gateway_mode == GATEWAY_NONE) {
		exam_skip(e, e->subject.link && e->subject.link->up
				     ? "no default route through the tunnel was requested"
				     : "the device is not up");
		if (e->subject.link && e->subject.link->up && !e->subject.desired)
			judge_ways(e);
		return;
	}
	judge_ways(e);
}

/* On a client: packets for unused addresses of a prefix must not follow the default route. */
void check_prefixes(struct exam *e)
{
	const struct spec *spec = &e->subject.spec;

	if (e->subject.server || !e->subject.desired || !spec->n_prefixes) {
		exam_skip(e, e->subject.server ? "the prefixes belong to the peer"
					       : "no prefix is known to be routed to this host");
		return;
	}
	exam_ok(e, "their unused parts are unreachable");
	for (unsigned int i = 0; i < spec->n_prefixes; i++) {
		char text[NET6_TEXT];
		struct route want;
		bool there = false;

		if (!derive_unreachable(&spec->prefixes[i], &want))
			continue;
		for (size_t k = 0; k < e->host->s.n_routes; k++)
			there = there || (e->host->s.routes[k].type == RTN_UNREACHABLE &&
					  net6_equal(&e->host->s.routes[k].dst, &want.dst));
		if (!there)
			exam_command(exam_found(e, CAUSE_PREFIX_LOOP, "there is no unreachable route for %s",
						net6_text(&want.dst, text)),
				     "%s", exam_repair(e));
	}
}
