/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of nl.h on this machine's kernel, in an own namespace: batches, dumps, a foreign sender. */
#include "../unit.h" /* before linux/: glibc and the kernel define the same names */
#include "export/notes.h"
#include <errno.h>
#include <ifaddrs.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

static struct nl nl;
static struct nl_batch b;
static struct err err;

static void begin(void)
{
	own_netns();
	ck_assert_int_eq(nl_open(&nl, &nl_protocols[NL_ROUTE], &err), 0);
	ck_assert_int_eq(nl_batch_init(&b, 1 << 20, &err), 0);
}

static void end(void)
{
	nl_close(&nl);
	nl_batch_free(&b);
}

/* 2001:db8::HIGH:LOW/128 on lo, added or removed. */
static void address(struct nl_batch *batch, bool add, uint16_t high, uint16_t low)
{
	struct ifaddrmsg *ifa = nl_start(batch, add ? RTM_NEWADDR : RTM_DELADDR, add ? NLM_F_CREATE | NLM_F_EXCL : 0,
					 sizeof(*ifa));
	struct in6_addr addr = ip6("2001:db8::");

	if (!ifa)
		return;
	addr.s6_addr[12] = (uint8_t)(high >> 8);
	addr.s6_addr[13] = (uint8_t)high;
	addr.s6_addr[14] = (uint8_t)(low >> 8);
	addr.s6_addr[15] = (uint8_t)low;
	ifa->ifa_family = AF_INET6;
	ifa->ifa_prefixlen = 128;
	ifa->ifa_index = 1; /* lo, in every namespace */
	nl_put(batch, IFA_LOCAL, sizeof(addr), &addr);
}

/* The addresses in 2001:db8::/32, asked of libc. */
static unsigned int count_addresses(void)
{
	struct net6 net = net6("2001:db8::/32");
	struct ifaddrs *list;
	unsigned int n = 0;

	ck_assert_int_eq(getifaddrs(&list), 0);
	for (struct ifaddrs *i = list; i; i = i->ifa_next)
		n += i->ifa_addr && i->ifa_addr->sa_family == AF_INET6 &&
		     net6_contains(&net, &((struct sockaddr_in6 *)i->ifa_addr)->sin6_addr);
	freeifaddrs(list);
	return n;
}

static int count_link(const struct nlmsghdr *nlh, void *data)
{
	ck_assert_uint_eq(nlh->nlmsg_type, RTM_NEWLINK);
	++*(unsigned int *)data;
	return 0;
}

/* Every third asks for a device that is not there: data or a refusal for each, and no word more. */
START_TEST(batch_of_questions)
{
	unsigned int n = 0;
	char byte;

	for (int i = 0; i < 30; i++) {
		struct ifinfomsg *ifi = nl_start(&b, RTM_GETLINK, 0, sizeof(*ifi));

		ifi->ifi_index = i % 3 ? 1 : 4711;
	}
	ck_assert_int_eq(nl_get(&nl, &b, count_link, &n, &err), -ENODEV);
	ck_assert_uint_eq(n, 20);
	for (int i = 0; i < 30; i++)
		ck_assert_msg(b.results[i].answered && b.results[i].code == (i % 3 ? 0 : ENODEV), "message %d", i);
	ck_assert_int_eq(recv(mnl_socket_get_fd(nl.sock), &byte, 1, MSG_DONTWAIT), -1);
	ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

/* Every fourth is there already, every fourth removes what is not there. */
START_TEST(batch_of_200)
{
	static const int codes[] = { 0, EEXIST, 0, EADDRNOTAVAIL };

	for (int i = 0; i < 200; i++)
		address(&b, i % 4 != 3, (uint16_t)(i % 4 == 1 ? i - 1 : i), 1);
	ck_assert_int_eq(nl_send(&nl, &b, &err), -EEXIST);
	ck_assert_int_eq(err.code, EEXIST);
	for (int i = 0; i < 200; i++) {
		ck_assert_msg(b.results[i].answered, "message %d has no answer", i);
		ck_assert_msg(b.results[i].code == codes[i % 4], "message %d: %s", i, strerror(b.results[i].code));
	}
	ck_assert_uint_eq(count_addresses(), 100);
	/* The socket goes on where it was, with new numbers. */
	nl_batch_reset(&b);
	address(&b, true, 500, 1);
	ck_assert_int_eq(nl_send(&nl, &b, &err), 0);
	ck_assert_uint_eq(nl.seq, 201);
	ck_assert_uint_eq(count_addresses(), 101);
}
END_TEST

START_TEST(the_201st_is_not_sent)
{
	for (int i = 0; i < 201; i++)
		address(&b, true, (uint16_t)i, 1);
	ck_assert(b.overflow);
	ck_assert_int_eq(nl_send(&nl, &b, &err), -EMSGSIZE);
	ck_assert_uint_eq(count_addresses(), 0); /* nor those before it */
	nl_batch_reset(&b);
	ck_assert_int_eq(nl_send(&nl, &b, &err), -EMSGSIZE); /* an empty one */
}
END_TEST

/* A message cut by a small buffer is not sent in part. */
START_TEST(overflown_message_is_not_sent)
{
	struct nl_batch small;

	ck_assert_int_eq(nl_batch_init(&small, 16 + 8 + 20 + 4, &err), 0);
	address(&small, true, 1, 1);
	nl_put_u32(&small, IFA_FLAGS, IFA_F_NODAD);
	ck_assert_int_eq(nl_send(&nl, &small, &err), -EMSGSIZE);
	ck_assert_uint_eq(count_addresses(), 0);
	nl_batch_free(&small);
}
END_TEST

/* The kernel's own words reach err.kernel, whatever they are. */
START_TEST(words_of_the_kernel)
{
	struct rtmsg *rtm = nl_start(&b, RTM_NEWROUTE, NLM_F_CREATE, sizeof(*rtm));

	rtm->rtm_family = AF_INET6;
	rtm->rtm_dst_len = 200;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_type = RTN_UNREACHABLE;
	ck_assert_int_eq(nl_send(&nl, &b, &err), -EINVAL);
	ck_assert(err.kernel[0]);
	ck_assert_str_eq(err.kernel, b.results[0].text);
}
END_TEST

struct dump {
	unsigned int n, resets;
	int refuse; /* what the callback returns for the first TIMES dumps */
	unsigned int times;
	bool disturb; /* make another pair of interfaces, once, when the first answer comes */
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
	if (++d->n == 1 && d->disturb) {
		d->disturb = false;
		make_veth("x0", "x1");
	}
	return d->n == 1 && d->resets <= d->times ? d->refuse : 0;
}

static int dump_links(struct dump *d)
{
	nl_batch_reset(&b);
	nl_start(&b, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	return nl_dump(&nl, &b, take, reset, d, &err);
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

START_TEST(dump_of_links)
{
	struct dump few = { 0 }, many = { 0 };

	make_veth("v0", "v1");
	ck_assert_int_eq(dump_links(&few), 0);
	ck_assert_uint_eq(few.n, 3); /* lo, v0, v1 */
	ck_assert_uint_eq(few.resets, 1);
	many_links();
	ck_assert_int_eq(dump_links(&many), 0);
	ck_assert_uint_eq(many.n, 2 * PAIRS + 3);
	ck_assert_uint_eq(many.resets, 1);
}
END_TEST

/* The kernel marks what it read while something changed (NLM_F_DUMP_INTR): read again, from the start. */
START_TEST(dump_while_things_change)
{
	struct dump d = { .disturb = true };

	many_links();
	ck_assert_int_eq(dump_links(&d), 0);
	ck_assert_uint_eq(d.resets, 2);
	ck_assert_uint_eq(d.n, 2 * PAIRS + 3);
}
END_TEST

/* Interrupted: again from the start, bounded; anything else ends it. */
START_TEST(dump_restarted)
{
	struct dump eintr = { .refuse = -EINTR, .times = 2 };
	struct dump always = { .refuse = -EINTR, .times = 1000 }, other = { .refuse = -ENOMEM, .times = 1000 };

	ck_assert_int_eq(dump_links(&eintr), 0);
	ck_assert_uint_eq(eintr.resets, 3);
	ck_assert_int_eq(dump_links(&always), -EINTR);
	ck_assert_uint_eq(always.resets, NL_DUMP_TRIES);
	ck_assert(err.why[0] && err.hint[0]);
	ck_assert_int_eq(dump_links(&other), -ENOMEM);
	ck_assert_uint_eq(other.resets, 1);
}
END_TEST

/* Fill the receive buffer until the kernel throws answers away: a group's messages come unasked. */
static void flood(void)
{
	int fd = mnl_socket_get_fd(nl.sock), group = RTNLGRP_IPV6_IFADDR, size = 4096;
	struct nl_batch other_batch;
	struct nl other;

	ck_assert_int_eq(setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)), 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
	ck_assert_int_eq(nl_open(&other, &nl_protocols[NL_ROUTE], &err), 0);
	ck_assert_int_eq(nl_batch_init(&other_batch, 1 << 16, &err), 0);
	for (uint16_t i = 0; i < 100; i++)
		address(&other_batch, true, i, 9);
	ck_assert_int_eq(nl_send(&other, &other_batch, &err), 0);
	nl_close(&other);
	nl_batch_free(&other_batch);
	ck_assert_int_eq(setsockopt(fd, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof(group)), 0);
}

/* ENOBUFS, a real one: the dump is read again, and the end of the first does not mix with the second. */
START_TEST(dump_with_answers_lost)
{
	struct dump d = { 0 };

	many_links();
	flood();
	ck_assert_msg(!dump_links(&d), "%s: %s", err.step, strerror(err.code));
	ck_assert_uint_ge(d.resets, 2);
	ck_assert_uint_eq(d.n, 2 * PAIRS + 1);
}
END_TEST

/* The same for a request: what became of it is unknown, and that is what is said; the next one is answered. */
START_TEST(request_with_answers_lost)
{
	struct timeval second = { .tv_sec = 1 }; /* a bounded wait, but shorter than the library's */

	flood();
	ck_assert_int_eq(setsockopt(mnl_socket_get_fd(nl.sock), SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second)), 0);
	address(&b, true, 500, 1);
	ck_assert_int_eq(nl_send(&nl, &b, &err), -ENOBUFS);
	ck_assert(!b.results[0].answered);
	nl_batch_reset(&b);
	address(&b, true, 500, 1);
	ck_assert_msg(nl_send(&nl, &b, &err) == -EEXIST, "%s: %s", err.step, strerror(err.code)); /* it had been done */
}
END_TEST

/* A dump that the kernel refuses is an error, not an empty list. */
START_TEST(dump_refused)
{
	struct dump d = { 0 };
	struct ifaddrmsg *ifa = nl_start(&b, RTM_GETADDR, NLM_F_DUMP, sizeof(*ifa));

	ifa->ifa_family = AF_INET6;
	ifa->ifa_index = 4711; /* with strict checking: ENODEV */
	ck_assert_int_eq(nl_dump(&nl, &b, take, reset, &d, &err), -ENODEV);
	ck_assert_uint_eq(d.n, 0);
}
END_TEST

/* Somebody with CAP_NET_ADMIN sends "done" to our port before the kernel answers. */
START_TEST(foreign_sender)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = nl.portid };
	struct bytes forged = { 0 };
	size_t header = b_header(&forged, NLMSG_ERROR, NLM_F_CAPPED, nl.seq + 1, nl.portid);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	b_u32(&forged, 0);
	b_u32(&forged, 16);
	b_u16(&forged, RTM_DELADDR);
	b_u16(&forged, NLM_F_REQUEST | NLM_F_ACK);
	b_u32(&forged, nl.seq + 1);
	b_u32(&forged, nl.portid);
	b_end(&forged, header);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(sendto(fd, forged.word, forged.n, 0, (struct sockaddr *)&to, sizeof(to)), (int)forged.n);
	close(fd);
	address(&b, false, 1, 1); /* the kernel's answer would be EADDRNOTAVAIL */
	ck_assert_int_eq(nl_send(&nl, &b, &err), -EPERM);
	ck_assert(!b.results[0].answered);
}
END_TEST

START_TEST(no_such_family)
{
	static const struct nl_protocol unknown = { 31, "unknown" };
	struct nl none;

	ck_assert_int_lt(nl_open(&none, &unknown, &err), 0);
	ck_assert_int_gt(err.code, 0);
	ck_assert_ptr_null(none.sock);
	nl_close(&none); /* closing what is closed is no harm */
}
END_TEST

Suite *suite_socket(void)
{
	Suite *s = suite_create("nl");
	TCase *tc = namespaced_case(s, "kernel", begin);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, batch_of_200);
	tcase_add_test(tc, batch_of_questions);
	tcase_add_test(tc, the_201st_is_not_sent);
	tcase_add_test(tc, overflown_message_is_not_sent);
	tcase_add_test(tc, words_of_the_kernel);
	tcase_add_test(tc, dump_of_links);
	tcase_add_test(tc, dump_while_things_change);
	tcase_add_test(tc, dump_restarted);
	tcase_add_test(tc, dump_with_answers_lost);
	tcase_add_test(tc, request_with_answers_lost);
	tcase_add_test(tc, dump_refused);
	tcase_add_test(tc, foreign_sender);
	tcase_add_test(tc, no_such_family);
	return s;
}
