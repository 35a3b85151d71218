/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of rules.h: what must hold between the words, this host and the other tunnels. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "plan/rules.h"

static struct lab lab;
static struct world w;

static void begin(void)
{
	own_netns();
	make_veth("up0", "up1");
	lab_open(&lab);
	w = (struct world){ .c = &lab.c, .s = &lab.s, .j = &lab.j, .desired = &lab.desired };
	lab_desire(&lab, ROLE_SERVER, "uplink up0");
}

static void end(void)
{
	lab_close(&lab);
}

static struct spec peer(const char *words)
{
	struct spec spec = { 0 };

	make_spec(&spec, ROLE_PEER, words);
	return spec_effective(&spec, &lab.desired.server);
}

static void peer_is_right(const char *words)
{
	SPEC spec = peer(words);
	char message[2048];

	if (rule_peer(&w, &spec, &lab.err))
		ck_abort_msg("%s: %s", words, err_text(&lab.err, message, sizeof(message)));
}

static void peer_is_wrong(const char *words, const char *what, const char *whose)
{
	SPEC spec = peer(words);

	ck_assert_msg(rule_peer(&w, &spec, &lab.err) == -EINVAL, "%s", words);
	ck_assert(lab.err.usage);
	lab_says(&lab, what);
	lab_says(&lab, whose);
}

#define BOB "bob remote 198.51.100.8 address "

/* Whose it is, is named; the peer itself, changed, is not in its own way. */
START_TEST(overlaps_with_another_peer)
{
	lab_desire(&lab, ROLE_PEER, "alice remote 198.51.100.7 address 2001:db8:7::3 prefix 2001:db8:1::/48");
	peer_is_right(BOB "2001:db8:7::5 prefix 2001:db8:2::/48");
	peer_is_right("alice remote 198.51.100.7 address 2001:db8:7::3 prefix 2001:db8:1::/56");
	peer_is_wrong(BOB "2001:db8:7::3 server-address 2001:db8:7::9", "2001:db8:7::3", "the address of peer alice");
	peer_is_wrong(BOB "2001:db8:1:5::3", "2001:db8:1:5::3", "a prefix of peer alice");
	peer_is_wrong(BOB "2001:db8:7::5 prefix 2001:db8:7::/64", "2001:db8:7::/64", "the address of peer alice");
	peer_is_wrong(BOB "2001:db8:7::5 prefix 2001:db8:1:2::/64", "2001:db8:1:2::/64", "a prefix of peer alice");
	peer_is_wrong(BOB "2001:db8:7::5 prefix 2001:db8::/32", "2001:db8::/32", "peer alice");
	peer_is_wrong(BOB "2001:db8:7::5 server-address 2001:db8:7::3", "2001:db8:7::3", "the address of peer alice");
	peer_is_wrong(BOB "2001:db8:7::5 server-address 2001:db8:1::1", "2001:db8:1::1", "a prefix of peer alice");
}
END_TEST

START_TEST(overlaps_with_this_host)
{
	lab_addr(&lab, "up0", "2001:db8:7::1/64", 0);
	lab_tunnel(&lab, "sit-alice", "sitctl server alice", "198.51.100.7");
	lab_addr(&lab, "sit-alice", "2001:db8:9::1/128", 41);
	lab_tunnel(&lab, "sit-bob", "sitctl server bob", "198.51.100.8");
	lab_addr(&lab, "sit-bob", "2001:db8:5::2/127", 41);
	peer_is_right(BOB "2001:db8:5::3"); /* its own device has its address */
	peer_is_right(BOB "2001:db8:7::5"); /* in the uplink's prefix, not its address */
	peer_is_wrong(BOB "2001:db8:7::1 server-address 2001:db8:5::2", "2001:db8:7::1", "up0");
	peer_is_wrong(BOB "2001:db8:5::3 prefix 2001:db8:7::/64", "2001:db8:7::/64", "up0");
	peer_is_wrong(BOB "2001:db8:9::1 server-address 2001:db8:5::2", "2001:db8:9::1", "sit-alice");
	peer_is_wrong(BOB "2001:db8:9::5 prefix 2001:db8:9::/64", "2001:db8:9::/64", "sit-alice");
	/* Several tunnels may share this end's address; but it is not one of another interface. */
	peer_is_right(BOB "2001:db8:9::5/64 server-address 2001:db8:9::1");
	peer_is_wrong(BOB "2001:db8:7::5/64 server-address 2001:db8:7::1", "2001:db8:7::1", "up0");
}
END_TEST

/* The other address of the /127, which the user did not write: he is told where it comes from. */
START_TEST(implied_server_address)
{
	lab_addr(&lab, "up0", "2001:db8:7::2/64", 0);
	lab_desire(&lab, ROLE_PEER, "alice remote 198.51.100.7 address 2001:db8:9::3 prefix 2001:db8:1::2/127");
	peer_is_wrong(BOB "2001:db8:7::3", "2001:db8:7::2", "up0");
	lab_says(&lab, "without 'server-address'");
	lab_says(&lab, "'server-address'");
	peer_is_wrong(BOB "2001:db8:9::2", "2001:db8:9::3", "alice");
	lab_says(&lab, "without 'server-address'");
	peer_is_right(BOB "2001:db8:7::3 server-address 2001:db8:7::9");
	/* What the user has written himself is not. */
	peer_is_wrong(BOB "2001:db8:7::3 server-address 2001:db8:7::2", "2001:db8:7::2", "up0");
	ck_assert(!strstr(lab.err.hint, "without 'server-address'"));
}
END_TEST

/* Inside the on-link prefix each address costs an entry: down to /120. */
START_TEST(proxied_prefixes)
{
	lab_addr(&lab, "up0", "2001:db8:7::1/64", 0);
	peer_is_right(BOB "2001:db8:7::5 prefix 2001:db8:7::100/120");
	peer_is_right(BOB "2001:db8:7::5 prefix 2001:db8:8::/64");
	peer_is_wrong(BOB "2001:db8:7::5 prefix 2001:db8:7::200/119", "2001:db8:7::200/119", "2001:db8:7::/64");
	lab_says(&lab, "up0");
	lab_says(&lab, "provider");
	peer_is_right(BOB "2001:db8:7::5 proxy-ndp off prefix 2001:db8:7::200/119");
}
END_TEST

static int uplink(void)
{
	ck_assert_int_eq(spec_init(&lab.desired.server, ROLE_SERVER, "", &lab.err), 0);
	return rule_uplink(&lab.s, &lab.desired.server, &lab.err);
}

START_TEST(uplink_of_the_default_route)
{
	struct spec *server = &lab.desired.server;

	ck_assert_int_eq(uplink(), -EINVAL);
	ck_assert(lab.err.usage);
	lab_says(&lab, "no IPv6 default route");
	lab_route(&lab, "up0", "2001:db8::/32", 1024, 3);
	ck_assert_int_eq(uplink(), -EINVAL);
	lab_route(&lab, "up1", "default", 1024, 9);
	ck_assert_int_eq(uplink(), 0);
	ck_assert_str_eq(name_text(server->uplink), "up1");
	lab_route(&lab, "up1", "default", 2048, 3); /* two by one interface are one candidate */
	ck_assert_int_eq(uplink(), 0);
	lab_route(&lab, "up0", "default", 4096, 3);
	ck_assert_int_eq(uplink(), -EINVAL);
	lab_says(&lab, "up0");
	lab_says(&lab, "up1");
	lab_says(&lab, "sitctl server up uplink IFACE");
	lab_desire(&lab, ROLE_SERVER, "uplink up0");
	ck_assert_int_eq(rule_uplink(&lab.s, server, &lab.err), 0);
	lab_desire(&lab, ROLE_SERVER, "uplink nosuch0");
	ck_assert_int_eq(rule_uplink(&lab.s, server, &lab.err), -EINVAL);
	lab_says(&lab, "nosuch0");
}
END_TEST

static int local(const char *words)
{
	SPEC spec = { 0 };

	make_spec(&spec, ROLE_CLIENT, words);
	return rule_local(&w, &spec, &lab.err);
}

#define T1 "t1 remote 203.0.113.1 address 2001:db8::3 "

/* People behind a NAT give their public address: say which one the route uses, and what kind it is. */
START_TEST(local_of_this_host)
{
	struct addr4 own = { .index = 2, .addr = ip4("192.0.2.1") };

	lab.s.addrs4 = malloc(sizeof(own));
	lab.s.addrs4[0] = own;
	lab.s.n_addrs4 = 1;
	ck_assert_int_eq(local(T1), 0);
	ck_assert_int_eq(local(T1 "local 192.0.2.1"), 0);
	ck_assert_int_eq(local(T1 "local 192.0.2.2"), -EINVAL);
	ck_assert(lab.err.usage);
	lab_says(&lab, "192.0.2.2 is not an address of this host");
	ck_assert_int_eq(system("ip addr add 192.168.7.7/24 dev up0; ip route add default via 192.168.7.1"), 0);
	ck_assert_int_eq(local(T1 "local 192.0.2.2"), -EINVAL);
	lab_says(&lab, "192.168.7.7");
	lab_says(&lab, "RFC 1918");
	lab_says(&lab, "NAT");
	ck_assert_int_eq(
		system("ip addr add 192.0.2.1/32 dev up0; ip route replace default via 192.168.7.1 src 192.0.2.1"), 0);
	ck_assert_int_eq(local(T1 "local 192.0.2.2"), -EINVAL);
	lab_says(&lab, "192.0.2.1");
	ck_assert_ptr_null(strstr(lab.err.hint, "NAT"));
}
END_TEST

static int lasts(const char *words)
{
	SPEC spec = { 0 };

	make_spec(&spec, ROLE_CLIENT, words);
	return rule_lasts(&spec, &lab.err);
}

/* Whatever the device has now: on the link is what its addresses say. */
START_TEST(gateways)
{
	lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1");
	lab_route(&lab, "t1", "default", 1024, 41);
	lab_addr(&lab, "t1", "2001:db8:5::3/64", 41);
	ck_assert_int_eq(lasts(T1), 0);
	ck_assert_int_eq(lasts(T1 "gateway none"), 0);
	ck_assert_int_eq(lasts(T1 "gateway 2001:db8::2"), 0);
	ck_assert_int_eq(lasts(T1 "gateway fe80::2"), 0);
	ck_assert_int_eq(lasts(T1 "gateway 2001:db8:5::1"), -EINVAL);
	ck_assert(lab.err.usage);
	lab_says(&lab, "2001:db8:5::1");
	lab_says(&lab, "address");
	ck_assert_int_eq(lasts(T1 "address 2001:db8:5::3/64 gateway 2001:db8:5::1"), 0);
	ck_assert_int_eq(lasts(T1 "address 2001:db8:5::3/128 gateway 2001:db8:5::1"), -EINVAL);
	ck_assert_int_eq(lasts(T1 "gateway 2001:db8::3"), -EINVAL);
	lab_says(&lab, "own");
	/* As a broker's page has them, without a length; where it is given, it is meant. */
	ck_assert_int_eq(lasts(T1 "gateway 2001:db8::1"), -EINVAL);
	lab_says(&lab, "write 'address 2001:db8::3/64'");
	ck_assert_int_eq(lasts("t1 remote 203.0.113.1 address 2001:db8::3/126 gateway 2001:db8::9"), -EINVAL);
	ck_assert_ptr_null(strstr(lab.err.hint, "/64"));
}
END_TEST

START_TEST(interfaces_that_are_the_tunnel)
{
	ck_assert_int_eq(lasts(T1 "dev t2 prefix 2001:db8:1::/64,lan0"), 0);
	ck_assert_int_eq(lasts(T1 "dev t1"), -EINVAL);
	lab_says(&lab, "t1 is the tunnel itself");
	ck_assert_int_eq(lasts(T1 "prefix 2001:db8:1::/64 prefix 2001:db8:2::/64,t1"), -EINVAL);
	lab_says(&lab, "t1 is the tunnel itself");
	lab_tunnel(&lab, "sit-bob", "sitctl server bob", "198.51.100.8");
	lab_desire(&lab, ROLE_SERVER, "uplink sit-bob");
	ck_assert_int_eq(rule_uplink(&lab.s, &lab.desired.server, &lab.err), -EINVAL);
	lab_says(&lab, "bob");
}
END_TEST

static void notes(const char *words, unsigned int n)
{
	SPEC spec = { 0 };

	make_spec(&spec, ROLE_CLIENT, words);
	plan_free(&lab.plan);
	ck_assert_int_eq(warn_client(&lab.plan, &w, &spec, &lab.err), 0);
	ck_assert_uint_eq(lab.plan.n_warnings, n);
}

/* A default route of the same or a better metric wins, and that is said. */
START_TEST(other_default_routes)
{
	SPEC spec = { 0 };

	lab_route(&lab, "up0", "2001:db8:5::/48", 1, 3);
	notes(T1, 0);
	lab_route(&lab, "up0", "default", 1024, 9)->has_gateway = true;
	notes(T1, 1);
	ck_assert(strstr(lab.plan.warnings[0], "up0") && strstr(lab.plan.warnings[0], "1024"));
	notes(T1 "metric 1025", 1);
	notes(T1 "metric 1023", 0);
	notes(T1 "gateway none", 0);
	lab_route(&lab, "up1", "default", 1, 3);
	notes(T1, 2);
	lab.s.n_routes = 0;
	/* With gateways the kernel would make one route of the two, and share the traffic. */
	lab_route(&lab, "up0", "default", 1024, 3)->has_gateway = true;
	make_spec(&spec, ROLE_CLIENT, T1 "gateway 2001:db8::2");
	plan_free(&lab.plan);
	ck_assert_int_eq(warn_client(&lab.plan, &w, &spec, &lab.err), -EINVAL);
	lab_says(&lab, "up0");
	lab.s.n_routes = 0;
	lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1");
	lab_route(&lab, "t1", "default", 1024, 41);
	notes(T1, 0); /* its own */
}
END_TEST

Suite *suite_rules(void)
{
	Suite *s = suite_create("rules");
	TCase *tc = namespaced_case(s, "host", begin);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, overlaps_with_another_peer);
	tcase_add_test(tc, overlaps_with_this_host);
	tcase_add_test(tc, implied_server_address);
	tcase_add_test(tc, proxied_prefixes);
	tcase_add_test(tc, uplink_of_the_default_route);
	tcase_add_test(tc, local_of_this_host);
	tcase_add_test(tc, gateways);
	tcase_add_test(tc, interfaces_that_are_the_tunnel);
	tcase_add_test(tc, other_default_routes);
	return s;
}
