/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of multicast groups: each message is handed on once, whenever it comes, and is no answer. */
#include "../unit.h" /* before linux/: glibc and the kernel define the same names */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/rtnetlink.h>

static struct nl nl, other;
static struct nl_batch b, other_batch;
static struct err err;
static uint8_t routes; /* that were added */

static struct seen {
	unsigned int n, lost;
	uint16_t type; /* of the last one */
	uint32_t seq;
	unsigned int gone; /* so often has x0 gone */
} seen;

/* The kernel makes routes of its own, some time after an interface came up. */
static bool kernels(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[RTA_MAX + 1];
	struct net6 net = net6("2001:db8::/32");
	struct in6_addr dst;

	return nlh->nlmsg_type == RTM_NEWROUTE && !nl_attrs(nlh, sizeof(struct rtmsg), tb, RTA_MAX) &&
	       nl_in6(tb[RTA_DST], &dst) && !net6_contains(&net, &dst);
}

static void event(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[IFLA_MAX + 1];
	char name[IFNAMSIZ];

	ck_assert_ptr_eq(data, &seen);
	if (!nlh) {
		seen.lost++;
		return;
	}
	if (kernels(nlh))
		return;
	seen.n++;
	seen.type = nlh->nlmsg_type;
	seen.seq = nlh->nlmsg_seq;
	if (nlh->nlmsg_type == RTM_DELLINK && !nl_attrs(nlh, sizeof(struct ifinfomsg), tb, IFLA_MAX) &&
	    nl_str(tb[IFLA_IFNAME], name, sizeof(name)) && !strcmp(name, "x0"))
		seen.gone++;
}

static void open_one(struct nl *one, struct nl_batch *batch)
{
	ck_assert_int_eq(nl_open(one, &nl_protocols[NL_ROUTE], &err), 0);
	ck_assert_int_eq(nl_batch_init(batch, 1 << 16, &err), 0);
}

static void begin(void)
{
	own_netns();
	open_one(&nl, &b);
	open_one(&other, &other_batch);
	routes = 0;
	memset(&seen, 0, sizeof(seen));
	nl.event = event;
	nl.event_data = &seen;
}

static void end(void)
{
	nl_close(&nl);
	nl_close(&other);
	nl_batch_free(&b);
	nl_batch_free(&other_batch);
}

static void join(uint32_t group)
{
	ck_assert_msg(!nl_join(&nl, group, &err), "%s: %s", err.step, strerror(err.code));
}

/* What waits is handed on; then N events have come. */
static void events_are(unsigned int n)
{
	ck_assert_msg(!nl_events(&nl, &err), "%s: %s", err.step, strerror(err.code));
	ck_assert_uint_eq(seen.n, n);
}

static void good(int ret)
{
	ck_assert_msg(!ret, "%s: %s", err.step, strerror(err.code));
}

/* 2001:db8:N::/48: the kernel tells of it before it answers. */
static void put_route(struct nl_batch *batch, uint8_t n)
{
	struct rtmsg *rtm = nl_start(batch, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*rtm));
	struct in6_addr dst = ip6("2001:db8::");

	dst.s6_addr[5] = n;
	rtm->rtm_family = AF_INET6;
	rtm->rtm_dst_len = 48;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_type = RTN_UNREACHABLE;
	nl_put(batch, RTA_DST, sizeof(dst), &dst);
}

/* By the other socket: so many routes. */
static void add_routes(unsigned int count)
{
	nl_batch_reset(&other_batch);
	for (unsigned int i = 0; i < count; i++)
		put_route(&other_batch, ++routes);
	good(nl_send(&other, &other_batch, &err));
}

START_TEST(once_each)
{
	join(RTNLGRP_IPV6_ROUTE);
	events_are(0);
	add_routes(1);
	ck_assert_uint_eq(seen.n, 0);
	events_are(1);
	ck_assert_uint_eq(seen.type, RTM_NEWROUTE);
	events_are(1);
	add_routes(7);
	events_are(8);
	ck_assert_uint_eq(seen.lost, 0);
}
END_TEST

/* A pair of interfaces that somebody else makes and removes. */
START_TEST(links_of_others)
{
	unsigned int before;
	struct ifinfomsg *ifi;

	join(RTNLGRP_LINK);
	make_veth("x0", "x1");
	good(nl_events(&nl, &err));
	ck_assert_uint_ge(seen.n, 2);
	ck_assert_uint_eq(seen.type, RTM_NEWLINK);
	nl_batch_reset(&other_batch);
	ifi = nl_start(&other_batch, RTM_DELLINK, 0, sizeof(*ifi));
	ifi->ifi_index = (int)index_of("x0");
	good(nl_send(&other, &other_batch, &err));
	good(nl_events(&nl, &err));
	ck_assert_uint_eq(seen.type, RTM_DELLINK);
	ck_assert_uint_eq(seen.gone, 1);
	before = seen.n;
	events_are(before);
}
END_TEST

static int count(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	++*(unsigned int *)data;
	return 0;
}

/* The kernel gives what it tells of a change the number of the request that made it: no answer all the same. */
START_TEST(own_changes)
{
	unsigned int answers = 0;

	join(RTNLGRP_IPV6_ROUTE);
	put_route(&b, 200);
	good(nl_send_get(&nl, &b, count, &answers, &err));
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_uint_eq(seen.type, RTM_NEWROUTE);
	ck_assert_uint_eq(seen.seq, b.first_seq);
	ck_assert_uint_eq(answers, 0);
	events_are(1);
}
END_TEST

/* A question that is answered by data must not take the event for it. */
START_TEST(question_with_events_before)
{
	unsigned int answers = 0;

	join(RTNLGRP_IPV6_ROUTE);
	join(RTNLGRP_LINK);
	add_routes(3);
	((struct ifinfomsg *)nl_start(&b, RTM_GETLINK, 0, sizeof(struct ifinfomsg)))->ifi_index = 1;
	good(nl_get(&nl, &b, count, &answers, &err));
	ck_assert_uint_eq(answers, 1);
	ck_assert_uint_eq(seen.n, 3);
	events_are(3);
}
END_TEST

START_TEST(ignored_without_a_callback)
{
	nl.event = NULL;
	join(RTNLGRP_IPV6_ROUTE);
	add_routes(3);
	put_route(&b, 200);
	good(nl_send(&nl, &b, &err));
	add_routes(3);
	events_are(0);
	nl.event = event;
	add_routes(1);
	events_are(1);
}
END_TEST

START_TEST(no_such_group)
{
	join(RTNLGRP_IPV6_ROUTE);
	ck_assert_int_eq(nl_join(&nl, 4711, &err), -EINVAL);
	ck_assert_str_eq(err.step, "netlink group 4711");
	add_routes(1);
	events_are(1);
}
END_TEST

struct dump {
	unsigned int n, resets;
	unsigned int routes; /* to be added when the first answer comes */
};

static void reset(void *data)
{
	struct dump *d = data;

	d->n = 0;
	d->resets++;
}

static int take(const struct nlmsghdr *nlh, void *data)
{
	struct dump *d = data;

	ck_assert_uint_eq(nlh->nlmsg_type, RTM_NEWLINK);
	if (++d->n == 1 && d->routes) {
		add_routes(d->routes);
		d->routes = 0;
	}
	return 0;
}

static void dump_links(struct dump *d)
{
	nl_batch_reset(&b);
	nl_start(&b, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	good(nl_dump(&nl, &b, take, reset, d, &err));
}

#define PAIRS 40 /* take several datagrams of 32 KiB at most */

static void many_links(void)
{
	char name[IFNAMSIZ], peer[IFNAMSIZ];

	for (int i = 0; i < PAIRS; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		snprintf(peer, sizeof(peer), "b%d", i);
		make_veth(name, peer);
	}
}

/* Between two datagrams of a dump, which is whole. */
START_TEST(amid_a_dump)
{
	struct dump d = { .routes = 5 };

	many_links();
	join(RTNLGRP_IPV6_ROUTE);
	dump_links(&d);
	ck_assert_uint_eq(d.n, 2 * PAIRS + 1);
	ck_assert_uint_eq(d.resets, 1);
	ck_assert_uint_eq(seen.n, 5); /* before the dump's end */
	events_are(5);
	ck_assert_uint_eq(seen.lost, 0);
}
END_TEST

static void small_buffer(void)
{
	int size = 4096;

	good(setsockopt(mnl_socket_get_fd(nl.sock), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
}

/* More than there is room for: that is said; whether they are read before or not, requests are answered. */
START_TEST(lost)
{
	struct dump d = { 0 };

	small_buffer();
	join(RTNLGRP_IPV6_ROUTE);
	add_routes(100);
	if (_i) {
		good(nl_events(&nl, &err));
		ck_assert_uint_eq(seen.lost, 1);
	}
	put_route(&b, 201);
	good(nl_send(&nl, &b, &err));
	ck_assert_uint_eq(seen.lost, 1);
	ck_assert_uint_ge(seen.n, 2);
	ck_assert_uint_lt(seen.n, 101);
	dump_links(&d);
	ck_assert_uint_eq(d.n, 1);
	/* And it goes on with events. */
	seen.n = 0;
	add_routes(1);
	events_are(1);
	ck_assert_uint_eq(seen.lost, 1);
}
END_TEST

/* Answers may be among what was lost: the dump is read again. */
START_TEST(lost_amid_a_dump)
{
	struct dump d = { .routes = 100 };

	many_links();
	small_buffer();
	join(RTNLGRP_IPV6_ROUTE);
	dump_links(&d);
	ck_assert_uint_eq(d.n, 2 * PAIRS + 1);
	ck_assert_uint_ge(d.resets, 2);
	ck_assert_uint_ge(seen.lost, 1);
}
END_TEST

/* Somebody with CAP_NET_ADMIN sends to our port, or to all of the group. */
static void forge(bool group)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct bytes forged = { 0 };
	size_t header = b_header(&forged, RTM_NEWROUTE, 0, nl.seq + 1, 0);
	int fd = mnl_socket_get_fd(other.sock);

	b_u32(&forged, AF_INET6);
	b_u32(&forged, 1);
	b_end(&forged, header);
	to.nl_pid = group ? 0 : nl.portid;
	to.nl_groups = group ? 1 << (RTNLGRP_IPV6_ROUTE - 1) : 0;
	/* The kernel has a socket too, which answers: none of ours asks it. */
	ck_assert_int_eq(sendto(fd, forged.word, forged.n, 0, (struct sockaddr *)&to, sizeof(to)), (int)forged.n);
}

START_TEST(foreign_sender)
{
	join(RTNLGRP_IPV6_ROUTE);
	forge(_i);
	ck_assert_int_eq(nl_events(&nl, &err), -EPERM);
	events_are(0);
	forge(_i);
	put_route(&b, 202);
	ck_assert_int_eq(nl_send(&nl, &b, &err), -EPERM);
	ck_assert(!b.results[0].answered && !b.lost);
	events_are(0);
}
END_TEST

/* A late answer is no event, whatever it is about. */
START_TEST(abandoned_request)
{
	join(RTNLGRP_IPV6_ROUTE);
	((struct ifinfomsg *)nl_start(&b, RTM_GETLINK, 0, sizeof(struct ifinfomsg)))->ifi_index = 1;
	ck_assert_int_gt(mnl_socket_sendto(nl.sock, b.buf, b.len), 0);
	events_are(0);
	add_routes(1);
	events_are(1);
}
END_TEST

/*
 * The kernel's address of a message tells of 32 groups, and RTNLGRP_TUNNEL is 35: it needs Linux 5.18 with vxlan, and is
 * left out where there is none. Numbers are those of linux/if_link.h there.
 */
START_TEST(group_beyond_32)
{
	struct nlattr *info, *data, *entry;

	nl_start(&other_batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	nl_put_str(&other_batch, IFLA_IFNAME, "vx0");
	info = nl_nest(&other_batch, IFLA_LINKINFO);
	nl_put_str(&other_batch, IFLA_INFO_KIND, "vxlan");
	data = nl_nest(&other_batch, IFLA_INFO_DATA);
	nl_put_u8(&other_batch, 25, 1); /* IFLA_VXLAN_COLLECT_METADATA */
	nl_put_u8(&other_batch, 30, 1); /* IFLA_VXLAN_VNIFILTER */
	nl_nest_end(&other_batch, data);
	nl_nest_end(&other_batch, info);
	if (nl_send(&other, &other_batch, &err) || nl_join(&nl, 35, &err))
		return;
	nl_batch_reset(&other_batch);
	((uint32_t *)nl_start(&other_batch, 120, 0, 8))[1] = index_of("vx0"); /* RTM_NEWTUNNEL, struct tunnel_msg */
	entry = nl_nest(&other_batch, 1);				      /* VXLAN_VNIFILTER_ENTRY */
	nl_put_u32(&other_batch, 1, 77);				      /* _START */
	nl_nest_end(&other_batch, entry);
	if (nl_send(&other, &other_batch, &err))
		return;
	events_are(1);
	ck_assert_uint_eq(seen.type, 120);
}
END_TEST

/* What is left of a datagram that was cut is lost; the messages before are not. */
START_TEST(cut_short)
{
	struct bytes whole = { 0 };

	for (unsigned int i = 0; i < 3; i++) {
		size_t header = b_header(&whole, i == 1 ? NLMSG_NOOP : RTM_NEWROUTE, 0, 0, 0);

		b_u32(&whole, 0x11223344);
		b_end(&whole, header);
	}
	for (size_t n = 0; n <= whole.n; n++) {
		void *copy = malloc(n ? n : 1); /* of its size: a checker sees what reads beyond it */

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, whole.word, n);
		memset(&seen, 0, sizeof(seen));
		ck_assert_int_eq(nl_read_events(event, &seen, copy, n, 0), 0);
		ck_assert_uint_eq(seen.n, n < 20 ? 0 : n < 60 ? 1 : 2);
		ck_assert_uint_eq(seen.lost, n % 20 ? 1 : 0);
		ck_assert_int_eq(nl_read_events(event, &seen, copy, n, 1), -EPERM);
		ck_assert_int_eq(nl_read_events(NULL, NULL, copy, n, 0), 0);
		ck_assert_int_eq(nl_read_events(NULL, NULL, copy, n, UINT32_MAX), -EPERM);
		ck_assert_uint_eq(seen.n, n < 20 ? 0 : n < 60 ? 1 : 2);
		free(copy);
	}
}
END_TEST

Suite *suite_events(void)
{
	Suite *s = suite_create("events");
	TCase *tc = namespaced_case(s, "kernel", begin), *bytes = tcase_create("bytes");

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, once_each);
	tcase_add_test(tc, links_of_others);
	tcase_add_test(tc, own_changes);
	tcase_add_test(tc, question_with_events_before);
	tcase_add_test(tc, ignored_without_a_callback);
	tcase_add_test(tc, no_such_group);
	tcase_add_test(tc, amid_a_dump);
	tcase_add_loop_test(tc, lost, 0, 2);
	tcase_add_test(tc, lost_amid_a_dump);
	tcase_add_loop_test(tc, foreign_sender, 0, 2);
	tcase_add_test(tc, abandoned_request);
	tcase_add_test(tc, group_beyond_32);
	tcase_add_test(bytes, cut_short);
	suite_add_tcase(s, bytes);
	return s;
}
