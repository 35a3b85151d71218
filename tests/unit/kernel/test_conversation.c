/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the conversation: a socket a family, opened when it is needed; what was asked for is remembered. */
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
	ck_assert_ptr_null(c.sockets[NL_GENERIC].sock);
	nl = conversation_socket(&c, NL_GENERIC, &err);
	ck_assert_ptr_eq(nl, &c.sockets[NL_GENERIC]);
	ck_assert_ptr_nonnull(nl->sock);
	ck_assert_ptr_null(c.sockets[NL_NETFILTER].sock);
	nl->seq = 4711;
	ck_assert_ptr_eq(conversation_socket(&c, NL_GENERIC, &err), nl);
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
	ck_assert_ptr_null(conversation_socket(&c, NL_GENERIC, &err));
	ck_assert_str_eq(err.step, "netlink socket of family generic");
	ck_assert_int_eq(err.code, EMFILE);
	nl_start(&c.batch, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	ck_assert_int_eq(conversation_send(&c, NL_NETFILTER, &err), -EMFILE);
	ck_assert_int_eq(conversation_send_get(&c, NL_NETFILTER, NULL, NULL, &err), -EMFILE);
	ck_assert_int_eq(conversation_get(&c, NL_NETFILTER, NULL, NULL, &err), -EMFILE);
	ck_assert_int_eq(conversation_dump(&c, NL_NETFILTER, NULL, NULL, NULL, &err), -EMFILE);
	ck_assert_str_eq(err.step, "netlink socket of family netfilter");
	ck_assert_ptr_null(conversation_generic(&c, "nlctrl", &err));
	ck_assert_int_eq(err.code, EMFILE);
	ck_assert_ptr_null(c.generic); /* that is not remembered */
	conversation_close(&c);
	few.rlim_cur = (rlim_t)next - 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert_int_eq(conversation_open(&c, &err), -EMFILE);
	ck_assert_str_eq(err.step, "netlink socket of family route");
	ck_assert_ptr_null(c.batch.buf);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
}
END_TEST

/* Sequence numbers count the questions. */
START_TEST(family_asked_for_once)
{
	const uint32_t *asked = &c.sockets[NL_GENERIC].seq;
	const struct genl_family *nlctrl = conversation_generic(&c, "nlctrl", &err);

	ck_assert_msg(nlctrl, "%s: %s", err.step, strerror(err.code));
	ck_assert_uint_eq(*asked, 1);
	ck_assert_ptr_null(conversation_generic(&c, "sitctl-nosuch", &err));
	ck_assert_uint_eq(*asked, 2);
	ck_assert_ptr_eq(conversation_generic(&c, "nlctrl", &err), nlctrl);
	ck_assert_uint_eq(*asked, 2);
}
END_TEST

START_TEST(no_such_family)
{
	const uint32_t *asked = &c.sockets[NL_GENERIC].seq;

	for (int i = 0; i < 3; i++) {
		memset(&err, 0, sizeof(err));
		ck_assert_ptr_null(conversation_generic(&c, "sitctl-nosuch", &err));
		ck_assert_int_eq(err.code, ENOENT);
		ck_assert_str_eq(err.step, "generic netlink family sitctl-nosuch");
		ck_assert_str_eq(err.why, "this kernel does not have it, or its module is not loaded");
		ck_assert_uint_eq(*asked, 1);
	}
}
END_TEST

/* After modprobe, say. */
START_TEST(asked_for_anew)
{
	const uint32_t *asked = &c.sockets[NL_GENERIC].seq;

	ck_assert_ptr_null(conversation_generic(&c, "sitctl-nosuch", &err));
	ck_assert_ptr_nonnull(conversation_generic(&c, "nlctrl", &err));
	conversation_forget_generic(&c);
	conversation_forget_generic(&c);
	ck_assert_ptr_null(conversation_generic(&c, "sitctl-nosuch", &err));
	ck_assert_ptr_nonnull(conversation_generic(&c, "nlctrl", &err));
	ck_assert_uint_eq(*asked, 4);
}
END_TEST

Suite *suite_conversation(void)
{
	Suite *s = suite_create("conversation");
	TCase *tc = namespaced_case(s, "kernel", begin);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, sockets_open_when_needed);
	tcase_add_test(tc, no_socket);
	tcase_add_test(tc, family_asked_for_once);
	tcase_add_test(tc, no_such_family);
	tcase_add_test(tc, asked_for_anew);
	return s;
}
