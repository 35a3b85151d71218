/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of what a plan wants in the table: remotes, source filter, MSS clamp; and conntrack entries. */
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "plan/kinds.h"

#define T1 "t1 remote 203.0.113.1 address 2001:db8::3 mtu 1480 gateway none "
#define ALICE "alice remote 198.51.100.7 address 2001:db8:7::3 mtu 1480 proxy-ndp off "

static struct lab lab;

static void begin(void)
{
	own_netns();
	make_veth("up0", "lan0");
	write_sysctl("net/ipv6/conf/all/forwarding", "1"); /* and not by us: no sysctls in these plans */
	lab_open(&lab);
}

static void end(void)
{
	lab_close(&lab);
}

/* The first step of the plan, which is the table's. */
static void table_is(enum role role, const char *name, const char *want)
{
	char message[1024], *end_of_line;

	if (lab_plan(&lab, role, name))
		ck_abort_msg("%s", err_text(&lab.err, message, sizeof(message)));
	end_of_line = strchr(lab.steps, '\n');
	ck_assert_ptr_nonnull(end_of_line);
	*end_of_line = '\0';
	ck_assert_str_eq(lab.steps, want);
}

#define OF_CLIENTS                            \
	" forbidden:t1 ::1-::255.255.255.255" \
	" forbidden:t1 ::ffff:0.0.0.0-::ffff:255.255.255.255"
/* What comes by the uplink must not have a peer's source; what comes by sit0 goes nowhere. */
#define OF_SERVER " dropped:sit-alice dropped:up0 wildcards:sit0"
#define MULTICAST " forbidden:t1 ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"

/* RFC 4213 3.6: loopback, IPv4-compatible but for ::, IPv4-mapped, multicast; and this site's own prefixes. */
START_TEST(source_filter_of_a_client)
{
	lab_desire(&lab, ROLE_CLIENT, T1 "mss-clamp off");
	table_is(ROLE_CLIENT, "t1", "+nft 203.0.113.1 providers:t1" OF_CLIENTS MULTICAST " dropped:t1 hairpins:t1");
	lab_desire(&lab, ROLE_CLIENT,
		   T1 "mss-clamp off notrack off prefix 2001:db8:1::/48 prefix 2001:db8:2:3::/64,lan0");
	table_is(ROLE_CLIENT, "t1",
		 "+nft providers:t1" OF_CLIENTS " forbidden:t1 2001:db8:1::-2001:db8:1:ffff:ffff:ffff:ffff:ffff"
		 " forbidden:t1 2001:db8:2:3::-2001:db8:2:3:ffff:ffff:ffff:ffff" MULTICAST
		 " dropped:t1 hairpins:t1 wildcards:sit0");
}
END_TEST

/* A peer: its address and its prefixes; intervals of one set must not overlap. */
START_TEST(source_filter_of_a_peer)
{
	lab_desire(&lab, ROLE_SERVER, "uplink up0");
	lab_desire(&lab, ROLE_PEER, ALICE "mss-clamp off notrack off");
	table_is(ROLE_PEER, "alice",
		 "+nft peers:sit-alice providers:up0 allowed:sit-alice 2001:db8:7::3-2001:db8:7::3"
		 " forbidden:up0 2001:db8:7::3-2001:db8:7::3" OF_SERVER);
	lab_desire(&lab, ROLE_PEER, ALICE "mss-clamp off notrack off prefix 2001:db8:1::/49 prefix 2001:db8:2::4/127");
	table_is(ROLE_PEER, "alice",
		 "+nft peers:sit-alice providers:up0"
		 " allowed:sit-alice 2001:db8:1::-2001:db8:1:7fff:ffff:ffff:ffff:ffff"
		 " allowed:sit-alice 2001:db8:2::4-2001:db8:2::5"
		 " allowed:sit-alice 2001:db8:7::3-2001:db8:7::3"
		 " forbidden:up0 2001:db8:1::-2001:db8:1:7fff:ffff:ffff:ffff:ffff"
		 " forbidden:up0 2001:db8:2::4-2001:db8:2::5"
		 " forbidden:up0 2001:db8:7::3-2001:db8:7::3" OF_SERVER);
	lab_desire(&lab, ROLE_PEER,
		   ALICE "mss-clamp off notrack off prefix 2001:db8:7::/64"); /* its address is in it */
	table_is(ROLE_PEER, "alice",
		 "+nft peers:sit-alice providers:up0"
		 " allowed:sit-alice 2001:db8:7::-2001:db8:7:0:ffff:ffff:ffff:ffff"
		 " forbidden:up0 2001:db8:7::-2001:db8:7:0:ffff:ffff:ffff:ffff" OF_SERVER);
}
END_TEST

/* What a peer does not say itself is the server's. */
START_TEST(defaults_of_the_server)
{
	lab_desire(&lab, ROLE_SERVER, "uplink up0 source-filter off notrack off");
	lab_desire(&lab, ROLE_PEER, ALICE);
	table_is(ROLE_PEER, "alice", "+nft clamped:sit-alice");
	lab_desire(&lab, ROLE_PEER, ALICE "notrack on mss-clamp off dev s7");
	table_is(ROLE_PEER, "alice", "+nft 198.51.100.7");
	lab_desire(&lab, ROLE_PEER, ALICE "source-filter on mss-clamp off dev s7");
	table_is(ROLE_PEER, "alice",
		 "+nft peers:s7 providers:up0 allowed:s7 2001:db8:7::3-2001:db8:7::3"
		 " forbidden:up0 2001:db8:7::3-2001:db8:7::3 dropped:s7 dropped:up0 wildcards:sit0");
}
END_TEST

/* The uplink may be a client's tunnel: a peer's prefix that lies in the site's own is forbidden by that already. */
START_TEST(uplink_by_tunnel)
{
	lab_desire(&lab, ROLE_CLIENT, T1 "mss-clamp off notrack off prefix 2001:db8:1::/48");
	lab_desire(&lab, ROLE_SERVER, "uplink t1");
	lab_desire(&lab, ROLE_PEER, ALICE "mss-clamp off notrack off prefix 2001:db8:1:2::/64");
	ck_assert_int_eq(lab_plan(&lab, ROLE_PEER, "alice"), 0);
	ck_assert_ptr_nonnull(strstr(lab.steps, " forbidden:t1 2001:db8:1::-2001:db8:1:ffff:ffff:ffff:ffff:ffff"));
	ck_assert_ptr_null(strstr(lab.steps, " forbidden:t1 2001:db8:1:2::-"));
	ck_assert_ptr_nonnull(strstr(lab.steps, " forbidden:t1 2001:db8:7::3-2001:db8:7::3"));
}
END_TEST

/* Devices of others that take packets from anybody, where this host forwards: by whatever name, up or down. */
START_TEST(wildcards)
{
	lab_tunnel(&lab, "wild", "", "0.0.0.0")->group = 0;
	lab_tunnel(&lab, "far", "", "198.51.100.9")->group = 0;
	lab_desire(&lab, ROLE_CLIENT, T1 "prefix 2001:db8:2:3::/64");
	ck_assert_int_eq(lab_plan(&lab, ROLE_CLIENT, "t1"), 0);
	ck_assert_ptr_null(strstr(lab.steps, "wildcards"));
	lab_desire(&lab, ROLE_CLIENT, T1 "prefix 2001:db8:2:3::/64,lan0");
	ck_assert_int_eq(lab_plan(&lab, ROLE_CLIENT, "t1"), 0);
	ck_assert_ptr_nonnull(strstr(lab.steps, " wildcards:sit0 wildcards:wild\n"));
	lab_desire(&lab, ROLE_CLIENT, T1 "prefix 2001:db8:2:3::/64,lan0 source-filter off");
	ck_assert_int_eq(lab_plan(&lab, ROLE_CLIENT, "t1"), 0);
	ck_assert_ptr_null(strstr(lab.steps, "wildcards"));
}
END_TEST

/* All of them off: there is no table. */
START_TEST(everything_off)
{
	lab_desire(&lab, ROLE_CLIENT, T1 "source-filter off notrack off mss-clamp off");
	ck_assert_int_eq(lab_plan(&lab, ROLE_CLIENT, "t1"), 0);
	ck_assert_ptr_null(strstr(lab.steps, "nft"));
}
END_TEST

/* The table is one for all tunnels: what another one needs stays, and what it lacks is added. */
START_TEST(shared)
{
	lab_desire(&lab, ROLE_CLIENT, T1 "source-filter off");
	lab_desire(&lab, ROLE_CLIENT, "t2 remote 203.0.113.1 local 192.0.2.1 address 2001:db8::5 source-filter off");
	table_is(ROLE_CLIENT, "t1", "+nft 203.0.113.1 clamped:t1 clamped:t2"); /* their one remote once */
	lab_nft(&lab, "203.0.113.1");
	table_is(ROLE_CLIENT, "t1", "~nft 203.0.113.1 > 203.0.113.1 clamped:t1 clamped:t2");
	ck_assert_int_eq(lab.plan.steps[0].phase, PHASE_NFT);
}
END_TEST

/* Protection comes before the device, and goes after it: only additions are early. */
START_TEST(early_or_late)
{
	lab_nft(&lab, "203.0.113.1 203.0.113.9");
	lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1");
	lab_addr(&lab, "t1", "2001:db8::3/127", 41);
	lab_desire(&lab, ROLE_CLIENT, T1 "source-filter off mss-clamp off");
	table_is(ROLE_CLIENT, "t1", "~nft 203.0.113.1 203.0.113.9 > 203.0.113.1");
	ck_assert_int_eq(lab.plan.steps[0].phase, PHASE_NFT_DEL);
	lab_desire(&lab, ROLE_CLIENT, T1 "source-filter off");
	table_is(ROLE_CLIENT, "t1", "~nft 203.0.113.1 203.0.113.9 > 203.0.113.1 clamped:t1");
	ck_assert_int_eq(lab.plan.steps[0].phase, PHASE_NFT);
}
END_TEST

static char text[512];

/* An entry from before NOTRACK, as it is printed; taken back it is not made again. */
START_TEST(conntrack_entry)
{
	struct object o = { .kind = KIND_CONNTRACK };
	struct step step = { .op = STEP_DEL, .was = &o }, back;
	FILE *out = fmemopen(text, sizeof(text), "w");
	json_t *json;

	step.was->conntrack.source = ip4("203.0.113.1");
	step.was->conntrack.destination = ip4("192.0.2.1");
	kinds[KIND_CONNTRACK]->print(&step, out);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_str_eq(text, "conntrack -D -p 41 --orig-src 203.0.113.1 --orig-dst 192.0.2.1\n");
	json = kinds[KIND_CONNTRACK]->json(step.was);
	ck_assert_int_eq(json_integer_value(json_object_get(json, "protocol")), 41);
	ck_assert_str_eq(json_string_value(json_object_get(json, "source")), "203.0.113.1");
	ck_assert_str_eq(json_string_value(json_object_get(json, "destination")), "192.0.2.1");
	json_decref(json);
	back = step_invert(&step);
	ck_assert_int_eq(kinds[KIND_CONNTRACK]->run(&lab.c, &back, &lab.err), 0);
	ck_assert_ptr_null(lab.c.sockets[NL_NETFILTER].sock); /* nothing was asked of the kernel */
}
END_TEST

/* Nobody tracks here: no entry is found and none is planned, whatever addresses this host has. */
START_TEST(no_conntrack_here)
{
	struct conntrack ct = { .source = ip4("203.0.113.1"), .destination = ip4("192.0.2.1") };
	bool found = true;

	ck_assert_int_eq(conntrack_find(&lab.c, &ct, &found, &lab.err), 0);
	ck_assert(!found);
	lab.s.addrs4 = calloc(1, sizeof(*lab.s.addrs4));
	lab.s.addrs4[0].addr = ip4("192.0.2.1");
	lab.s.n_addrs4 = 1;
	lab_desire(&lab, ROLE_CLIENT, T1);
	ck_assert_int_eq(lab_plan(&lab, ROLE_CLIENT, "t1"), 0);
	ck_assert_ptr_null(strstr(lab.steps, "conntrack"));
}
END_TEST

Suite *suite_nftplan(void)
{
	Suite *s = suite_create("plan nft");
	TCase *tc = namespaced_case(s, "table", begin);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, source_filter_of_a_client);
	tcase_add_test(tc, source_filter_of_a_peer);
	tcase_add_test(tc, defaults_of_the_server);
	tcase_add_test(tc, uplink_by_tunnel);
	tcase_add_test(tc, wildcards);
	tcase_add_test(tc, everything_off);
	tcase_add_test(tc, shared);
	tcase_add_test(tc, early_or_late);
	tcase_add_test(tc, conntrack_entry);
	tcase_add_test(tc, no_conntrack_here);
	return s;
}
