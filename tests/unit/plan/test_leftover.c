/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of plan_build(): what goes, and what is never touched: other tunnels, other people's objects. */
#include <string.h>

#include "../unit.h"
#include "state/saved.h"

#define CONF "net/ipv6/conf/"
/* Of the table only the remotes. */
#define BARE " mss-clamp off source-filter off "
#define T1 "t1 remote 203.0.113.1 address 2001:db8::3 mtu 1480" BARE
#define ALICE "alice remote 198.51.100.7 address 2001:db8:7::3 mtu 1480 prefix 2001:db8:1::/48" BARE
#define BOB "bob remote 198.51.100.8 address 2001:db8:7::5 mtu 1480 prefix 2001:db8:2::/48" BARE

static struct lab lab;

static void begin(void)
{
	own_netns();
	make_veth("up0", "lan0");
	lab_open(&lab);
	lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1");
	lab_addr(&lab, "t1", "2001:db8::3/127", 41);
	lab_route(&lab, "t1", "default", 1024, 41);
	lab_nft(&lab, "203.0.113.1");
	lab_desired_before(&lab, ROLE_CLIENT, T1);
}

static void end(void)
{
	lab_close(&lab);
}

/* Routes, addresses, device, then the rules that guarded it. */
START_TEST(client_down)
{
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "-route default dev t1 metric 1024\n"
		     "-addr 2001:db8::3/127 dev t1\n"
		     "-link t1\n"
		     "-nft 203.0.113.1\n");
}
END_TEST

START_TEST(nothing_to_take_down)
{
	lab_desired_both(&lab, ROLE_CLIENT, T1);
	expect_steps(&lab, ROLE_CLIENT, "t9", "");
}
END_TEST

/* Half of it has gone already. */
START_TEST(half_down)
{
	lab.s.n_routes = 0;
	lab_no_nft(&lab);
	lab.s.links[lab.s.n_links - 1].up = false;
	expect_steps(&lab, ROLE_CLIENT, "t1", "-addr 2001:db8::3/127 dev t1\n-link t1\n");
	lab.s.n_addrs = 0;
	lab.s.n_links--;
	expect_steps(&lab, ROLE_CLIENT, "t1", "");
}
END_TEST

/* Prefixes of a client outside its device: an unreachable route, an address on the LAN. */
START_TEST(prefixes_go)
{
	struct net6 lan = net6("2001:db8:2::1/64");

	lab_desired_before(&lab, ROLE_CLIENT, T1 "prefix 2001:db8:1::/48 prefix 2001:db8:2::/64,lan0");
	lab_route(&lab, "unreachable", "2001:db8:1::/48", UINT32_MAX, 41);
	lab_addr(&lab, "lan0", "2001:db8:2::1/64", 41);
	lab_addr(&lab, "lan0", "2001:db8:2::9/64", 41); /* not in the journal: somebody else's 41 */
	lab_addr(&lab, "lan0", "2001:db8:2::1/64", 3);	/* somebody's, who says so */
	ck_assert_int_eq(saved_add_addr(&lab.j.saved, "lan0", &lan, &lab.err), 0);
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "-route default dev t1 metric 1024\n"
		     "-route unreachable 2001:db8:1::/48 metric 4294967295\n"
		     "-addr 2001:db8::3/127 dev t1\n"
		     "-addr 2001:db8:2::1/64 dev lan0\n"
		     "-link t1\n"
		     "-nft 203.0.113.1\n");
}
END_TEST

/* A kernel before 5.18 has no IFA_PROTO: ours are those that were desired. */
START_TEST(addresses_without_a_protocol)
{
	lab.s.addrs[0].proto = 0;
	lab_addr(&lab, "t1", "2001:db8:8::1/64", 0); /* added by hand: goes with the device, not by us */
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "-route default dev t1 metric 1024\n"
		     "-addr 2001:db8::3/127 dev t1\n"
		     "-link t1\n"
		     "-nft 203.0.113.1\n");
	lab_desire(&lab, ROLE_CLIENT, "t1 remote 203.0.113.1 address 2001:db8::5 mtu 1480" BARE);
	expect_steps(&lab, ROLE_CLIENT, "t1", "+addr 2001:db8::5/127 dev t1\n-addr 2001:db8::3/127 dev t1\n");
}
END_TEST

/* Things of others beside, on and below the tunnel: `up` and `down` plan the same as without them. */
START_TEST(foreign_objects)
{
	lab_addr(&lab, "up0", "2001:db8:8::1/64", 0);
	lab_addr(&lab, "up0", "2001:db8:8::2/64", 41);
	lab_addr(&lab, "t1", "2001:db8:8::3/64", 0);
	lab_addr(&lab, "t1", "2001:db8:8::4/64", 3);
	lab_route(&lab, "up0", "default", 512, 9);
	lab_route(&lab, "up0", "2001:db8:8::/64", 256, 2);
	lab_route(&lab, "up0", "2001:db8:88::/64", 1024, 41); /* protocol 41, on a device that is not ours */
	lab_route(&lab, "t1", "2001:db8:99::/48", 1024, 3);
	lab_route(&lab, "unreachable", "2001:db8:9::/48", UINT32_MAX, 3);
	lab_neigh(&lab, "up0", "2001:db8:8::9", 0);
	lab_tunnel(&lab, "t7", "somebody's", "203.0.113.7");
	lab_tunnel(&lab, "sit0", "", "0.0.0.0");
	lab_tunnel(&lab, "t8", "sitctl client t8", "203.0.113.8")->group = 0;
	lab_desire(&lab, ROLE_CLIENT, T1);
	expect_steps(&lab, ROLE_CLIENT, "t1", "");
	desired_remove(&lab.desired, ROLE_CLIENT, "t1");
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "-route default dev t1 metric 1024\n"
		     "-addr 2001:db8::3/127 dev t1\n"
		     "-link t1\n"
		     "-nft 203.0.113.1\n");
}
END_TEST

/* A second tunnel, told and damaged in every way: only what is asked for is planned; the set is shared. */
START_TEST(another_tunnel)
{
	lab_desired_both(&lab, ROLE_CLIENT,
			 "t2 remote 203.0.113.2 address 2001:db8::5 mtu 1480 gateway none ttl 9" BARE
			 "prefix 2001:db8:4::/48");
	lab_tunnel(&lab, "t2", "sitctl client t2", "203.0.113.77")->up = false;
	lab_addr(&lab, "t2", "2001:db8::99/64", 41);
	lab_route(&lab, "t2", "default", 1, 41);
	lab_nft(&lab, "203.0.113.1 203.0.113.2");
	lab_desire(&lab, ROLE_CLIENT, T1);
	expect_steps(&lab, ROLE_CLIENT, "t1", "");
	desired_remove(&lab.desired, ROLE_CLIENT, "t1");
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "-route default dev t1 metric 1024\n"
		     "-addr 2001:db8::3/127 dev t1\n"
		     "-link t1\n"
		     "~nft 203.0.113.1 203.0.113.2 > 203.0.113.2\n");
}
END_TEST

/* Two tunnels with one remote (other local): the set keeps it until both are gone. */
START_TEST(a_remote_of_two)
{
	lab_desired_both(&lab, ROLE_CLIENT, "t2 remote 203.0.113.1 local 192.0.2.1 address 2001:db8::5 mtu 1480" BARE);
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "-route default dev t1 metric 1024\n"
		     "-addr 2001:db8::3/127 dev t1\n"
		     "-link t1\n");
}
END_TEST

/* A peer of the same name as a client is another tunnel. */
START_TEST(client_and_peer_of_one_name)
{
	lab_desired_both(&lab, ROLE_SERVER, "uplink up0");
	lab_desired_both(&lab, ROLE_PEER, "t1 remote 198.51.100.7 address 2001:db8:7::3 mtu 1480 proxy-ndp off" BARE);
	lab_tunnel(&lab, "sit-t1", "sitctl server t1", "198.51.100.7");
	lab_addr(&lab, "sit-t1", "2001:db8:7::2/127", 41);
	lab_nft(&lab, "198.51.100.7 203.0.113.1");
	write_sysctl(CONF "all/forwarding", "1");
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "-route default dev t1 metric 1024\n"
		     "-addr 2001:db8::3/127 dev t1\n"
		     "-link t1\n"
		     "~nft 198.51.100.7 203.0.113.1 > 198.51.100.7\n");
}
END_TEST

static void two_peers(void)
{
	lab.s.n_addrs = lab.s.n_routes = 0;
	lab.s.n_links--; /* no t1 */
	desired_remove(&lab.j.desired, ROLE_CLIENT, "t1");
	lab_desired_both(&lab, ROLE_SERVER, "uplink up0");
	lab_desired_before(&lab, ROLE_PEER, ALICE);
	lab_desired_before(&lab, ROLE_PEER, BOB);
	lab_addr(&lab, "up0", "2001:db8:7::1/64", 0);
	lab_tunnel(&lab, "sit-alice", "sitctl server alice", "198.51.100.7");
	lab_addr(&lab, "sit-alice", "2001:db8:7::2/127", 41);
	lab_route(&lab, "sit-alice", "2001:db8:1::/48", 1024, 41);
	lab_neigh(&lab, "up0", "2001:db8:7::3", 41);
	lab_tunnel(&lab, "sit-bob", "sitctl server bob", "198.51.100.8");
	lab_addr(&lab, "sit-bob", "2001:db8:7::4/127", 41);
	lab_route(&lab, "sit-bob", "2001:db8:2::/48", 1024, 41);
	lab_neigh(&lab, "up0", "2001:db8:7::5", 41);
	lab_nft(&lab, "198.51.100.7 198.51.100.8");
	write_sysctl(CONF "all/forwarding", "1");
	write_sysctl(CONF "up0/proxy_ndp", "1");
}

START_TEST(one_of_two_peers)
{
	two_peers();
	lab_desire(&lab, ROLE_PEER, BOB);
	expect_steps(&lab, ROLE_PEER, "alice",
		     "-neigh 2001:db8:7::3 dev up0\n"
		     "-route 2001:db8:1::/48 dev sit-alice metric 1024\n"
		     "-addr 2001:db8:7::2/127 dev sit-alice\n"
		     "-link sit-alice\n"
		     "~nft 198.51.100.7 198.51.100.8 > 198.51.100.8\n");
}
END_TEST

/* `server down`: all peers, each kind at its place. */
START_TEST(all_peers)
{
	two_peers();
	ck_assert_int_eq(spec_init(&lab.desired.server, ROLE_SERVER, "", &lab.err), 0);
	expect_steps(&lab, ROLE_SERVER, NULL,
		     "-neigh 2001:db8:7::3 dev up0\n"
		     "-neigh 2001:db8:7::5 dev up0\n"
		     "-route 2001:db8:1::/48 dev sit-alice metric 1024\n"
		     "-route 2001:db8:2::/48 dev sit-bob metric 1024\n"
		     "-addr 2001:db8:7::2/127 dev sit-alice\n"
		     "-addr 2001:db8:7::4/127 dev sit-bob\n"
		     "-link sit-alice\n"
		     "-link sit-bob\n"
		     "-nft 198.51.100.7 198.51.100.8\n");
}
END_TEST

/* Of two peers both are to change by a default of the server: one plan for both. */
START_TEST(default_of_the_server_changed)
{
	two_peers();
	lab_desire(&lab, ROLE_PEER, ALICE);
	lab_desire(&lab, ROLE_PEER, BOB "ttl 9");
	lab_desire(&lab, ROLE_SERVER, "uplink up0 ttl 64 notrack off");
	ck_assert_int_eq(lab_plan(&lab, ROLE_SERVER, NULL), 0);
	ck_assert_ptr_nonnull(strstr(lab.steps, "~link sit-alice ttl 64\n"));
	ck_assert_ptr_nonnull(strstr(lab.steps, "~link sit-bob ttl 9\n"));
	ck_assert_ptr_nonnull(strstr(lab.steps, "-nft 198.51.100.7 198.51.100.8\n"));
	/* Both devices are in memory only and so have no sysctls: that is all. */
	ck_assert_uint_eq(lab.plan.n, 3);
}
END_TEST

/* `dev` changed: the old device holds the endpoints and goes first; before it what is on it, for the undo. */
START_TEST(device_renamed)
{
	two_peers();
	lab_desire(&lab, ROLE_PEER, ALICE "dev s7");
	lab_desire(&lab, ROLE_PEER, BOB);
	expect_steps(&lab, ROLE_PEER, "alice",
		     "-addr 2001:db8:7::2/127 dev sit-alice\n"
		     "-route 2001:db8:1::/48 dev sit-alice metric 1024\n"
		     "-link sit-alice\n"
		     "+link s7 remote 198.51.100.7 down\n"
		     "+sysctl net/ipv6/conf/s7/disable_ipv6 0\n"
		     "+sysctl net/ipv6/conf/s7/accept_ra 0\n"
		     "+sysctl net/ipv6/conf/s7/accept_redirects 0\n"
		     "+sysctl net/ipv6/conf/s7/forwarding 1\n"
		     "~link s7 up\n"
		     "+addr 2001:db8:7::2/127 dev s7\n"
		     "+route 2001:db8:1::/48 dev s7 metric 1024\n");
}
END_TEST

/* The uplink changed: entries move with it. */
START_TEST(uplink_changed)
{
	two_peers();
	lab_desire(&lab, ROLE_PEER, ALICE "proxy-ndp on");
	lab_desire(&lab, ROLE_SERVER, "uplink lan0");
	ck_assert_int_eq(lab_plan(&lab, ROLE_PEER, "alice"), 0);
	ck_assert_msg(strstr(lab.steps, "+neigh 2001:db8:7::3 dev lan0\n-neigh 2001:db8:7::3 dev up0\n"), "%s",
		      lab.steps);
}
END_TEST

Suite *suite_leftover(void)
{
	Suite *s = suite_create("plan old");
	TCase *tc = namespaced_case(s, "going", begin);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, client_down);
	tcase_add_test(tc, nothing_to_take_down);
	tcase_add_test(tc, half_down);
	tcase_add_test(tc, prefixes_go);
	tcase_add_test(tc, addresses_without_a_protocol);
	tcase_add_test(tc, foreign_objects);
	tcase_add_test(tc, another_tunnel);
	tcase_add_test(tc, a_remote_of_two);
	tcase_add_test(tc, client_and_peer_of_one_name);
	tcase_add_test(tc, one_of_two_peers);
	tcase_add_test(tc, all_peers);
	tcase_add_test(tc, default_of_the_server_changed);
	tcase_add_test(tc, device_renamed);
	tcase_add_test(tc, uplink_changed);
	return s;
}
