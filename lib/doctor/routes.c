/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where this host sends what is for the IPv6 Internet, and from which address. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor/routes.h" /* before linux/: glibc and the kernel define the same names */
#include "base/err.h"
#include "base/list.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "doctor/resolver.h"
#include "kernel/addr.h"
#include "kernel/link.h"
#include "kernel/route.h"
#include "netlink/message.h"
#include "netlink/socket.h"
#include "spec/spec.h"
#include "state/derive.h"
#include "state/snapshot.h"

#include <linux/rtnetlink.h>

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
	way->net.len = rtm->rtm_dst_len;
	return 0;
}

static int take_way(const struct nlmsghdr *nlh, void *data)
{
	return nlh->nlmsg_type == RTM_NEWROUTE ? way_decode(nlh, data) : 0;
}

/* With RTM_F_FIB_MATCH in FLAGS the route itself, else what it is for DST alone. */
static struct way look_up(struct exam *e, const struct in6_addr *dst, uint32_t flags)
{
	struct nl_batch *b = &e->host->c.batch;
	struct way way = { .reachable = false };
	struct err ignored;
	struct rtmsg *rtm;

	nl_batch_reset(b);
	rtm = nl_start(b, RTM_GETROUTE, 0, sizeof(*rtm));
	if (rtm) {
		rtm->rtm_family = AF_INET6;
		rtm->rtm_dst_len = 128;
		rtm->rtm_flags = flags;
	}
	nl_put(b, RTA_DST, sizeof(*dst), dst);
	if (conversation_get(&e->host->c, NL_ROUTE, take_way, &way, &ignored))
		way.reachable = false;
	return way;
}

/* The source that the kernel would take for DST: a UDP socket is connected, and nothing sent. */
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

/* What is routed to this client by the tunnel is as good a source as the tunnel's own address. */
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

	f = exam_found(e, CAUSE_OTHER_SOURCE, "to %s it takes %s, which is on %s", dst, addr6_text(source, text),
		       a ? a->ifname : "no interface");
	if (e->subject.has_inner)
		exam_command(f, "ip -6 route replace default%s%s dev %s metric %u src %s%s", via ? " via " : "",
			     via ? addr6_text(&e->subject.spec.gateway, gateway) : "", exam_word(e, e->subject.dev),
			     e->subject.spec.metric ? e->subject.spec.metric : METRIC_DEFAULT,
			     addr6_text(&e->subject.inner, inner), e->subject.desired ? " proto 41" : "");
}

/* The tunnel has a default route, by which DST ought to be reached. */
static bool has_default(const struct exam *e)
{
	for (size_t i = 0; i < e->host->s.n_routes; i++)
		if (e->host->s.routes[i].index == e->subject.link->index && !e->host->s.routes[i].dst.len &&
		    e->host->s.routes[i].type == RTN_UNICAST)
			return true;
	return false;
}

/* The metric that makes the tunnel's default route win over that of the interface INDEX. */
static void other_route(struct exam *e, uint32_t index, const struct in6_addr *dst, const char *text)
{
	const struct link *l = snapshot_link_index(&e->host->s, index);
	char command[EXAM_REMEDY], metric[16], net[NET6_TEXT];
	struct way way = look_up(e, dst, RTM_F_FIB_MATCH);
	struct finding *f;

	f = exam_found(e, CAUSE_OTHER_DEFAULT_ROUTE, "%s is reached by %s, not by %s", text,
		       l ? l->name : "another interface", e->subject.dev);
	if (way.reachable && way.net.len) {
		exam_advice(f,
			    "the route to %s by %s is more specific than a default route: remove it where that is not "
			    "wanted ('ip -6 route')",
			    net6_text(&way.net, net), l ? l->name : "another interface");
		return;
	}
	if (!way.reachable || way.metric < 2) {
		exam_advice(f,
			    "see 'ip -6 route': give the tunnel's default route a smaller metric, or remove the other");
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

/* The kernel has no way there. */
static void no_way(struct exam *e, const char *text)
{
	struct finding *f;

	if (has_default(e)) {
		f = exam_found(e, CAUSE_POLICY_RULE, "the kernel refuses what is for %s, though %s has a route there",
			       text, e->subject.dev);
		exam_advice(f, "see 'ip -6 rule' and 'ip -6 route': a rule or a more specific route forbids it; remove "
			       "that");
		return;
	}
	f = exam_found(e, CAUSE_NO_DEFAULT_ROUTE, "the kernel has no route to %s", text);
	if (exam_repair(e))
		exam_command(f, "%s", exam_repair(e));
	else
		exam_command(f, "ip -6 route add default dev %s metric %d", exam_word(e, e->subject.dev),
			     METRIC_DEFAULT);
}

static void judge_way(struct exam *e, const struct in6_addr *dst, const char *text)
{
	struct way way = look_up(e, dst, 0);
	struct in6_addr source;
	char found[NET6_TEXT];

	if (!way.reachable) {
		no_way(e, text);
		return;
	}
	if (way.table != RT_TABLE_MAIN && way.table != RT_TABLE_LOCAL && way.index != e->subject.link->index) {
		const struct link *l = snapshot_link_index(&e->host->s, way.index);

		exam_advice(exam_found(e, CAUSE_POLICY_RULE, "the route to %s is in table %u, and leaves by %s", text,
				       way.table, l ? l->name : "another interface"),
			    "see 'ip -6 rule' for 'lookup %u', and remove that rule, or put the tunnel's default route "
			    "into table %u",
			    way.table, way.table);
		return;
	}
	if (way.index != e->subject.link->index && way.table != RT_TABLE_LOCAL) {
		other_route(e, way.index, dst, text);
		return;
	}
	if (way.table == RT_TABLE_LOCAL) {
		exam_ok(e, "%s is an address of this host", text);
	} else if (!source_for(dst, &source)) {
		exam_skip(e, "the kernel tells no source address for %s", text);
	} else {
		const struct addr *a = find_addr(&e->host->s, &source);

		exam_ok(e, "%s leaves by %s from %s", text, e->subject.dev, addr6_text(&source, found));
		if ((!a || a->index != e->subject.link->index) && !in_prefixes(e, &source))
			wrong_source(e, &source, text);
	}
}

void check_routes(struct exam *e)
{
	/* Some address of the Internet: nothing is sent to it. 2000::/3 is all of it (RFC 4291 section 2.4). */
	struct in6_addr dst = { .s6_addr = { 0x20, 0x00 } }, asked;
	char text[NET6_TEXT];

	dst.s6_addr[15] = 1;
	if (e->subject.server) {
		exam_skip(e, "the tunnel leads to a peer");
		return;
	}
	/* Its routes are in the VRF's table: the main table's lookup passes them by. */
	if (e->subject.link && e->subject.link->up && e->subject.link->vrf) {
		const struct link *vrf = snapshot_link_index(&e->host->s, e->subject.link->vrf);

		exam_command(exam_found(e, CAUSE_VRF, "%s has the VRF %s as master", e->subject.dev,
					vrf ? vrf->name : "?"),
			     "ip link set %s nomaster%s%s", exam_word(e, e->subject.dev), exam_repair(e) ? "; " : "",
			     exam_repair(e) ? exam_repair(e) : "");
		return;
	}
	if (!e->subject.link || !e->subject.link->up || e->subject.spec.gateway_mode == GATEWAY_NONE) {
		exam_skip(e, e->subject.link && e->subject.link->up ? "no default route is wanted"
								    : "the device is not up");
		if (e->subject.link && e->subject.link->up && !e->subject.desired)
			judge_way(e, &dst, "the IPv6 Internet");
		return;
	}
	if (e->asked && inet_pton(AF_INET6, list_text_at(e->targets, 0), &asked) == 1 && !IN6_IS_ADDR_LINKLOCAL(&asked))
		judge_way(e, &asked, addr6_text(&asked, text));
	else
		judge_way(e, &dst, "the IPv6 Internet");
}

/* A client's own: the prefix is not left to the default route where nobody has the address. */
void check_prefixes(struct exam *e)
{
	const struct spec *spec = &e->subject.spec;

	if (e->subject.server || !e->subject.desired || !spec->n_prefixes) {
		exam_skip(e, e->subject.server ? "the prefixes are the peer's"
					       : "no prefix is routed here that is known of");
		return;
	}
	exam_ok(e, "unused parts of them are unreachable");
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
