/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/snapshot.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/linkmsg.h"
#include "kernel/mark.h"
#include "kernel/nft/load.h"
#include "state/snapshotfind.h"

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

/* A growing array, for one of the snapshot's lists. */
struct list {
	void **items;
	size_t *n;
	size_t size, room;
	struct arena *arena; /* for what the items point to, or NULL */
};

static void *grow(struct list *l)
{
	if (*l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 32;
		void *grown = realloc(*l->items, room * l->size);

		if (!grown)
			return NULL;
		*l->items = grown;
		l->room = room;
	}
	return memset((char *)*l->items + (*l->n)++ * l->size, 0, l->size);
}

static void forget(void *data)
{
	struct list *l = data;

	*l->n = 0;
	if (l->arena)
		arena_free(l->arena);
}

static int take_link(const struct nlmsghdr *nlh, void *data)
{
	struct list *l = data;
	struct link *link = grow(l);

	return link ? link_decode(nlh, link, l->arena) : -ENOMEM;
}

static int take_addr4(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[ADDR_PROTO + 1];
	struct addr4 *a = grow(data);

	if (!a)
		return -ENOMEM;
	if (nl_attrs(nlh, sizeof(*ifa), tb, ADDR_PROTO))
		return -EBADMSG;
	a->index = ifa->ifa_index;
	a->addr = nl_in(tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS]);
	a->net = nl_in(tb[IFA_ADDRESS] ? tb[IFA_ADDRESS] : tb[IFA_LOCAL]);
	a->broadcast = nl_in(tb[IFA_BROADCAST]);
	a->len = ifa->ifa_prefixlen < 32 ? ifa->ifa_prefixlen : 32;
	return 0;
}

static int take_addr6(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[ADDR_PROTO + 1];
	struct addr *a;

	if (nl_attrs(nlh, sizeof(*ifa), tb, ADDR_PROTO))
		return -EBADMSG;
	/* If IPv6 is disabled, the kernel dumps other families instead (rtnl_dump_all()). */
	if (ifa->ifa_family != AF_INET6)
		return 0;
	a = grow(data);
	if (!a)
		return -ENOMEM;
	a->index = ifa->ifa_index;
	a->net.len = ifa->ifa_prefixlen;
	a->proto = nl_u8(tb[ADDR_PROTO], 0);
	/* With a point-to-point peer, IFA_LOCAL is this host's address and IFA_ADDRESS the peer's. */
	if (a->net.len > 128 || !nl_in6(tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS], &a->net.addr))
		return -EBADMSG;
	return 0;
}

/* On a host with a full routing table, keep only routes that a plan may be about. */
static bool route_matters(const struct route *r)
{
	if (r->table != RT_TABLE_MAIN || (r->type != RTN_UNICAST && r->type != RTN_UNREACHABLE))
		return false;
	return !r->dst.len || r->proto == SITCTL_PROTO || !r->has_gateway;
}

static int keep_route(const struct route *route, struct list *l)
{
	struct route *kept;

	if (!route_matters(route))
		return 0;
	kept = grow(l);
	if (!kept)
		return -ENOMEM;
	*kept = *route;
	return 0;
}

/* A route with several next hops is kept once for each (linux/rtnetlink.h, struct rtnexthop). */
static int keep_hops(const struct nlattr *attr, struct route *route, struct list *l)
{
	const char *p = mnl_attr_get_payload(attr);
	size_t left = mnl_attr_get_payload_len(attr);
	const struct nlattr *tb[RTA_MAX + 1];
	int ret = 0;

	while (!ret && left >= sizeof(struct rtnexthop)) {
		const struct rtnexthop *hop = (const struct rtnexthop *)p;
		size_t len = RTNH_ALIGN(hop->rtnh_len);

		if (hop->rtnh_len < sizeof(*hop) || len > left)
			return -EBADMSG;
		if (nl_attrs_raw(RTNH_DATA(hop), hop->rtnh_len - RTNH_LENGTH(0), tb, RTA_MAX))
			return -EBADMSG;
		route->index = (uint32_t)hop->rtnh_ifindex;
		memset(&route->gateway, 0, sizeof(route->gateway));
		route->has_gateway = nl_in6(tb[RTA_GATEWAY], &route->gateway) || tb[RTA_VIA];
		ret = keep_route(route, l);
		p += len;
		left -= len;
	}
	return ret;
}

static int take_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[RTA_MAX + 1];
	struct route route = { 0 };

	if (nl_attrs(nlh, sizeof(*rtm), tb, RTA_MAX) || rtm->rtm_dst_len > 128)
		return -EBADMSG;
	/* As above; and exceptions (RTM_F_CLONED) are not routes that anyone added. */
	if (rtm->rtm_family != AF_INET6 || rtm->rtm_flags & RTM_F_CLONED)
		return 0;
	route.type = rtm->rtm_type;
	route.proto = rtm->rtm_protocol;
	route.table = nl_u32(tb[RTA_TABLE], rtm->rtm_table);
	route.dst.len = rtm->rtm_dst_len;
	if (route.dst.len && !nl_in6(tb[RTA_DST], &route.dst.addr))
		return -EBADMSG;
	route.metric = nl_u32(tb[RTA_PRIORITY], 0);
	route.index = nl_u32(tb[RTA_OIF], 0);
	route.has_gateway = nl_in6(tb[RTA_GATEWAY], &route.gateway) || tb[RTA_VIA];
	return tb[RTA_MULTIPATH] ? keep_hops(tb[RTA_MULTIPATH], &route, data) : keep_route(&route, data);
}

static int take_neigh(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NDA_MAX + 1];
	struct neigh *n;

	if (nl_attrs(nlh, sizeof(*ndm), tb, NDA_MAX))
		return -EBADMSG;
	if (ndm->ndm_family != AF_INET6 || !(ndm->ndm_flags & NTF_PROXY))
		return 0;
	n = grow(data);
	if (!n)
		return -ENOMEM;
	n->index = (uint32_t)ndm->ndm_ifindex;
	n->proto = nl_u8(tb[NDA_PROTOCOL], 0);
	return nl_in6(tb[NDA_DST], &n->addr) ? 0 : -EBADMSG;
}

/* Begin a request for a dump of TYPE, with the family header that strict checking requires. NULL: no room. */
static void *ask(struct conversation *c, uint16_t type, uint8_t family, size_t header)
{
	uint8_t *payload;

	nl_batch_reset(&c->batch);
	payload = nl_start(&c->batch, type, NLM_F_DUMP, header);
	if (payload)
		payload[0] = family; /* the first byte of every rtnetlink header */
	return payload;
}

/* Run that dump; each answer goes to CB. */
static int answered(struct conversation *c, const char *what, nl_cb cb, struct list *l, struct err *err)
{
	int ret = conversation_dump(c, NL_ROUTE, cb, forget, l, err);

	if (ret)
		snprintf(err->step, sizeof(err->step), "reading %s", what);
	return ret;
}

static int dump(struct conversation *c, uint16_t type, uint8_t family, size_t header, const char *what, nl_cb cb,
		struct list *l, struct err *err)
{
	void *payload = ask(c, type, family, header);

	if (payload && type == RTM_GETNEIGH)
		((struct ndmsg *)payload)->ndm_flags = NTF_PROXY;
	/* Of each tunnel six routes are in other tables. */
	if (payload && type == RTM_GETROUTE)
		((struct rtmsg *)payload)->rtm_table = RT_TABLE_MAIN;
	return answered(c, what, cb, l, err);
}

/*
 * IPv6's own statistics, which are summed up over all processors, nobody wants, but from Linux 6.19 on the flag that
 * leaves them out does so with the counters of the interfaces as well (rtnl_fill_ifinfo(), net/core/rtnetlink.c).
 */
static int dump_links(struct conversation *c, bool counters, struct list *l, struct err *err)
{
	ask(c, RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg));
	if (!counters)
		nl_put_u32(&c->batch, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return answered(c, "the interfaces", take_link, l, err);
}

static int cmp_index(const void *a, const void *b)
{
	uint32_t x = ((const struct link *)a)->index, y = ((const struct link *)b)->index;

	return (x > y) - (x < y);
}

static void copy_name(const struct snapshot *s, uint32_t index, char *name)
{
	const struct link *link = index ? snapshot_link_index(s, index) : NULL;

	if (link)
		memcpy(name, link->name, IFNAMSIZ);
	else
		name[0] = '\0';
}

static void name_interfaces(struct snapshot *s)
{
	for (size_t i = 0; i < s->n_links; i++)
		copy_name(s, s->links[i].underlay, s->links[i].underlay_name);
	for (size_t i = 0; i < s->n_addrs; i++)
		copy_name(s, s->addrs[i].index, s->addrs[i].ifname);
	for (size_t i = 0; i < s->n_routes; i++)
		copy_name(s, s->routes[i].index, s->routes[i].ifname);
	for (size_t i = 0; i < s->n_neighs; i++)
		copy_name(s, s->neighs[i].index, s->neighs[i].ifname);
}

#define LIST(array, count)                                                          \
	{                                                                           \
		.items = (void **)&(array), .n = &(count), .size = sizeof(*(array)) \
	}

int snapshot_load(struct conversation *c, struct snapshot *s, bool counters, struct err *err)
{
	struct list links = LIST(s->links, s->n_links), addrs = LIST(s->addrs, s->n_addrs);
	struct list addrs4 = LIST(s->addrs4, s->n_addrs4), routes = LIST(s->routes, s->n_routes);
	struct list neighs = LIST(s->neighs, s->n_neighs);
	int ret;

	memset(s, 0, sizeof(*s));
	links.arena = &s->arena;
	ret = dump_links(c, counters, &links, err);
	if (!ret)
		ret = dump(c, RTM_GETADDR, AF_INET, sizeof(struct ifaddrmsg), "the IPv4 addresses", take_addr4, &addrs4,
			   err);
	if (!ret)
		ret = dump(c, RTM_GETADDR, AF_INET6, sizeof(struct ifaddrmsg), "the IPv6 addresses", take_addr6, &addrs,
			   err);
	if (!ret)
		ret = dump(c, RTM_GETROUTE, AF_INET6, sizeof(struct rtmsg), "the IPv6 routes", take_route, &routes,
			   err);
	if (!ret)
		ret = dump(c, RTM_GETNEIGH, AF_INET6, sizeof(struct ndmsg), "the proxy neighbours", take_neigh, &neighs,
			   err);
	if (!ret) {
		if (s->n_links)
			qsort(s->links, s->n_links, sizeof(*s->links), cmp_index);
		name_interfaces(s);
		ret = snapshot_sort(s, err);
	}
	if (!ret) {
		ret = nft_load(c, &s->nft, err);
		if (ret == -EPERM) {
			s->nft_unknown = true;
			ret = 0;
		}
	}
	if (ret)
		snapshot_free(s);
	return ret;
}

void snapshot_free(struct snapshot *s)
{
	free(s->links);
	arena_free(&s->arena);
	free(s->addrs);
	free(s->addrs4);
	free(s->routes);
	free(s->neighs);
	nft_free(&s->nft);
	free(s->links_named);
	free(s->addrs_on);
	free(s->routes_on);
	free(s->routes_to);
	memset(s, 0, sizeof(*s));
}

const struct link *snapshot_link_index(const struct snapshot *s, uint32_t index)
{
	struct link key = { .index = index };

	return s->n_links ? bsearch(&key, s->links, s->n_links, sizeof(key), cmp_index) : NULL;
}

bool snapshot_has_addr4(const struct snapshot *s, struct in_addr addr)
{
	for (size_t i = 0; i < s->n_addrs4; i++) {
		const struct addr4 *a = &s->addrs4[i];
		const struct link *link;

		if (a->addr.s_addr == addr.s_addr)
			return true;
		if (addr4_base(a->net, a->len).s_addr != addr4_base(addr, a->len).s_addr)
			continue;
		link = snapshot_link_index(s, a->index);
		if (link && link->flags & IFF_LOOPBACK)
			return true;
	}
	return false;
}
