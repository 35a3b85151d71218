/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which route would this host use to send to a remote? */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/path.h" /* before linux/: glibc and the kernel define the same names */

#include <linux/rtnetlink.h>

#define AT_ONCE 32 /* queries per send: their answers fit into a default receive buffer */

/* Queries that share a send; each has two messages. */
struct asked {
	struct path_query *queries;
	const struct nl_batch *batch;
};

static void take_path(const struct nlattr **tb, const struct rtmsg *rtm, struct path *path)
{
	path->reachable = rtm->rtm_type == RTN_UNICAST;
	path->index = nl_u32(tb[RTA_OIF], 0);
	path->source = nl_in(tb[RTA_PREFSRC]);
	path->gateway = nl_in(tb[RTA_GATEWAY]);
}

static void take_match(const struct nlattr **tb, const struct rtmsg *rtm, struct path *path)
{
	const struct nlattr *metrics[RTAX_MAX + 1];

	path->net = nl_in(tb[RTA_DST]);
	path->len = rtm->rtm_dst_len;
	if (tb[RTA_METRICS] && !nl_attrs_nested(tb[RTA_METRICS], metrics, RTAX_MAX))
		path->mtu = nl_u32(metrics[RTAX_MTU], 0);
}

static int take_answer(const struct nlmsghdr *nlh, void *data)
{
	struct asked *asked = data;
	uint32_t i = nlh->nlmsg_seq - asked->batch->first_seq;
	struct path *path = &asked->queries[i / 2].path;
	const struct nlattr *tb[RTA_MAX + 1];

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return 0;
	if (nl_attrs(nlh, sizeof(struct rtmsg), tb, RTA_MAX))
		return -EBADMSG;
	if (i % 2)
		take_match(tb, mnl_nlmsg_get_payload(nlh), path);
	else
		take_path(tb, mnl_nlmsg_get_payload(nlh), path);
	return 0;
}

static void put_query(struct nl_batch *b, const struct path_query *q, uint32_t flags)
{
	struct rtmsg *rtm = nl_start(b, RTM_GETROUTE, 0, sizeof(*rtm));

	if (!rtm)
		return;
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 32;
	rtm->rtm_src_len = q->local.s_addr ? 32 : 0;
	rtm->rtm_flags = flags;
	nl_put(b, RTA_DST, sizeof(q->remote), &q->remote);
	if (q->local.s_addr)
		nl_put(b, RTA_SRC, sizeof(q->local), &q->local);
	if (q->index)
		nl_put_u32(b, RTA_OIF, q->index);
	if (q->mark)
		nl_put_u32(b, RTA_MARK, q->mark);
}

/* No route is an answer, not a failure: the tunnel may be created before the underlay is up. */
static bool no_route(int code)
{
	return code == ENETUNREACH || code == EHOSTUNREACH || code == EINVAL || code == ENODEV || code == EACCES;
}

static int ask(struct conversation *c, struct path_query *queries, size_t n, struct err *err)
{
	struct nl_batch *b = &c->batch;
	struct asked asked = { .queries = queries, .batch = b };
	int ret;

	nl_batch_reset(b);
	for (size_t i = 0; i < n; i++) {
		memset(&queries[i].path, 0, sizeof(queries[i].path));
		put_query(b, &queries[i], 0);
		/*
		 * Use the MTU of the route itself (RTM_F_FIB_MATCH): one learned from ICMP expires after ten
		 * minutes, and sit follows it for each packet; the device would change back and forth.
		 */
		put_query(b, &queries[i], RTM_F_FIB_MATCH);
	}
	ret = conversation_get(c, NL_ROUTE, take_answer, &asked, err);
	if (ret && no_route(-ret)) {
		ret = 0;
		for (size_t i = 0; !ret && i < 2 * n; i++)
			if (b->results[i].code && !no_route(b->results[i].code))
				ret = err_sys(err, b->results[i].code, "netlink request");
	}
	if (ret)
		snprintf(err->step, sizeof(err->step), "looking up the route to the remote");
	return ret;
}

int path_lookup_all(struct conversation *c, struct path_query *queries, size_t n, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < n; i += AT_ONCE)
		ret = ask(c, queries + i, n - i < AT_ONCE ? n - i : AT_ONCE, err);
	return ret;
}

int path_lookup(struct conversation *c, struct in_addr remote, struct in_addr local, uint32_t index, uint32_t mark,
		struct path *path, struct err *err)
{
	struct path_query query = { .remote = remote, .local = local, .index = index, .mark = mark };
	int ret = path_lookup_all(c, &query, 1, err);

	*path = query.path;
	return ret;
}
