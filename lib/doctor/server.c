/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of the host that provides IPv6: forwarding, router advertisements, proxy NDP, its own filters. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h" /* before linux/: glibc and the kernel define the same names */
#include "base/inet6.h"
#include "change/host.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "doctor/resolver.h"
#include "doctor/subject.h"
#include "doctor/watch.h"
#include "filters/action.h"
#include "filters/expr.h"
#include "filters/filters.h"
#include "filters/flow.h"
#include "kernel/link.h"
#include "kernel/neigh.h"
#include "kernel/nft/elements.h"
#include "kernel/nft/load.h"
#include "kernel/route.h"
#include "spec/spec.h"
#include "plan/openrelay.h"
#include "state/derive.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>

static bool forwards(const struct exam *e)
{
	return e->subject.server || spec_has_lan(&e->subject.spec);
}

/* Since Linux 6.17, a receiving interface with force_forwarding does not need all.forwarding. */
static bool forwarding_on(const struct exam *e)
{
	return conf_value(6, "all", "forwarding") == 1 ||
	       (conf_value(6, e->subject.dev, "force_forwarding") == 1 &&
		(!e->subject.uplink[0] || conf_value(6, e->subject.uplink, "force_forwarding") == 1));
}

/* Default routes from router advertisements that forwarding removes, or has removed (net/ipv6/addrconf.c, ndisc.c). */
static void check_ra(struct exam *e)
{
	bool any = false;

	for (size_t i = 0; i < e->host->s.n_routes; i++) {
		const struct route *r = &e->host->s.routes[i];

		if (r->dst.len || r->type != RTN_UNICAST || r->index == (e->subject.link ? e->subject.link->index : 0))
			continue;
		any = true;
		if (r->proto == RTPROT_RA && conf_value(6, r->ifname, "forwarding") == 1 &&
		    conf_value(6, r->ifname, "accept_ra") == 1)
			exam_command(exam_found(e, CAUSE_RA_TRAP, "%s has accept_ra=1 and forwarding=1", r->ifname),
				     "sysctl -w %s=2", exam_conf(e, 6, r->ifname, "accept_ra"));
	}
	for (size_t i = 0; !any && e->subject.server && i < e->host->s.n_links; i++) {
		const struct link *l = &e->host->s.links[i];

		if (l->is_sit || !l->up || (l->flags & IFF_LOOPBACK) ||
		    (e->subject.uplink[0] && strcmp(l->name, e->subject.uplink)) ||
		    conf_value(6, l->name, "forwarding") != 1 || conf_value(6, l->name, "accept_ra") != 1)
			continue;
		exam_command(exam_found(e, CAUSE_RA_ROUTE_LOST,
					"%s has accept_ra=1 and forwarding=1, and there is no default route", l->name),
			     "sysctl -w %s=2", exam_conf(e, 6, l->name, "accept_ra"));
		return;
	}
}

void check_forwarding(struct exam *e)
{
	const struct link *relay;
	struct finding *f;

	if (!forwards(e)) {
		exam_skip(e, "this host forwards nothing for the tunnel");
		return;
	}
	exam_ok(e, "forwarding is on");
	check_ra(e);
	for (size_t at = 0; (relay = next_open_relay(&e->world, &at));)
		exam_command(exam_found(e, CAUSE_OPEN_RELAY, "%s is up and has no remote, and this host forwards",
					relay->name),
			     "ip link set %s down", exam_word(e, relay->name));
	if (forwarding_on(e))
		return;
	f = exam_found(e, CAUSE_FORWARDING_OFF, "net.ipv6.conf.all.forwarding is %d%s",
		       conf_value(6, "all", "forwarding"),
		       conf_value(6, e->subject.dev, "forwarding") == 1 ? ", although that of the tunnel's device is 1"
									: "");
	if (exam_repair(e)) {
		exam_command(f, "%s", exam_repair(e));
		return;
	}
	exam_command(f, "for i in /proc/sys/net/ipv6/conf/*/accept_ra; do if [ \"$(cat $i)\" = 1 ]; then echo 2 > $i; "
			"fi; done; "
			"sysctl -w net.ipv6.conf.all.forwarding=1");
}

/* The far end's proxy entry on an interface other than the uplink; NULL: none. */
static const struct neigh *misplaced(const struct exam *e, bool *there)
{
	const struct neigh *elsewhere = NULL;

	*there = false;
	for (size_t i = 0; i < e->host->s.n_neighs; i++) {
		const struct neigh *n = &e->host->s.neighs[i];

		if (!addr6_equal(&n->addr, &e->subject.far))
			continue;
		if (!strcmp(n->ifname, e->subject.uplink))
			*there = true;
		else
			elsewhere = n;
	}
	return elsewhere;
}

void check_proxy(struct exam *e)
{
	struct net6 far = { .addr = e->subject.far, .len = 128 };
	char text[NET6_TEXT], command[EXAM_REMEDY];
	const struct neigh *elsewhere;
	bool there;

	if (!e->subject.server || !e->subject.uplink[0] || !e->subject.has_far) {
		exam_skip(e, e->subject.server ? "the uplink, or the peer's address, is not known"
					       : "this host is the client");
		return;
	}
	if (e->subject.spec.proxy_ndp == PROXY_NDP_OFF && e->subject.desired) {
		exam_skip(e, "proxy-ndp is off for this peer");
		return;
	}
	if (!on_link(&e->host->s, e->subject.uplink, &far, NULL) && e->subject.spec.proxy_ndp != PROXY_NDP_ON) {
		exam_ok(e, "not needed: %s is not in an on-link prefix of %s", addr6_text(&e->subject.far, text),
			e->subject.uplink);
		return;
	}
	exam_ok(e, "%s answers for %s", e->subject.uplink, addr6_text(&e->subject.far, text));
	elsewhere = misplaced(e, &there);
	if (!there) {
		snprintf(command, sizeof(command), "ip -6 neigh add proxy %s dev %s", text,
			 exam_word(e, e->subject.uplink));
		if (elsewhere)
			exam_command(exam_found(e, CAUSE_PROXY_WRONG_UPLINK, "%s has the entry, but the uplink is %s",
						elsewhere->ifname, e->subject.uplink),
				     "ip -6 neigh del proxy %s dev %s; %s", text, exam_word(e, elsewhere->ifname),
				     exam_repair(e) ? exam_repair(e) : command);
		else
			exam_mend(e,
				  exam_found(e, CAUSE_PROXY_MISSING, "%s has no entry for %s", e->subject.uplink, text),
				  command);
	}
	snprintf(command, sizeof(command), "sysctl -w %s=1", exam_conf(e, 6, e->subject.uplink, "proxy_ndp"));
	if (conf_value(6, e->subject.uplink, "proxy_ndp") == 0 && conf_value(6, "all", "proxy_ndp") == 0)
		exam_mend(e, exam_found(e, CAUSE_PROXY_NDP_OFF, "net.ipv6.conf.%s.proxy_ndp is 0", e->subject.uplink),
			  command);
	snprintf(command, sizeof(command), "sysctl -w %s=1", exam_conf(e, 6, e->subject.uplink, "forwarding"));
	if (conf_value(6, e->subject.uplink, "forwarding") == 0 && !exam_has(e, CAUSE_FORWARDING_OFF))
		exam_mend(e,
			  exam_found(e, CAUSE_UPLINK_FORWARDING_OFF, "net.ipv6.conf.%s.forwarding is 0",
				     e->subject.uplink),
			  command);
}

static uint64_t dropped(const struct exam *e, const struct nft_table *t)
{
	return nft_counted(t, SET_DROPPED, e->subject.dev);
}

/* Notes packets out of the tunnel whose source is not the peer's: the filter drops them after this watch. */
static void see_inside(const struct view *v, void *data)
{
	struct exam *e = data;
	struct net6 range;

	if (v->outgoing || !v->frame.v6)
		return;
	if (!e->subject.server || IN6_IS_ADDR_LINKLOCAL(&v->frame.source))
		return;
	for (unsigned int i = 0; subject_range(&e->subject, i, &range); i++)
		if (net6_contains(&range, &v->frame.dest)) {
			e->seen.looped = v->frame.dest;
			e->seen.has_looped = true;
			return;
		}
	if (e->seen.has_forbidden)
		return;
	for (unsigned int i = 0; subject_range(&e->subject, i, &range); i++)
		if (net6_contains(&range, &v->frame.source))
			return;
	e->seen.forbidden = v->frame.source;
	e->seen.has_forbidden = true;
}

void start_filtered(struct exam *e)
{
	e->dropped_before = dropped(e, &e->host->s.nft);
	watch_add(&e->inside, see_inside, e);
}

static void peer_loop(struct exam *e)
{
	char addr[NET6_TEXT], net[NET6_TEXT] = "PREFIX";
	struct net6 range;

	for (unsigned int i = 0; subject_range(&e->subject, i, &range); i++)
		if (net6_contains(&range, &e->seen.looped))
			net6_text(&range, net);
	exam_advice(exam_found(e, CAUSE_PEER_LOOP, "a packet for %s went to the peer and came back",
			       addr6_text(&e->seen.looped, addr)),
		    "run 'ip -6 route add unreachable %s metric 4294967295' on the peer", net);
}

void check_filtered(struct exam *e)
{
	struct nft_table now = { .exists = false };
	char text[NET6_TEXT];
	struct err ignored;
	uint64_t after;

	if (!e->admin || !e->subject.desired || !e->subject.spec.source_filter) {
		exam_skip(e, !e->admin ? "only root can read its counter" : "sitctl filters nothing here");
		return;
	}
	if (nft_load(&e->host->c, &now, &ignored)) {
		exam_skip(e, "its counter cannot be read");
		return;
	}
	after = dropped(e, &now);
	nft_free(&now);
	exam_ok(e, "nothing was dropped during the examination; the counter stands at %llu packets",
		(unsigned long long)after);
	if (after <= e->dropped_before)
		return;
	/* The looped packet may be anyone's, even the doctor's: it does not show what the peer itself sends. */
	if (e->seen.has_looped) {
		peer_loop(e);
		if (!e->seen.has_forbidden)
			return;
	}
	/* With a wrong prefix length, this host gets packets back and takes others' addresses for its own. */
	if (exam_has(e, CAUSE_ADDRESS_LENGTH) || exam_has(e, CAUSE_PREFIX_TOO_LARGE)) {
		exam_ok(e, "the drops are explained by the causes found");
		return;
	}
	if (!e->seen.has_forbidden) {
		exam_found(e, CAUSE_SOURCE_FILTERED, "%llu packets were dropped during the examination",
			   (unsigned long long)(after - e->dropped_before));
		return;
	}
	addr6_text(&e->seen.forbidden, text);
	exam_advice(exam_found(e, CAUSE_SOURCE_FILTERED,
			       "%llu packets were dropped during the examination, one of them from %s, by the rule "
			       "'jump refused' of chain 'from_peer' of table 'inet sitctl'",
			       (unsigned long long)(after - e->dropped_before), text),
		    "if %s belongs to the peer, run '%sserver set-peer %s prefix PREFIX' with all its prefixes; "
		    "otherwise have the peer send from %s",
		    text, e->prefix, e->subject.name, addr6_text(&e->subject.far, (char[NET6_TEXT]){ "" }));
}

/* Does the expression set or remove the MSS option, `tcp option maxseg size set` (kind 2, RFC 9293 section 3.2)? */
static bool writes_mss(const struct expr *e)
{
	return expr_is(e, "exthdr") && !expr_has(e, NFTA_EXTHDR_DREG) &&
	       expr_u32(e, NFTA_EXTHDR_OP) == NFT_EXTHDR_OP_TCPOPT && expr_u8(e, NFTA_EXTHDR_TYPE) == 2;
}

/*
 * Looks for a rule about packets that go into the tunnel: their MSS tells the other side what it may send. The MSS of
 * the other direction tells only this side.
 */
static int clamped_by_others(struct exam *e, bool *found, struct err *err)
{
	static const struct action action = { 1 << NF_INET_PRE_ROUTING | 1 << NF_INET_FORWARD |
						      1 << NF_INET_POST_ROUTING,
					      writes_mss,
					      { "TCPMSS" },
					      { "mangle", "filter" } };
	struct flow flow = { .family = NFPROTO_IPV6,
			     .proto = IPPROTO_TCP,
			     .from.any = true,
			     .to = { .index = e->subject.link->index, .group = e->subject.link->group } };

	struct filters filters;
	int ret;

	snprintf(flow.to.ifname, sizeof(flow.to.ifname), "%s", e->subject.dev);
	filters_begin(&filters, &e->host->c, FILTERS_THOROUGH);
	ret = filters_action(&filters, &action, &flow, found, err);
	if (!ret && !*found && filters_unknown(&filters)) {
		ret = err_sys(err, EOVERFLOW, "reading the rules of nf_tables");
		err_why(err, "other programs have more chains and rules than the %d that were read", FILTERS_THOROUGH);
	}
	filters_end(&filters);
	return ret;
}

void check_mss(struct exam *e)
{
	char command[EXAM_REMEDY];
	struct finding *f;
	struct err err;
	bool found;

	if (!e->subject.desired && e->subject.server) {
		exam_skip(e, "this host cannot see whether the far end clamps the MSS");
		return;
	}
	/* A host that forwards, and whose default route leads into a foreign tunnel, has a LAN behind it. */
	if (!forwards(e) && (e->subject.desired || e->subject.spec.gateway_mode == GATEWAY_NONE || !forwarding_on(e))) {
		exam_skip(e, "this host forwards nothing for the tunnel");
		return;
	}
	if (!e->admin) {
		exam_skip(e, "only root can read the rules");
		return;
	}
	exam_ok(e, "the MSS is clamped");
	if (!e->subject.link || e->subject.link->mtu >= 1500 ||
	    nft_has_ifname(&e->host->s.nft, SET_CLAMPED, e->subject.dev))
		return;
	if (clamped_by_others(e, &found, &err)) {
		char text[1600];

		exam_skip(e, "%.600s", err_text(&err, text, sizeof(text)));
		return;
	}
	if (found) {
		exam_ok(e, "the MSS is clamped by a rule that sitctl did not make");
		return;
	}
	f = exam_found(e, CAUSE_MSS_NOT_CLAMPED, "%s has MTU %u, and no rule sets the MSS of TCP that goes through it",
		       e->subject.dev, e->subject.link->mtu);
	if (e->subject.desired) {
		exam_respell(e, "mss-clamp", "on", command, sizeof(command));
		exam_command(f, "%s", command);
		return;
	}
	if (strpbrk(e->subject.dev, "'\"\\*")) /* neither nft nor a shell accepts every name unquoted */
		return;
	exam_command(
		f,
		"nft 'table ip6 mss-%u { chain forward { type filter hook forward priority mangle; iifname \"%s\" "
		"tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu; oifname \"%s\" tcp flags & (syn "
		"| rst) == syn tcp option maxseg size set rt mtu; }; }'",
		e->subject.link->index, e->subject.dev, e->subject.dev);
}
