/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPv4 side of this host: its address, its route to the far end, a NAT in front of it, other filters. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h" /* before linux/: glibc and the kernel define the same names */
#include "base/inet6.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "doctor/policy.h"
#include "doctor/refusal.h"
#include "doctor/resolver.h"
#include "filters/filters.h"
#include "kernel/link.h"
#include "kernel/path.h"
#include "plan/barriers.h"
#include "plan/world.h"
#include "spec/spec.h"
#include "state/snapshot.h"

#include <linux/rtnetlink.h>

static void wrong_local(struct exam *e, struct in_addr local)
{
	char text[NET6_TEXT], source[NET6_TEXT], command[EXAM_REMEDY];
	struct finding *f;

	f = exam_found(e, CAUSE_LOCAL_NOT_HERE, "'local' is %s, which no interface has; this host sends from %s",
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

/* Is L a device into which an IPv4 route to the far end must not lead? The tunnel's own packets would loop. */
static bool is_tunnel(const struct exam *e, const struct link *l)
{
	return l->is_sit || !strcmp(l->name, e->subject.dev);
}

/* The rule or route by which the kernel decides about the tunnel's own packets. */
static void explain(struct exam *e, bool reachable, struct policy *policy)
{
	const struct subject *p = &e->subject;
	struct in_addr local = p->link ? p->link->local : p->spec.local;
	const struct sit *sit = p->link ? &p->link->sit : &p->spec.sit;
	struct policy_flow flow = { .family = AF_INET,
				    .has_source = local.s_addr,
				    .proto = IPPROTO_IPV6,
				    .tos = sit->tos == SIT_TOS_INHERIT ? 0 : sit->tos,
				    .mark = sit->fwmark,
				    .reachable = reachable,
				    .index = p->link ? p->link->underlay : 0,
				    .ifname = p->link && p->link->underlay ? p->link->underlay_name : NULL };
	struct err ignored;

	memcpy(&flow.dst, &p->remote, sizeof(p->remote));
	memcpy(&flow.source, &local, sizeof(local));
	if (policy_decide(&e->host->c, &flow, policy, &ignored))
		memset(policy, 0, sizeof(*policy));
}

static bool is_refused(struct exam *e, const char *remote)
{
	char what[NET6_TEXT + 20];
	struct policy policy;

	explain(e, e->subject.path.reachable, &policy);
	snprintf(what, sizeof(what), "protocol 41 to %s", remote);
	return refusal_found(e, &policy, 4, CAUSE_REMOTE_REFUSED, what);
}

/* An interface in a VRF through which the far end is reached: a tunnel bound to no interface does not use it. */
static const struct link *in_vrf(struct exam *e, struct path *path)
{
	const struct subject *p = &e->subject;
	struct err ignored;

	for (size_t i = 0; i < e->host->s.n_links; i++) {
		const struct link *l = &e->host->s.links[i];

		if (l->vrf && l->up && !l->is_sit &&
		    !path_lookup(&e->host->c, p->remote, (struct in_addr){ 0 }, l->index, p->spec.fwmark, path,
				 &ignored) &&
		    path->reachable && path->index == l->index)
			return l;
	}
	return NULL;
}

/* The `ip route` command that leads to the far end along PATH, through L. */
static void host_route(struct exam *e, const struct path *path, const struct link *l, char *buf, size_t size)
{
	char remote[NET6_TEXT], gateway[NET6_TEXT];
	bool via = path->gateway.s_addr;

	snprintf(buf, size, "ip -4 route add %s/32%s%s dev %s", addr4_text(e->subject.remote, remote),
		 via ? " via " : "", via ? addr4_text(path->gateway, gateway) : "", exam_word(e, l->name));
}

static void no_path(struct exam *e, const char *remote)
{
	char command[EXAM_REMEDY];
	const struct link *l, *vrf;
	struct finding *f;
	struct path path;

	if (is_refused(e, remote))
		return;
	l = in_vrf(e, &path);
	if (!l) {
		exam_advice(exam_found(e, CAUSE_REMOTE_NO_ROUTE, "there is no route to %s", remote),
			    "bring the IPv4 connection up (check it with 'ip -4 route get %s')", remote);
		return;
	}
	vrf = snapshot_link_index(&e->host->s, l->vrf);
	f = exam_found(e, CAUSE_UNDERLAY_VRF,
		       "%s is reached through %s, which is in the VRF %s; the main table has no route to it", remote,
		       l->name, vrf ? vrf->name : "?");
	if (e->subject.server)
		host_route(e, &path, l, command, sizeof(command));
	else if (e->subject.desired)
		exam_respell(e, "dev", l->name, command, sizeof(command));
	else
		snprintf(command, sizeof(command), "ip tunnel change %s dev %s", exam_word(e, e->subject.dev),
			 exam_word(e, l->name));
	exam_command(f, "%s", command);
}

void check_underlay(struct exam *e)
{
	const struct subject *p = &e->subject;
	struct in_addr local = p->link ? p->link->local : p->spec.local;
	char remote[NET6_TEXT], source[NET6_TEXT];

	if (!p->remote.s_addr) {
		exam_advice(exam_found(e, CAUSE_REMOTE_UNRESOLVED, "the resolver has no IPv4 address for %.253s",
				       p->spec.host ? p->spec.host : "it"),
			    "check 'getent ahostsv4 %.253s' and /etc/resolv.conf, then run '%s'; or give 'remote' as "
			    "an address",
			    p->spec.host ? p->spec.host : "NAME", exam_repair(e));
		return;
	}
	addr4_text(p->remote, remote);
	if (local.s_addr && !snapshot_has_addr4(&e->host->s, local)) {
		wrong_local(e, local);
		return;
	}
	if (!p->path.reachable) {
		no_path(e, remote);
		return;
	}
	if (is_refused(e, remote))
		return;
	if (p->underlay && is_tunnel(e, p->underlay)) {
		struct finding *f = exam_found(e, CAUSE_REMOTE_IN_TUNNEL, "the route to %s leaves through %s", remote,
					       p->underlay->name);

		exam_command(f, "ip -4 route del %s/%u dev %s", addr4_text(p->path.net, source), p->path.len,
			     exam_word(e, p->underlay->name));
		return;
	}
	if (p->underlay && p->local.s_addr)
		exam_ok(e, "%s is reached through %s from %s", remote, p->underlay->name, addr4_text(p->local, source));
	else
		exam_skip(e, "the interface to %s is gone, or has no address yet", remote);
}

/* A path that bypasses the VPN: an interface of another kind with a router towards the far end. */
static const struct link *past_vpn(struct exam *e, struct path *path)
{
	const struct subject *p = &e->subject;
	struct err ignored;

	for (size_t i = 0; i < e->host->s.n_links; i++) {
		const struct link *l = &e->host->s.links[i];

		if (l->up && !l->is_vpn && !l->is_sit && !l->vrf && !(l->flags & IFF_LOOPBACK) &&
		    !path_lookup(&e->host->c, p->remote, (struct in_addr){ 0 }, l->index, p->spec.fwmark, path,
				 &ignored) &&
		    path->reachable && path->gateway.s_addr)
			return l;
	}
	return NULL;
}

/* A tunnel that names the VPN's device, or its address as 'local', uses the VPN on purpose. */
static bool wanted_in_vpn(const struct exam *e)
{
	const struct subject *p = &e->subject;

	for (size_t i = 0; p->link->local.s_addr && i < e->host->s.n_addrs4; i++)
		if (e->host->s.addrs4[i].addr.s_addr == p->link->local.s_addr &&
		    e->host->s.addrs4[i].index == p->underlay->index)
			return true;
	return p->link->underlay || p->spec.underlay.at;
}

/* A tunnel that works is not questioned. */
void check_vpn(struct exam *e)
{
	const struct subject *p = &e->subject;
	char command[EXAM_REMEDY], net[NET6_TEXT], remote[NET6_TEXT], rule[POLICY_TEXT] = "";
	const struct link *l;
	struct policy policy;
	struct finding *f;
	struct path path;

	exam_ok(e, "nothing suggests that a VPN misdirects the tunnel's packets");
	if (!p->underlay || !p->underlay->is_vpn || exam_answered(e) || exam_hopeless(e) || wanted_in_vpn(e))
		return;
	addr4_text(p->remote, remote);
	f = exam_found(e, CAUSE_REMOTE_IN_VPN,
		       "%s is reached through %s, by the route to %s/%u, and the far end is silent", remote,
		       p->underlay->name, addr4_text(p->path.net, net), p->path.len);
	l = past_vpn(e, &path);
	if (!l) {
		exam_advice(f,
			    "route %s/32 through the interface to the Internet ('ip -4 route add %s/32 via ROUTER dev "
			    "IFACE')",
			    remote, remote);
		return;
	}
	explain(e, false, &policy);
	if (policy.decided && policy.table != RT_TABLE_MAIN && policy.table != RT_TABLE_DEFAULT && policy.pref > 1)
		snprintf(rule, sizeof(rule), "; ip -4 rule add pref %u to %s/32 lookup main", policy.pref - 1, remote);
	host_route(e, &path, l, command, sizeof(command));
	exam_command(f, "%s%s", command, rule);
}

void check_nat(struct exam *e)
{
	char local[NET6_TEXT], remote[NET6_TEXT];
	const char *class = addr4_behind_nat(e->subject.local);
	struct finding *f;

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
	f = exam_found(e, CAUSE_BEHIND_NAT, "this host sends from %s, which is %s, to %s%s", local, class,
		       addr4_text(e->subject.remote, remote),
		       exam_answered(e) ? ": packets pass in both directions, so the NAT appears to forward protocol 41"
					: "");
	f->harmless = exam_answered(e);
	exam_advice(f,
		    "run 'sitctl nat pass %s remote %s to %s' on the NAT; on a NAT without sitctl, make %s the DMZ or "
		    "exposed host, or forward protocol 41 to it",
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
	struct scope scope = { e->subject.server ? ROLE_PEER : ROLE_CLIENT, name_text(e->subject.spec.name) };
	struct barriers list;
	struct err err;

	if (!e->admin) {
		exam_skip(e, "only root can read the rules of nf_tables");
		return;
	}
	if (find_barriers(&list, &e->world, &scope, FILTERS_THOROUGH, &err)) {
		char text[1600];

		exam_skip(e, "%.600s", err_text(&err, text, sizeof(text)));
		return;
	}
	if (list.unknown)
		exam_skip(e,
			  "only the first %d chains and rules of other programs were read, and none of these drops the "
			  "tunnel's packets",
			  FILTERS_THOROUGH);
	else
		exam_ok(e, "none of them drops the tunnel's packets");
	for (unsigned int i = 0; i < list.n; i++) {
		struct finding *f;
		char text[BARRIER_TEXT];

		barrier_text(&list.items[i], text, sizeof(text));
		f = exam_found(e, cause_of(list.items[i].point), "%s", text);
		if (*list.items[i].remedy)
			exam_command(f, "%s", list.items[i].remedy);
	}
}
