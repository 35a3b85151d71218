/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries about rules and routes, answered from the kernel's dumps. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "doctor/policy.h" /* before linux/: glibc and the kernel define the same names */
#include "base/list.h"
#include "doctor/decide.h"
#include "netlink/message.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

static unsigned int full(uint8_t family)
{
	return family == AF_INET ? 32 : 128;
}

/* A prefix of either family. */
static bool take_net(const struct nlattr *attr, uint8_t family, uint8_t len, struct net6 *net)
{
	memset(net, 0, sizeof(*net));
	if (len > full(family))
		return false;
	net->len = len;
	if (family == AF_INET6)
		return nl_in6(attr, &net->addr) || !len;
	memcpy(&net->addr, &(struct in_addr){ nl_in(attr).s_addr }, sizeof(struct in_addr));
	return attr || !len;
}

static int take_rule(const struct nlmsghdr *nlh, void *data)
{
	const struct fib_rule_hdr *h = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[FRA_MAX + 1];
	struct tables *t = data;
	struct rule *grown, *r;

	if (nlh->nlmsg_type != RTM_NEWRULE)
		return 0;
	if (nl_attrs(nlh, sizeof(*h), tb, FRA_MAX))
		return -EBADMSG;
	if (h->family != t->flow->family)
		return 0;
	grown = list_grow(t->rules, t->n_rules, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	t->rules = grown;
	r = &grown[t->n_rules++];
	if (!take_net(tb[FRA_SRC], h->family, h->src_len, &r->src) ||
	    !take_net(tb[FRA_DST], h->family, h->dst_len, &r->dst))
		return -EBADMSG;
	r->action = h->action;
	r->tos = h->tos;
	r->invert = h->flags & FIB_RULE_INVERT;
	r->table = nl_u32(tb[FRA_TABLE], h->table);
	r->pref = nl_u32(tb[FRA_PRIORITY], 0);
	r->target = nl_u32(tb[FRA_GOTO], 0);
	r->mark = nl_u32(tb[FRA_FWMARK], 0);
	r->mask = nl_u32(tb[FRA_FWMASK], r->mark ? UINT32_MAX : 0);
	r->suppress = nl_u32(tb[FRA_SUPPRESS_PREFIXLEN], UINT32_MAX);
	r->l3mdev = nl_u8(tb[FRA_L3MDEV], 0);
	r->proto = nl_u8(tb[FRA_IP_PROTO], 0);
	r->ports = tb[FRA_SPORT_RANGE] || tb[FRA_DPORT_RANGE];
	r->uid_last = UINT32_MAX;
	if (tb[FRA_UID_RANGE] && mnl_attr_get_payload_len(tb[FRA_UID_RANGE]) >= 2 * sizeof(uint32_t)) {
		memcpy(&r->uid_first, mnl_attr_get_payload(tb[FRA_UID_RANGE]), sizeof(uint32_t));
		memcpy(&r->uid_last, (const char *)mnl_attr_get_payload(tb[FRA_UID_RANGE]) + sizeof(uint32_t),
		       sizeof(uint32_t));
	}
	nl_str(tb[FRA_IIFNAME], r->iif, sizeof(r->iif));
	nl_str(tb[FRA_OIFNAME], r->oif, sizeof(r->oif));
	return 0;
}

static int take_candidate(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[RTA_MAX + 1];
	struct candidate *grown, c = { 0 };
	struct tables *t = data;

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return 0;
	if (nl_attrs(nlh, sizeof(*rtm), tb, RTA_MAX))
		return -EBADMSG;
	if (rtm->rtm_family != t->flow->family || rtm->rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD))
		return 0;
	if (!take_net(tb[RTA_DST], rtm->rtm_family, rtm->rtm_dst_len, &c.dst))
		return -EBADMSG;
	c.type = rtm->rtm_type;
	c.tos = rtm->rtm_tos;
	c.table = nl_u32(tb[RTA_TABLE], rtm->rtm_table);
	c.metric = nl_u32(tb[RTA_PRIORITY], 0);
	c.oif = nl_u32(tb[RTA_OIF], 0);
	if (rtm->rtm_src_len || !net6_contains(&c.dst, &t->flow->dst))
		return 0;
	grown = list_grow(t->routes, t->n_routes, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	t->routes = grown;
	grown[t->n_routes++] = c;
	return 0;
}

static void forget(void *data)
{
	struct tables *t = data;

	list_drop(t->rules);
	list_drop(t->routes);
	t->rules = NULL;
	t->routes = NULL;
	t->n_rules = t->n_routes = 0;
}

static void forget_routes(void *data)
{
	struct tables *t = data;

	list_drop(t->routes);
	t->routes = NULL;
	t->n_routes = 0;
}

static int read_rules(struct conversation *c, struct tables *t, struct err *err)
{
	struct fib_rule_hdr *h;

	nl_batch_reset(&c->batch);
	h = nl_start(&c->batch, RTM_GETRULE, NLM_F_DUMP, sizeof(*h));
	if (h)
		h->family = t->flow->family;
	return conversation_dump(c, NL_ROUTE, take_rule, forget, t, err);
}

/* TABLE 0: all tables. */
static int read_routes(struct conversation *c, uint8_t family, uint8_t table, nl_cb cb, void (*reset)(void *),
		       void *data, struct err *err)
{
	struct rtmsg *rtm;

	nl_batch_reset(&c->batch);
	rtm = nl_start(&c->batch, RTM_GETROUTE, NLM_F_DUMP, sizeof(*rtm));
	if (rtm) {
		rtm->rtm_family = family;
		rtm->rtm_table = table;
	}
	return conversation_dump(c, NL_ROUTE, cb, reset, data, err);
}

static bool names_protocol(const struct tables *t)
{
	for (unsigned int i = 0; i < t->n_rules; i++)
		if (t->rules[i].proto || t->rules[i].tos)
			return true;
	return false;
}

int policy_decide(struct conversation *c, const struct policy_flow *flow, struct policy *policy, struct err *err)
{
	struct tables t = { .flow = flow };
	int ret = read_rules(c, &t, err);

	memset(policy, 0, sizeof(*policy));
	/* The IPv4 routing table may be large. */
	if (flow->reachable && !names_protocol(&t)) {
		forget(&t);
		return ret;
	}
	if (!ret)
		ret = read_routes(c, flow->family, 0, take_candidate, forget_routes, &t, err);
	if (!ret)
		decide(&t, policy);
	forget(&t);
	return ret;
}

/* The prefixes collected so far. */
struct nets {
	struct net6 *nets;
	unsigned int n, max;
};

unsigned int policy_sources(struct conversation *c, uint32_t table, struct net6 *nets, unsigned int max)
{
	static const struct policy_flow any = { .family = AF_INET6 };
	struct tables t = { .flow = &any };
	struct err ignored;
	unsigned int n = 0;

	if (!read_rules(c, &t, &ignored))
		for (unsigned int i = 0; i < t.n_rules && n < max; i++)
			if (t.rules[i].action == FR_ACT_TO_TBL && t.rules[i].table == table && t.rules[i].src.len &&
			    !t.rules[i].invert)
				nets[n++] = t.rules[i].src;
	forget(&t);
	return n;
}

/* A table with a default route by an interface. */
struct wanted {
	uint32_t index, table;
};

static int take_default(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[RTA_MAX + 1];
	struct wanted *w = data;

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return 0;
	if (nl_attrs(nlh, sizeof(*rtm), tb, RTA_MAX))
		return -EBADMSG;
	if (!w->table && rtm->rtm_family == AF_INET6 && rtm->rtm_type == RTN_UNICAST && rtm->rtm_dst_len <= 3 &&
	    nl_u32(tb[RTA_OIF], 0) == w->index)
		w->table = nl_u32(tb[RTA_TABLE], rtm->rtm_table);
	return 0;
}

static void forget_default(void *data)
{
	((struct wanted *)data)->table = 0;
}

uint32_t policy_default_table(struct conversation *c, uint32_t index)
{
	struct wanted w = { .index = index };
	struct err ignored;

	return read_routes(c, AF_INET6, 0, take_default, forget_default, &w, &ignored) ? 0 : w.table;
}

/* Skips the routes that the kernel creates for addresses. */
static int take_local(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[RTA_MAX + 1];
	struct nets *l = data;
	struct net6 net;

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return 0;
	if (nl_attrs(nlh, sizeof(*rtm), tb, RTA_MAX))
		return -EBADMSG;
	if (rtm->rtm_family != AF_INET6 || rtm->rtm_type != RTN_LOCAL || rtm->rtm_protocol == RTPROT_KERNEL ||
	    rtm->rtm_dst_len == 128 || l->n == l->max)
		return 0;
	if (!take_net(tb[RTA_DST], AF_INET6, rtm->rtm_dst_len, &net))
		return -EBADMSG;
	l->nets[l->n++] = net;
	return 0;
}

static void forget_local(void *data)
{
	((struct nets *)data)->n = 0;
}

unsigned int policy_local_prefixes(struct conversation *c, struct net6 *nets, unsigned int max)
{
	struct nets l = { nets, 0, max };
	struct err ignored;

	return read_routes(c, AF_INET6, RT_TABLE_LOCAL, take_local, forget_local, &l, &ignored) ? 0 : l.n;
}

/* The search for a route to a part of NETS. */
struct shadow {
	const struct net6 *nets;
	unsigned int n, of;
	uint32_t own;
	struct policy_route *found;
};

static int take_shadow(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[RTA_MAX + 1];
	struct shadow *s = data;
	struct net6 net;
	uint32_t oif;

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return 0;
	if (nl_attrs(nlh, sizeof(*rtm), tb, RTA_MAX))
		return -EBADMSG;
	oif = nl_u32(tb[RTA_OIF], 0);
	if (s->of != UINT_MAX || rtm->rtm_family != AF_INET6 || rtm->rtm_type != RTN_UNICAST || !oif || oif == s->own ||
	    nl_u32(tb[RTA_TABLE], rtm->rtm_table) != RT_TABLE_MAIN || rtm->rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD))
		return 0;
	if (!take_net(tb[RTA_DST], AF_INET6, rtm->rtm_dst_len, &net))
		return -EBADMSG;
	for (unsigned int i = 0; i < s->n && s->of == UINT_MAX; i++)
		if (net.len > s->nets[i].len && net6_contains(&s->nets[i], &net.addr))
			s->of = i;
	if (s->of != UINT_MAX)
		*s->found = (struct policy_route){ net, oif, nl_u32(tb[RTA_PRIORITY], 0), rtm->rtm_protocol };
	return 0;
}

static void forget_shadow(void *data)
{
	((struct shadow *)data)->of = UINT_MAX;
}

unsigned int policy_shadow(struct conversation *c, const struct net6 *nets, unsigned int n, uint32_t own,
			   struct policy_route *found)
{
	struct shadow s = { nets, n, UINT_MAX, own, found };
	struct err ignored;

	return read_routes(c, AF_INET6, RT_TABLE_MAIN, take_shadow, forget_shadow, &s, &ignored) ? UINT_MAX : s.of;
}
