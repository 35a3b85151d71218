/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the conversation: a socket a family, opened when it is needed. */
#include "../unit.h" /* before linux/: glibc and the kernel define the same names */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <linux/rtnetlink.h>

#include "kernel/conversation.h"

static struct conversation c;
static struct err err;

static void begin(void)
{
	own_netns();
	ck_assert_int_eq(conversation_open(&c, &err), 0);
}

static void end(void)
{
	conversation_close(&c);
}

START_TEST(sockets_open_when_needed)
{
	struct nl *nl;

	ck_assert_ptr_nonnull(c.sockets[NL_ROUTE].sock);
	ck_assert_ptr_null(c.sockets[NL_NETFILTER].sock);
	nl = conversation_socket(&c, NL_NETFILTER, &err);
	ck_assert_ptr_eq(nl, &c.sockets[NL_NETFILTER]);
	ck_assert_ptr_nonnull(nl->sock);
	nl->seq = 4711;
	ck_assert_ptr_eq(conversation_socket(&c, NL_NETFILTER, &err), nl);
	ck_assert_uint_eq(nl->seq, 4711); /* the same one */
	conversation_close(&c);
	ck_assert_ptr_null(nl->sock);
}
END_TEST

/* Where no socket can be had, whatever is asked of it says so, by the family's name. */
START_TEST(no_socket)
{
	struct rlimit before, few;
	int next = dup(0);

	close(next);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = (rlim_t)next;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert_ptr_null(conversation_socket(&c, NL_NETFILTER, &err));
	ck_assert_str_eq(err.step, "netlink socket of family netfilter");
	ck_assert_int_eq(err.code, EMFILE);
	nl_start(&c.batch, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	ck_assert_int_eq(conversation_send(&c, NL_NETFILTER, &err), -EMFILE);
	ck_assert_int_eq(conversation_send_get(&c, NL_NETFILTER, NULL, NULL, &err), -EMFILE);
	ck_assert_int_eq(conversation_get(&c, NL_NETFILTER, NULL, NULL, &err), -EMFILE);
	ck_assert_int_eq(conversation_dump(&c, NL_NETFILTER, NULL, NULL, NULL, &err), -EMFILE);
	ck_assert_str_eq(err.step, "netlink socket of family netfilter");
	conversation_close(&c);
	few.rlim_cur = (rlim_t)next - 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert_int_eq(conversation_open(&c, &err), -EMFILE);
	ck_assert_str_eq(err.step, "netlink socket of family route");
	ck_assert_ptr_null(c.batch.buf);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
}
END_TEST

Suite *suite_conversation(void)
{
	Suite *s = suite_create("conversation");
	TCase *tc = namespaced_case(s, "kernel", begin);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, sockets_open_when_needed);
	tcase_add_test(tc, no_socket);
	return s;
}
