/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of farend.h: what no other host has, in networks of this one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "plan/farend.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct lab lab;

/* As the kernel tells of addresses of these interfaces. */
static void begin(void)
{
	own_netns();
	make_veth("up0", "up1");
	ck_assert_int_eq(
		system("ip addr add 198.51.100.7/24 brd + dev up0; ip addr add 198.51.100.9/25 dev up0;"
		       "ip addr add 192.0.2.0/31 dev up0; ip addr add 192.0.2.8/32 dev up0;"
		       "ip addr add 10.0.0.1 peer 10.9.9.5/30 dev up1; ip addr add 10.2.0.1/24 brd 10.3.3.3 dev up1;"
		       "ip addr add 10.4.0.1/24 dev lo"),
		0);
	lab_open(&lab);
	snapshot_free(&lab.s);
	ck_assert_int_eq(snapshot_load(&lab.c, &lab.s, false, &lab.err), 0);
}

static void end(void)
{
	lab_close(&lab);
}

static int rule(enum role role, const char *remote, const char *more)
{
	SPEC spec = { 0 };
	char words[256];

	snprintf(words, sizeof(words), "t1 remote %s %s", remote, more);
	make_spec(&spec, role, words);
	return rule_far_end(&lab.s, &spec, &lab.err);
}

static const struct {
	const char *addr, *why;
} rows[] = {
	{ "203.0.113.1", NULL },
	{ "198.51.100.7", "198.51.100.7 is an address of this host" },
	{ "198.51.100.8", NULL },
	{ "198.51.100.255", "198.51.100.255 is the broadcast address of 198.51.100.0/24 on up0" },
	{ "198.51.100.0", "198.51.100.0 is the network address of 198.51.100.0/24 on up0" },
	{ "198.51.100.127", "broadcast address of 198.51.100.0/25 on up0" },
	{ "198.51.101.0", NULL },
	{ "198.51.99.255", NULL },
	{ "192.0.2.1", NULL }, /* a /31 */
	{ "192.0.2.8", "an address of this host" },
	{ "192.0.2.9", NULL },
	{ "10.0.0.1", "an address of this host" },
	{ "10.9.9.4", "the network address of 10.9.9.4/30 on up1" }, /* of the other end's */
	{ "10.9.9.5", NULL },
	{ "10.9.9.7", "the broadcast address" },
	{ "10.0.0.3", NULL },
	{ "10.3.3.3", "the broadcast address" },    /* as somebody said */
	{ "10.4.0.77", "an address of this host" }, /* lo: all of it */
	{ "10.4.1.77", NULL },
};

START_TEST(of_networks_of_this_host)
{
	const char *why = rows[_i].why, *addr = rows[_i].addr;
	char to[64];

	snprintf(to, sizeof(to), "to %s", addr);
	ck_assert_int_eq(rule(ROLE_CLIENT, addr, "address 2001:db8::3"), why ? -EINVAL : 0);
	if (why)
		lab_says(&lab, why);
	ck_assert(!why || lab.err.usage);
	ck_assert_int_eq(rule(ROLE_PEER, addr, "address 2001:db8::3"), why ? -EINVAL : 0);
	ck_assert_int_eq(rule(ROLE_NAT, addr, "to 198.51.100.99"), why ? -EINVAL : 0);
	ck_assert_int_eq(rule(ROLE_NAT, "203.0.113.9", to), why ? -EINVAL : 0);
	if (why)
		lab_says(&lab, why);
}
END_TEST

/* A name: none of its addresses that cannot be, while there is another; the one in use stays. */
START_TEST(answers_for_a_name)
{
	struct answers answers = {
		.n = 4, .addrs = { ip4("198.51.100.7"), ip4("198.51.100.255"), ip4("203.0.113.1"), ip4("203.0.113.2") }
	};
	SPEC before = { 0 }, spec = { 0 };

	make_spec(&spec, ROLE_CLIENT, "t1 remote tunnel.example resolved 198.51.100.7 address 2001:db8::3");
	make_spec(&before, ROLE_CLIENT, "t1 remote tunnel.example resolved 203.0.113.2 address 2001:db8::3");
	far_end_choose(&lab.s, &spec, NULL, &answers);
	ck_assert_uint_eq(spec.remote.s_addr, ip4("203.0.113.1").s_addr);
	far_end_choose(&lab.s, &spec, &before, &answers);
	ck_assert_uint_eq(spec.remote.s_addr, ip4("203.0.113.2").s_addr);
	before.remote = ip4("198.51.100.255");
	far_end_choose(&lab.s, &spec, &before, &answers);
	ck_assert_uint_eq(spec.remote.s_addr, ip4("203.0.113.1").s_addr);
	answers.n = 2;
	spec.remote = answers.addrs[0];
	far_end_choose(&lab.s, &spec, &before, &answers);
	ck_assert_int_eq(rule_far_end(&lab.s, &spec, &lab.err), -EINVAL);
	lab_says(&lab, "tunnel.example: its address 198.51.100.7 is an address of this host");
}
END_TEST

Suite *suite_farend(void)
{
	Suite *s = suite_create("farend");
	TCase *tc = namespaced_case(s, "host", begin);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_loop_test(tc, of_networks_of_this_host, 0, COUNT(rows));
	tcase_add_test(tc, answers_for_a_name);
	return s;
}
