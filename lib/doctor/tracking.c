/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connection tracking of the tunnel's outer packets, checked after some have passed. */
#include <string.h>

#include "base/err.h" /* before linux/: glibc and the kernel define the same names */
#include "base/inet6.h"
#include "base/parse.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "doctor/examine.h"
#include "doctor/resolver.h"
#include "filters/action.h"
#include "filters/expr.h"
#include "filters/filters.h"
#include "filters/flow.h"
#include "kernel/conntrack.h"
#include "kernel/nft/elements.h"
#include "kernel/sysctl.h"

#include <linux/netfilter.h>

static bool translates(const struct expr *e)
{
	return expr_is(e, "masq") || expr_is(e, "nat");
}

/* Does a foreign rule translate addresses? If the rules cannot be read, assume none. */
static bool translating(struct exam *e)
{
	static const struct action action = { 1 << NF_INET_PRE_ROUTING | 1 << NF_INET_LOCAL_IN |
						      1 << NF_INET_LOCAL_OUT | 1 << NF_INET_POST_ROUTING,
					      translates,
					      { "MASQUERADE", "SNAT", "DNAT", "NETMAP" },
					      { "nat" } };
	static const struct flow flow = {
		.family = NFPROTO_IPV4, .proto = IPPROTO_IPV6, .from.any = true, .to.any = true
	};
	struct filters filters;
	struct err ignored;
	bool found;

	filters_begin(&filters, &e->host->c, FILTERS_THOROUGH);
	found = !filters_action(&filters, &action, &flow, &found, &ignored) && found;
	filters_end(&filters);
	return found;
}

/* The remedy keeps the packets untracked, with sitctl or, for a foreign tunnel, with nft, and removes the entry. */
static void keep_out(const struct exam *e, struct finding *f, const struct conntrack *ct)
{
	char remote[NET6_TEXT], source[NET6_TEXT], destination[NET6_TEXT], command[EXAM_REMEDY];

	if (e->subject.desired) {
		exam_respell(e, "notrack", "on", command, sizeof(command));
		exam_command(f, "%s", command);
		return;
	}
	addr4_text(e->subject.remote, remote);
	exam_command(f,
		     "nft 'table ip notrack-%u { chain in { type filter hook prerouting priority raw; ip saddr %s ip "
		     "protocol "
		     "41 notrack; }; chain out { type filter hook output priority raw; ip daddr %s ip protocol 41 "
		     "notrack; }; "
		     "}'; conntrack -D -p 41 --orig-src %s --orig-dst %s",
		     e->subject.link ? e->subject.link->index : 0, remote, remote, addr4_text(ct->source, source),
		     addr4_text(ct->destination, destination));
}

static void judge_entry(struct exam *e, const struct conntrack *ct)
{
	char a[NET6_TEXT], b[NET6_TEXT], c[NET6_TEXT], d[NET6_TEXT];
	bool ours = ct->source.s_addr == e->subject.local.s_addr;
	struct finding *f;

	addr4_text(ct->source, a);
	addr4_text(ct->destination, b);
	addr4_text(ct->reply_source, c);
	addr4_text(ct->reply_destination, d);
	if (ct->reply_source.s_addr != ct->destination.s_addr || ct->reply_destination.s_addr != ct->source.s_addr) {
		bool rule = translating(e);

		f = exam_found(e, rule ? CAUSE_MASQUERADED : CAUSE_STALE_ENTRY,
			       "the entry from %s to %s expects replies from %s to %s, and lasts for another %u s", a,
			       b, c, d, ct->timeout);
		if (rule)
			keep_out(e, f, ct);
		else
			exam_command(f, "conntrack -D -p 41 --orig-src %s --orig-dst %s", a, b);
		return;
	}
	if (ct->replied)
		f = exam_found(e, CAUSE_TRACKED, "the entry from %s to %s expires after %u s without packets", a, b,
			       ct->timeout);
	else
		f = exam_found(e, CAUSE_NOTRACK_HALF,
			       "the entry from %s to %s has seen no reply: what this host %s is tracked, so NOTRACK is "
			       "missing in the %s hook",
			       a, b, ours ? "sends" : "receives", ours ? "output" : "prerouting");
	keep_out(e, f, ct);
}

/* Every match restarts the entry's timeout (nf_conntrack_proto_generic.c): if it runs down, no packet matches. */
static bool runs_out(const struct conntrack *ct)
{
	char value[SYSCTL_VALUE_SIZE];
	uint32_t whole;
	const char *why;

	return !sysctl_read("net/netfilter/nf_conntrack_generic_timeout", value, sizeof(value)) &&
	       parse_u32(value, 0, UINT32_MAX, &whole, &why) && ct->timeout + EXAM_SECONDS + 3 < whole;
}

void check_tracking(struct exam *e)
{
	struct conntrack ct = { .source = e->subject.local, .destination = e->subject.remote };
	struct err err;
	bool found;

	if (!e->admin) {
		exam_skip(e, "only root can read the entries");
		return;
	}
	if (!e->subject.local.s_addr || !e->subject.remote.s_addr) {
		exam_skip(e, "the addresses of the two ends are not known");
		return;
	}
	exam_ok(e, "there is no entry for the tunnel");
	/* With NOTRACK in both hooks, an old entry stays until its timeout, but no packet matches it. */
	if (e->host->s.nft.intact && nft_has_remote(&e->host->s.nft, e->subject.remote)) {
		exam_ok(e, "the tunnel's packets are kept out of connection tracking");
		return;
	}
	if (conntrack_find(&e->host->c, &ct, &found, &err)) {
		char text[1600];

		exam_skip(e, "%.600s", err_text(&err, text, sizeof(text)));
	} else if (found && (!e->seen.sent || !runs_out(&ct))) {
		judge_entry(e, &ct);
	}
}
