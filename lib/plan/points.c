/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "plan/points.h" /* before linux/: glibc and the kernel define the same names */
#include "base/inet6.h"
#include "base/quote.h"
#include "kernel/mark.h"
#include "plan/remedies.h"
#include "state/snapshotfind.h"

#include <linux/netfilter.h>

static const struct {
	bool outer, in;
	enum flow_at at;
	unsigned int hook;
} points[POINT_COUNT] = {
	[POINT_OUTER_INGRESS] = { true, true, AT_INGRESS, 0 },
	[POINT_OUTER_PREROUTING] = { true, true, AT_HOOK, NF_INET_PRE_ROUTING },
	[POINT_OUTER_INPUT] = { true, true, AT_HOOK, NF_INET_LOCAL_IN },
	[POINT_INNER_INGRESS] = { false, true, AT_INGRESS, 0 },
	[POINT_INNER_PREROUTING] = { false, true, AT_HOOK, NF_INET_PRE_ROUTING },
	[POINT_INNER_INPUT] = { false, true, AT_HOOK, NF_INET_LOCAL_IN },
	[POINT_INNER_OUTPUT] = { false, false, AT_HOOK, NF_INET_LOCAL_OUT },
	[POINT_INNER_POSTROUTING] = { false, false, AT_HOOK, NF_INET_POST_ROUTING },
	[POINT_INNER_EGRESS] = { false, false, AT_EGRESS, 0 },
	[POINT_OUTER_OUTPUT] = { true, false, AT_HOOK, NF_INET_LOCAL_OUT },
	[POINT_OUTER_POSTROUTING] = { true, false, AT_HOOK, NF_INET_POST_ROUTING },
	[POINT_OUTER_EGRESS] = { true, false, AT_EGRESS, 0 },
};

void flow_end(const struct world *w, struct flow_end *end, const char *ifname, const void *addr, size_t len)
{
	const struct link *link = snapshot_link(w->s, ifname);

	memset(end, 0, sizeof(*end));
	snprintf(end->ifname, sizeof(end->ifname), "%s", ifname);
	end->index = link ? link->index : 0;
	end->group = link ? link->group : 0;
	end->has_addr = addr;
	if (addr)
		memcpy(end->addr, addr, len);
}

int point_barrier(struct filters *f, const struct world *w, const struct passing *p, enum point point,
		  struct barrier *o, bool *found, struct err *err)
{
	bool outer = points[point].outer, in = points[point].in;
	const char *ifname = outer ? p->underlay : p->dev;
	const void *far = outer ? (const void *)&p->remote : p->far,
		   *here = outer ? (p->local.s_addr ? (const void *)&p->local : NULL) : p->inner;
	size_t len = outer ? sizeof(p->remote) : sizeof(*p->far);
	struct flow flow = {
		.at = points[point].at,
		.hook = points[point].hook,
		.family = outer ? NFPROTO_IPV4 : NFPROTO_IPV6,
		.proto = outer ? IPPROTO_IPV6 : IPPROTO_ICMPV6,
		/* To a filter that does not track them, outer packets of both directions are first packets. */
		.state = outer && p->notrack ? FLOW_UNTRACKED
			 : !outer && in	     ? FLOW_ANSWER
					     : FLOW_FIRST,
	};

	flow_end(w, &flow.from, in ? ifname : "", in ? far : here, len);
	flow_end(w, &flow.to, in ? "" : ifname, in ? here : far, len);
	return filters_barrier(f, &flow, o, found, err);
}

void point_text(const struct passing *p, enum point point, char *buf, size_t size)
{
	char remote[NET6_TEXT];

	if (points[point].outer)
		snprintf(buf, size, "protocol 41 %s %s", points[point].in ? "from" : "to",
			 addr4_text(p->remote, remote));
	else
		snprintf(buf, size, "traffic %s %s", points[point].in ? "received on" : "sent on", p->dev);
}

void point_remedy(const struct passing *p, enum point point, const struct barrier *o, char *buf, size_t size)
{
	bool in = points[point].in;
	char remote[NET6_TEXT], word[QUOTED_IFNAME], iptables[200], nft[160];

	addr4_text(p->remote, remote);
	if (points[point].outer && in && points[point].at == AT_HOOK) {
		remedy_input(o, remote, buf, size);
		return;
	}
	*buf = '\0';
	if (points[point].outer) {
		snprintf(iptables, sizeof(iptables), "-%c %s -p 41", in ? 's' : 'd', remote);
		snprintf(nft, sizeof(nft), "ip %s %s ip protocol 41", in ? "saddr" : "daddr", remote);
	} else if (strpbrk(p->dev, "\"\\")) {
		return; /* nft cannot quote these */
	} else {
		/* Do not let strangers in if answers can be distinguished from them. */
		bool answers = in && o->tracked;

		quote_word(p->dev, word, sizeof(word));
		snprintf(iptables, sizeof(iptables), "-%c %s%s", in ? 'i' : 'o', word,
			 answers ? " -m conntrack --ctstate ESTABLISHED,RELATED" : "");
		snprintf(nft, sizeof(nft), "%s \"%s\"%s", in ? "iifname" : "oifname", p->dev,
			 answers ? " ct state established,related" : "");
	}
	remedy_accept(o, iptables, nft, buf, size);
}
