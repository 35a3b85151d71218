/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The route by which this host would send an IPv6 packet. */
#include <errno.h>

#include "doctor/way.h" /* before linux/: glibc and the kernel define the same names */
#include "netlink/message.h"

#include <linux/rtnetlink.h>

const struct in6_addr way_internet = { .s6_addr = { 0x20, [15] = 1 } };

int way_decode(const struct nlmsghdr *nlh, struct way *way)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[RTA_MAX + 1];

	if (nl_attrs(nlh, sizeof(*rtm), tb, RTA_MAX) || rtm->rtm_dst_len > 128)
		return -EBADMSG;
	if (rtm->rtm_dst_len && !nl_in6(tb[RTA_DST], &way->net.addr))
		return -EBADMSG;
	way->reachable = rtm->rtm_type == RTN_UNICAST || rtm->rtm_type == RTN_LOCAL;
	way->index = nl_u32(tb[RTA_OIF], 0);
	way->table = nl_u32(tb[RTA_TABLE], rtm->rtm_table);
	way->metric = nl_u32(tb[RTA_PRIORITY], 0);
	way->proto = rtm->rtm_protocol;
	way->net.len = rtm->rtm_dst_len;
	way->has_gateway = nl_in6(tb[RTA_GATEWAY], &way->gateway);
	return 0;
}

static int take_way(const struct nlmsghdr *nlh, void *data)
{
	return nlh->nlmsg_type == RTM_NEWROUTE ? way_decode(nlh, data) : 0;
}

struct way way_look_up(struct conversation *c, const struct way_query *q)
{
	struct way way = { .reachable = false };
	struct nl_batch *b = &c->batch;
	struct err ignored;
	struct rtmsg *rtm;

	nl_batch_reset(b);
	rtm = nl_start(b, RTM_GETROUTE, 0, sizeof(*rtm));
	if (rtm) {
		rtm->rtm_family = AF_INET6;
		rtm->rtm_dst_len = 128;
		rtm->rtm_src_len = q->source ? 128 : 0;
		rtm->rtm_flags = q->match ? RTM_F_FIB_MATCH : 0;
	}
	nl_put(b, RTA_DST, sizeof(*q->dst), q->dst);
	if (q->source)
		nl_put(b, RTA_SRC, sizeof(*q->source), q->source);
	if (q->iif)
		nl_put_u32(b, RTA_IIF, q->iif);
	if (conversation_get(c, NL_ROUTE, take_way, &way, &ignored))
		way.reachable = false;
	return way;
}
