/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of plan_build(): a tunnel absent, the same, changed, half done; which steps and in which order. */
#include <errno.h>
#include <string.h>

#include "../unit.h"
#include "plan/build.h"
#include "state/saved.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define CONF "net/ipv6/conf/"

static struct lab lab;

/* up0 is the way out; t1 and sit-alice are real devices, so that they have sysctls; lab_tunnel() calls them sit. */
static void begin(void)
{
	own_netns();
	make_veth("up0", "up1");
	lab_open(&lab);
}

static void begin_with_devices(void)
{
	own_netns();
	make_veth("up0", "t1");
	make_veth("lan0", "sit-alice");
	write_sysctl(CONF "t1/accept_ra", "0");
	write_sysctl(CONF "sit-alice/accept_ra", "0");
	write_sysctl(CONF "t1/accept_redirects", "0");
	write_sysctl(CONF "sit-alice/accept_redirects", "0");
	lab_open(&lab);
}

static void end(void)
{
	lab_close(&lab);
}

/* Of the table only the remotes, unless a test is about the rest. */
#define BARE " mss-clamp off source-filter off "
#define T1 "t1 remote 203.0.113.1 address 2001:db8::3 mtu 1480" BARE

START_TEST(absent)
{
	lab_desire(&lab, ROLE_CLIENT, T1);
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "+nft 203.0.113.1\n"
		     "+link t1 remote 203.0.113.1 down\n"
		     "+sysctl net/ipv6/conf/t1/disable_ipv6 0\n"
		     "+sysctl net/ipv6/conf/t1/accept_ra 0\n"
		     "+sysctl net/ipv6/conf/t1/accept_redirects 0\n"
		     "~link t1 up\n"
		     "+addr 2001:db8::3/127 dev t1\n"
		     "+route default dev t1 metric 1024\n");
	ck_assert_uint_eq(lab.plan.n_warnings, 0);
}
END_TEST

START_TEST(absent_and_bare)
{
	lab_desire(&lab, ROLE_CLIENT, T1 "notrack off gateway none");
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "+link t1 remote 203.0.113.1 down\n"
		     "+sysctl net/ipv6/conf/t1/disable_ipv6 0\n"
		     "+sysctl net/ipv6/conf/t1/accept_ra 0\n"
		     "+sysctl net/ipv6/conf/t1/accept_redirects 0\n"
		     "~link t1 up\n"
		     "+addr 2001:db8::3/127 dev t1\n");
}
END_TEST

START_TEST(absent_with_much)
{
	lab_nft(&lab, "198.51.100.1 203.0.113.9");
	lab_desire(&lab, ROLE_CLIENT, "t0 remote 198.51.100.1 address 2001:db8::9" BARE);
	lab_desire(&lab, ROLE_CLIENT, "t9 remote 203.0.113.9 address 2001:db8::b" BARE);
	lab_desire(&lab, ROLE_CLIENT,
		   T1 "address 2001:db8:9::1/64 prefix 2001:db8:1::/48 prefix 2001:db8:2::/48 "
		      "gateway 2001:db8::2 metric 7 dev up0 local 192.0.2.1 ttl inherit");
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "~nft 198.51.100.1 203.0.113.9 > 198.51.100.1 203.0.113.1 203.0.113.9\n"
		     "+link t1 remote 203.0.113.1 down\n"
		     "+sysctl net/ipv6/conf/t1/disable_ipv6 0\n"
		     "+sysctl net/ipv6/conf/t1/accept_ra 0\n"
		     "+sysctl net/ipv6/conf/t1/accept_redirects 0\n"
		     "~link t1 up\n"
		     "+addr 2001:db8::3/127 dev t1\n"
		     "+addr 2001:db8:9::1/64 dev t1\n"
		     "+route default via 2001:db8::2 dev t1 metric 7\n"
		     "+route unreachable 2001:db8:1::/48 metric 4294967295\n"
		     "+route unreachable 2001:db8:2::/48 metric 4294967295\n");
}
END_TEST

/* t1 as T1 says, in the kernel and in the journal. */
static void t1_is_up(void)
{
	lab_desired_before(&lab, ROLE_CLIENT, T1);
	lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1");
	lab_addr(&lab, "t1", "2001:db8::3/127", 41);
	lab_addr(&lab, "t1", "fe80::cb00:7101/64", 0);
	lab_route(&lab, "t1", "default", 1024, 41);
	lab_route(&lab, "t1", "2001:db8::2/127", 256, 2); /* the kernel's */
	lab_nft(&lab, "203.0.113.1");
}

START_TEST(the_same)
{
	t1_is_up();
	lab_desire(&lab, ROLE_CLIENT, T1);
	expect_steps(&lab, ROLE_CLIENT, "t1", "");
	lab_desire(&lab, ROLE_CLIENT, T1 "local any gateway auto metric 1024 ttl 255 notrack on"); /* the defaults */
	expect_steps(&lab, ROLE_CLIENT, "t1", "");
	ck_assert_uint_eq(lab.plan.n_warnings + lab.plan.n_drops + lab.plan.n_pins, 0);
}
END_TEST

/* Each changed value, and only that; new before old. */
static const struct {
	const char *words, *steps;
} changes[] = {
	{ T1 "ttl 9", "~link t1 ttl 9\n" },
	{ T1 "ttl inherit", "~link t1 ttl 0\n" },
	{ T1 "local 192.0.2.1", "~link t1 local 192.0.2.1\n" },
	{ T1 "dev up0", "~link t1 dev up0\n" },
	{ "t1 remote 203.0.113.1 address 2001:db8::3 mtu 1400 ttl 1" BARE, "~link t1 ttl 1 mtu 1400\n" },
	{ "t1 remote 203.0.113.9 address 2001:db8::3 mtu 1480" BARE,
	  "~nft 203.0.113.1 > 203.0.113.9\n~link t1 remote 203.0.113.9\n" },
	{ T1 "notrack off", "-nft 203.0.113.1\n" },
	{ T1 "metric 7", "+route default dev t1 metric 7\n-route default dev t1 metric 1024\n" },
	{ T1 "gateway none", "-route default dev t1 metric 1024\n" },
	{ T1 "gateway 2001:db8::2",
	  "+route default via 2001:db8::2 dev t1 metric 1024 append\n-route default dev t1 metric 1024\n" },
	{ T1 "address 2001:db8::5", "+addr 2001:db8::5/127 dev t1\n" },
	{ "t1 remote 203.0.113.1 address 2001:db8::5 mtu 1480" BARE,
	  "+addr 2001:db8::5/127 dev t1\n-addr 2001:db8::3/127 dev t1\n" },
	{ T1 "prefix 2001:db8:1::/48", "+route unreachable 2001:db8:1::/48 metric 4294967295\n" },
};

START_TEST(changed)
{
	t1_is_up();
	lab_desire(&lab, ROLE_CLIENT, changes[_i].words);
	expect_steps(&lab, ROLE_CLIENT, "t1", changes[_i].steps);
}
END_TEST

/* The kernel has an address once, whatever its length: the old one must go before the new one comes. */
START_TEST(another_length)
{
	t1_is_up();
	lab_desire(&lab, ROLE_CLIENT, "t1 remote 203.0.113.1 address 2001:db8::3/64 mtu 1480" BARE);
	expect_steps(&lab, ROLE_CLIENT, "t1", "-addr 2001:db8::3/127 dev t1\n+addr 2001:db8::3/64 dev t1\n");
}
END_TEST

static void set_half_done(int which)
{
	struct link *l = lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1");

	switch (which) {
	case 0: l->up = false; break;
	case 1:
		lab.s.addrs[0].net = net6("2001:db8::9/127");
		lab.s.addrs[0].proto = 0;
		break;
	case 2:
		lab.s.routes[0].proto = 2;
		lab.s.routes[0].dst = net6("2001:db8:9::/64");
		break;
	case 3: lab_no_nft(&lab); break;
	case 4: lab.s.nft.intact = false; break;
	case 5: l->proto = 0; break;
	case 6: l->pmtudisc = false; break;
	case 7: l->half_made = true; break;
	case 8: lab_addr(&lab, "t1", "2001:db8::7/127", 41); break;
	case 9: lab_nft(&lab, "203.0.113.1 203.0.113.200"); break;
	case 10: lab.s.nft.n = 0; break;
	case 11: write_sysctl(CONF "t1/accept_ra", "1"); break;
	case 12: write_sysctl(CONF "t1/disable_ipv6", "1"); break;
	case 13: lab_route(&lab, "t1", "2001:db8:77::/48", 1024, 41); break;
	case 14: lab_route(&lab, "unreachable", "2001:db8:77::/48", UINT32_MAX, 41); break;
	case 15: lab_addr(&lab, "t1", "2001:db8::7/127", 0); break;
	case 16: {
		struct net6 going = net6("2001:db8::7/127");

		/* A kernel without IFA_PROTO: the journal has it from a change that was killed. */
		lab_addr(&lab, "t1", "2001:db8::7/127", 0);
		ck_assert_int_eq(saved_add_addr(&lab.j.saved, "t1", &going, &lab.err), 0);
		break;
	}
	case 17: write_sysctl(CONF "t1/accept_redirects", "1"); break;
	default: /* all at once */
		l->up = false;
		lab.s.n_addrs = lab.s.n_routes = 0;
		lab_no_nft(&lab);
	}
}

static const char *const repairs[] = {
	"~link t1 up\n",
	"+addr 2001:db8::3/127 dev t1\n",
	"+route default dev t1 metric 1024\n",
	"+nft 203.0.113.1\n",
	"~nft 203.0.113.1 damaged > 203.0.113.1\n",
	"~link t1\n",
	"~link t1\n",
	"~link t1\n",
	"-addr 2001:db8::7/127 dev t1\n",
	"~nft 203.0.113.1 203.0.113.200 > 203.0.113.1\n",
	"~nft > 203.0.113.1\n",
	"~sysctl net/ipv6/conf/t1/accept_ra 1>0\n",
	"~sysctl net/ipv6/conf/t1/disable_ipv6 1>0\n",
	"-route 2001:db8:77::/48 dev t1 metric 1024\n",
	"-route unreachable 2001:db8:77::/48 metric 4294967295\n",
	"",
	"-addr 2001:db8::7/127 dev t1\n",
	"~sysctl net/ipv6/conf/t1/accept_redirects 1>0\n",
	"+nft 203.0.113.1\n~link t1 up\n+addr 2001:db8::3/127 dev t1\n+route default dev t1 metric 1024\n",
};

START_TEST(half_done)
{
	t1_is_up();
	lab_desire(&lab, ROLE_CLIENT, T1);
	set_half_done(_i);
	expect_steps(&lab, ROLE_CLIENT, "t1", repairs[_i]);
}
END_TEST

/* Down and with other values: changed while it is down, then brought up. */
START_TEST(changed_and_down)
{
	t1_is_up();
	lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1")->up = false;
	lab_desire(&lab, ROLE_CLIENT, T1 "ttl 9");
	expect_steps(&lab, ROLE_CLIENT, "t1", "~link t1 ttl 9\n~link t1 up\n");
	ck_assert(!lab.plan.steps[0].want->link.up && lab.plan.steps[1].want->link.up);
	ck_assert_uint_eq(lab.plan.steps[1].was->link.ttl, 9);
}
END_TEST

static void name_is_taken(enum role role, const char *name, const char *why)
{
	char message[1024];

	ck_assert_int_eq(lab_plan(&lab, role, name), -EEXIST);
	ck_assert(!lab.err.usage);
	err_text(&lab.err, message, sizeof(message));
	ck_assert_msg(strstr(message, why), "%s", message);
}

START_TEST(name_taken)
{
	lab_desire(&lab, ROLE_CLIENT, "up0 remote 203.0.113.1 address 2001:db8::3 mtu 1480");
	name_is_taken(ROLE_CLIENT, "up0", "sitctl did not make");
	lab_desire(&lab, ROLE_CLIENT, T1);
	lab_tunnel(&lab, "t1", "my tunnel", "203.0.113.1"); /* sit, of somebody else */
	name_is_taken(ROLE_CLIENT, "t1", "sitctl did not make");
	name_is_taken(ROLE_CLIENT, "t1", "sitctl client adopt t1");
	lab_tunnel(&lab, "t1", "my tunnel", "203.0.113.9"); /* to somebody else */
	name_is_taken(ROLE_CLIENT, "t1", "choose another name, or remove that device");
	lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1")->group = 0;
	name_is_taken(ROLE_CLIENT, "t1", "sitctl did not make");
	lab_tunnel(&lab, "t1", "sitctl client other", "203.0.113.1");
	name_is_taken(ROLE_CLIENT, "t1", "'other'");
	lab_tunnel(&lab, "t1", "sitctl server t1", "203.0.113.1");
	name_is_taken(ROLE_CLIENT, "t1", "'t1'");
	lab_desire(&lab, ROLE_PEER, "bob remote 198.51.100.7 address 2001:db8::3 mtu 1480 dev t1");
	name_is_taken(ROLE_PEER, "bob", "'t1'");
}
END_TEST

/* A default route of somebody else with our metric: ours is put beside it; for a prefix it is the kernel that refuses. */
START_TEST(routes_of_others)
{
	lab_desire(&lab, ROLE_CLIENT, T1 "notrack off prefix 2001:db8:1::/48");
	lab_route(&lab, "up0", "default", 1024, 3);
	lab_route(&lab, "unreachable", "2001:db8:1::/48", UINT32_MAX, 3);
	lab_route(&lab, "up0", "2001:db8:1::/48", 1024, 3);
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "+link t1 remote 203.0.113.1 down\n"
		     "+sysctl net/ipv6/conf/t1/disable_ipv6 0\n"
		     "+sysctl net/ipv6/conf/t1/accept_ra 0\n"
		     "+sysctl net/ipv6/conf/t1/accept_redirects 0\n"
		     "~link t1 up\n"
		     "+addr 2001:db8::3/127 dev t1\n"
		     "+route default dev t1 metric 1024 append\n"
		     "+route unreachable 2001:db8:1::/48 metric 4294967295\n");
}
END_TEST

#define ALICE "alice remote 198.51.100.7 address 2001:db8:7::3 mtu 1480" BARE

static void alice_is_up(void)
{
	lab_desired_both(&lab, ROLE_SERVER, "uplink up0 ttl 64");
	lab_desired_before(&lab, ROLE_PEER, ALICE "prefix 2001:db8:1::/48");
	lab_tunnel(&lab, "sit-alice", "sitctl server alice", "198.51.100.7")->ttl = 64;
	lab_addr(&lab, "up0", "2001:db8:7::1/64", 0);
	lab_addr(&lab, "sit-alice", "2001:db8:7::2/127", 41);
	lab_route(&lab, "sit-alice", "2001:db8:1::/48", 1024, 41);
	lab_neigh(&lab, "up0", "2001:db8:7::3", 41);
	lab_nft(&lab, "198.51.100.7");
	/* This host forwards already, and not by us. */
	write_sysctl(CONF "all/forwarding", "1");
	write_sysctl(CONF "up0/proxy_ndp", "1");
}

static const struct {
	const char *words, *steps;
} peer_changes[] = {
	{ ALICE "prefix 2001:db8:1::/48", "" },
	{ ALICE "prefix 2001:db8:1::/48 ttl 64 notrack on", "" },
	{ ALICE "prefix 2001:db8:1::/48 ttl 9", "~link sit-alice ttl 9\n" },
	{ ALICE, "-route 2001:db8:1::/48 dev sit-alice metric 1024\n" },
	{ ALICE "prefix 2001:db8:1::/48 prefix 2001:db8:2::/56", "+route 2001:db8:2::/56 dev sit-alice metric 1024\n" },
	{ ALICE "prefix 2001:db8:2::/48",
	  "+route 2001:db8:2::/48 dev sit-alice metric 1024\n-route 2001:db8:1::/48 dev sit-alice metric 1024\n" },
	{ ALICE "prefix 2001:db8:1::/48 proxy-ndp on", "" },
	{ ALICE "prefix 2001:db8:1::/48 notrack off", "-nft 198.51.100.7\n" },
	{ "alice remote 198.51.100.7 address 2001:db8:7::5 mtu 1480" BARE "prefix 2001:db8:1::/48",
	  "+addr 2001:db8:7::4/127 dev sit-alice\n+neigh 2001:db8:7::5 dev up0\n"
	  "-neigh 2001:db8:7::3 dev up0\n-addr 2001:db8:7::2/127 dev sit-alice\n" },
	{ ALICE "server-address 2001:db8:5::1 prefix 2001:db8:1::/48",
	  "+addr 2001:db8:5::1/128 dev sit-alice\n+route 2001:db8:7::3/128 dev sit-alice metric 1024\n"
	  "-addr 2001:db8:7::2/127 dev sit-alice\n" },
};

START_TEST(changed_peer)
{
	alice_is_up();
	lab_desire(&lab, ROLE_PEER, peer_changes[_i].words);
	expect_steps(&lab, ROLE_PEER, "alice", peer_changes[_i].steps);
}
END_TEST

/* A prefix inside the uplink's on-link prefix: an entry for each address. */
START_TEST(proxied_prefix)
{
	unsigned int n = 0;

	alice_is_up();
	lab_desire(&lab, ROLE_PEER, ALICE "prefix 2001:db8:1::/48 prefix 2001:db8:7::100/120");
	ck_assert_int_eq(lab_plan(&lab, ROLE_PEER, "alice"), 0);
	ck_assert_uint_eq(lab.plan.n, 257); /* the route, then 256 entries */
	ck_assert_int_eq(lab.plan.steps[0].want->kind, KIND_ROUTE);
	for (size_t i = 1; i < lab.plan.n; i++) {
		const struct neigh *neigh = &lab.plan.steps[i].want->neigh;

		ck_assert(lab.plan.steps[i].op == STEP_ADD && lab.plan.steps[i].want->kind == KIND_NEIGH);
		ck_assert_uint_eq(neigh->addr.s6_addr[14], 1);
		ck_assert_uint_eq(neigh->addr.s6_addr[15], n++);
		ck_assert_str_eq(neigh->ifname, "up0");
	}
}
END_TEST

#define PEERS 10000

/* A peer with one address and one prefix, and all filters: less than 1,000 bytes of the plan, whatever it is made of. */
START_TEST(memory_of_a_peer)
{
	struct world w = { .c = &lab.c, .s = &lab.s, .j = &lab.j, .desired = &lab.desired };
	struct scope scope = { .role = ROLE_SERVER };
	size_t before;
	char words[128];

	lab_desire(&lab, ROLE_SERVER, "uplink up0 mtu 1480");
	for (int i = 0; i < PEERS; i++) {
		snprintf(words, sizeof(words),
			 "p%d remote 198.18.%d.%d address 2001:db8:1:%x::3 prefix 2001:db8:%x::/48", i, i / 250,
			 i % 250 + 1, i, 0x4000 + i);
		lab_desire(&lab, ROLE_PEER, words);
	}
	before = allocated();
	ck_assert_int_eq(plan_build(&lab.plan, &w, &scope, &lab.err), 0);
	ck_assert_uint_gt(lab.plan.n, 6 * PEERS);
	ck_assert_uint_lt((allocated() - before) / PEERS, 1000);
}
END_TEST

Suite *suite_build(void)
{
	Suite *s = suite_create("plan");
	TCase *tc = namespaced_case(s, "new", begin), *old = namespaced_case(s, "existing", begin_with_devices);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, absent);
	tcase_add_test(tc, memory_of_a_peer);
	tcase_add_test(tc, absent_and_bare);
	tcase_add_test(tc, absent_with_much);
	tcase_add_test(tc, name_taken);
	tcase_add_test(tc, routes_of_others);
	tcase_add_checked_fixture(old, NULL, end);
	tcase_add_test(old, the_same);
	tcase_add_loop_test(old, changed, 0, COUNT(changes));
	tcase_add_test(old, another_length);
	tcase_add_loop_test(old, half_done, 0, COUNT(repairs));
	tcase_add_test(old, changed_and_down);
	tcase_add_loop_test(old, changed_peer, 0, COUNT(peer_changes));
	tcase_add_test(old, proxied_prefix);
	return s;
}
