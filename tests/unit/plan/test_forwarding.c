/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the sysctls of a plan: forwarding in its three ways, accept_ra first, and all of it back. */
#include <string.h>
#include <unistd.h>

#include "../unit.h"
#include "state/saved.h"

#define CONF "net/ipv6/conf/"
#define ALL CONF "all/forwarding"
/* Of the table only the remotes. */
#define BARE " mss-clamp off source-filter off "
#define ALICE "alice remote 198.51.100.7 address 2001:db8:7::3 mtu 1480" BARE
#define T1 "t1 remote 203.0.113.1 address 2001:db8::3 mtu 1480 notrack off gateway none" BARE

static struct lab lab;

static void begin(void)
{
	own_netns();
	make_veth("up0", "lan0");
	lab_open(&lab);
}

static void end(void)
{
	lab_close(&lab);
}

static void saved(const char *key, const char *value, const char *made)
{
	ck_assert_int_eq(saved_add_sysctl(&lab.j.saved, key, value, made, &lab.err), 0);
}

/*
 * The way of all kernels before 6.17, on any kernel: the journal says that all.forwarding is by
 * us, as when a first `up` was killed right after writing that down.
 */
static void by_all_forwarding(void)
{
	saved(ALL, "0", "1");
}

/* The whole order: accept_ra, forwarding, rules, device, its sysctls, address, up, route, proxy. */
START_TEST(order_of_a_first_peer)
{
	by_all_forwarding();
	lab_addr(&lab, "up0", "2001:db8:7::1/64", 0);
	lab_desire(&lab, ROLE_SERVER, "uplink up0");
	lab_desire(&lab, ROLE_PEER, ALICE "prefix 2001:db8:1::/48");
	expect_steps(&lab, ROLE_PEER, "alice",
		     "~sysctl net/ipv6/conf/lan0/accept_ra 1>2\n"
		     "~sysctl net/ipv6/conf/up0/accept_ra 1>2\n"
		     "~sysctl net/ipv6/conf/all/forwarding 0>1\n"
		     "~sysctl net/ipv6/conf/up0/proxy_ndp 0>1\n"
		     "+nft 198.51.100.7\n"
		     "+link sit-alice remote 198.51.100.7 down\n"
		     "+sysctl net/ipv6/conf/sit-alice/disable_ipv6 0\n"
		     "+sysctl net/ipv6/conf/sit-alice/accept_ra 0\n"
		     "+sysctl net/ipv6/conf/sit-alice/accept_redirects 0\n"
		     "+sysctl net/ipv6/conf/sit-alice/forwarding 1\n"
		     "~link sit-alice up\n"
		     "+addr 2001:db8:7::2/127 dev sit-alice\n"
		     "+route 2001:db8:1::/48 dev sit-alice metric 1024\n"
		     "+neigh 2001:db8:7::3 dev up0\n");
}
END_TEST

/* A client alone is a host: nothing is forwarded. With a LAN it is a router. */
START_TEST(client_with_a_lan)
{
	by_all_forwarding();
	lab_desire(&lab, ROLE_CLIENT, T1 "prefix 2001:db8:1::/64,lan0");
	write_sysctl(CONF "up0/accept_ra", "0");
	expect_steps(&lab, ROLE_CLIENT, "t1",
		     "~sysctl net/ipv6/conf/lan0/accept_ra 1>2\n"
		     "~sysctl net/ipv6/conf/all/forwarding 0>1\n"
		     "+link t1 remote 203.0.113.1 down\n"
		     "+sysctl net/ipv6/conf/t1/disable_ipv6 0\n"
		     "+sysctl net/ipv6/conf/t1/accept_ra 0\n"
		     "+sysctl net/ipv6/conf/t1/accept_redirects 0\n"
		     "+sysctl net/ipv6/conf/t1/forwarding 1\n"
		     "~link t1 up\n"
		     "+addr 2001:db8::3/127 dev t1\n"
		     "+addr 2001:db8:1::1/64 dev lan0\n");
}
END_TEST

START_TEST(client_with_a_lan_that_is_not_there)
{
	lab_desire(&lab, ROLE_CLIENT, T1 "prefix 2001:db8:1::/64,nosuch0");
	ck_assert_int_lt(lab_plan(&lab, ROLE_CLIENT, "t1"), 0);
	ck_assert(lab.err.usage && !strcmp(lab.err.step, "nosuch0"));
}
END_TEST

/* Whose accept_ra becomes 2: those that hear routers; not one that hears none, nor one that is a router already. */
START_TEST(whose_accept_ra)
{
	by_all_forwarding();
	lab_desire(&lab, ROLE_SERVER, "uplink up0");
	write_sysctl(CONF "lan0/accept_ra", "0");
	expect_steps(&lab, ROLE_SERVER, NULL,
		     "~sysctl net/ipv6/conf/up0/accept_ra 1>2\n~sysctl net/ipv6/conf/all/forwarding 0>1\n");
	write_sysctl(CONF "lan0/accept_ra", "1");
	write_sysctl(CONF "lan0/forwarding", "1");
	write_sysctl(CONF "up0/accept_ra", "2");
	expect_steps(&lab, ROLE_SERVER, NULL, "~sysctl net/ipv6/conf/all/forwarding 0>1\n");
	lab_route(&lab, "lan0", "default", 1024, 9); /* RTPROT_RA: it did learn one, all the same */
	expect_steps(&lab, ROLE_SERVER, NULL,
		     "~sysctl net/ipv6/conf/lan0/accept_ra 1>2\n~sysctl net/ipv6/conf/all/forwarding 0>1\n");
}
END_TEST

/* all.forwarding=0 at the end, or in an undo, would stop what forwards by itself: pinned for both. */
START_TEST(whose_forwarding_is_pinned)
{
	const struct step *silent = NULL;
	char key[SYSCTL_KEY_SIZE];

	by_all_forwarding();
	lab_desire(&lab, ROLE_SERVER, "uplink up0");
	write_sysctl(CONF "lan0/forwarding", "1");
	write_sysctl(CONF "up0/accept_ra", "0");
	expect_steps(&lab, ROLE_SERVER, NULL, "~sysctl net/ipv6/conf/all/forwarding 0>1\n");
	ck_assert_uint_eq(lab.plan.n_pins, 1);
	ck_assert_str_eq(lab.plan.pins[0], CONF "lan0/forwarding");
	for (size_t i = 0; i < lab.plan.n; i++)
		if (step_silent(&lab.plan.steps[i]))
			silent = &lab.plan.steps[i];
	ck_assert_ptr_nonnull(silent);
	sysctl_key(&silent->was->sysctl, key);
	ck_assert_str_eq(key, CONF "lan0/forwarding");
	ck_assert_str_eq(silent->was->sysctl.value, "1");
	/* Undone backwards it must come after all.forwarding: so it stands before it. */
	ck_assert_ptr_eq(silent, &lab.plan.steps[0]);
}
END_TEST

/* The host forwards anyway: nothing of it is ours, only the new device is looked at. */
START_TEST(forwarding_given)
{
	write_sysctl(ALL, "1");
	lab_desire(&lab, ROLE_SERVER, "uplink up0");
	lab_desire(&lab, ROLE_PEER, ALICE "notrack off");
	expect_steps(&lab, ROLE_PEER, "alice",
		     "+link sit-alice remote 198.51.100.7 down\n"
		     "+sysctl net/ipv6/conf/sit-alice/disable_ipv6 0\n"
		     "+sysctl net/ipv6/conf/sit-alice/accept_ra 0\n"
		     "+sysctl net/ipv6/conf/sit-alice/accept_redirects 0\n"
		     "+sysctl net/ipv6/conf/sit-alice/forwarding 1\n"
		     "~link sit-alice up\n"
		     "+addr 2001:db8:7::2/127 dev sit-alice\n");
}
END_TEST

/* Linux 6.17: force_forwarding on uplink and tunnel; plus `forwarding` on the uplink for the NDP proxy, accept_ra before. */
START_TEST(forwarding_forced)
{
	lab_desire(&lab, ROLE_SERVER, "uplink up0");
	lab_desire(&lab, ROLE_PEER, ALICE "notrack off");
	expect_steps(&lab, ROLE_PEER, "alice",
		     "~sysctl net/ipv6/conf/up0/force_forwarding 0>1\n"
		     "+link sit-alice remote 198.51.100.7 down\n"
		     "+sysctl net/ipv6/conf/sit-alice/disable_ipv6 0\n"
		     "+sysctl net/ipv6/conf/sit-alice/accept_ra 0\n"
		     "+sysctl net/ipv6/conf/sit-alice/accept_redirects 0\n"
		     "+sysctl net/ipv6/conf/sit-alice/force_forwarding 1\n"
		     "~link sit-alice up\n"
		     "+addr 2001:db8:7::2/127 dev sit-alice\n");
	lab_desire(&lab, ROLE_PEER, ALICE "notrack off proxy-ndp on");
	ck_assert_int_eq(lab_plan(&lab, ROLE_PEER, "alice"), 0);
	ck_assert_msg(strstr(lab.steps, "~sysctl net/ipv6/conf/up0/accept_ra 1>2\n"
					"~sysctl net/ipv6/conf/up0/force_forwarding 0>1\n"
					"~sysctl net/ipv6/conf/up0/proxy_ndp 0>1\n"
					"~sysctl net/ipv6/conf/up0/forwarding 0>1\n+link") == lab.steps,
		      "%s", lab.steps);
}
END_TEST

/* A change to a tunnel that forwards no more failed half-way: the journal has the new spec, and the former values. */
START_TEST(forwarding_forced_no_more)
{
	static const char *const spec = "lan0 remote 203.0.113.1 address 2001:db8::3 notrack off gateway none" BARE;

	lab_tunnel(&lab, "lan0", "sitctl client lan0", "203.0.113.1");
	write_sysctl(CONF "lan0/force_forwarding", "1");
	write_sysctl(CONF "up0/force_forwarding", "1");
	lab_desired_both(&lab, ROLE_CLIENT, spec);
	ck_assert_int_eq(lab_plan(&lab, ROLE_CLIENT, "lan0"), 0);
	ck_assert_msg(!strstr(lab.steps, "force_forwarding"), "none of ours: %s", lab.steps);
	saved(CONF "up0/force_forwarding", "0", "1");
	ck_assert_int_eq(lab_plan(&lab, ROLE_CLIENT, "lan0"), 0);
	ck_assert_msg(strstr(lab.steps, "~sysctl net/ipv6/conf/lan0/force_forwarding 1>0\n") &&
			      strstr(lab.steps, "~sysctl net/ipv6/conf/up0/force_forwarding 1>0\n"),
		      "%s", lab.steps);
}
END_TEST

/* The uplink has gone: that is no reason to refuse what has nothing to do with it. */
START_TEST(uplink_that_is_not_there)
{
	by_all_forwarding();
	write_sysctl(CONF "up0/accept_ra", "0");
	write_sysctl(CONF "lan0/accept_ra", "0");
	lab_desire(&lab, ROLE_SERVER, "uplink nosuch0");
	expect_steps(&lab, ROLE_CLIENT, "t9", "~sysctl net/ipv6/conf/all/forwarding 0>1\n");
}
END_TEST

/* What we made goes back: forwarding first, then accept_ra, for with forwarding=1 and accept_ra=1 routes would go. */
START_TEST(everything_back)
{
	saved(CONF "up0/accept_ra", "1", "2");
	saved(ALL, "0", "1");
	saved(CONF "up0/proxy_ndp", "0", "1");
	write_sysctl(CONF "up0/accept_ra", "2");
	write_sysctl(ALL, "1");
	write_sysctl(CONF "up0/proxy_ndp", "1");
	expect_steps(&lab, ROLE_SERVER, NULL,
		     "~sysctl net/ipv6/conf/all/forwarding 1>0\n"
		     "~sysctl net/ipv6/conf/up0/proxy_ndp 1>0\n"
		     "~sysctl net/ipv6/conf/up0/accept_ra 2>1\n");
	ck_assert_uint_eq(lab.plan.n_drops, 3);
	ck_assert_uint_eq(lab.plan.n_warnings, 0);
}
END_TEST

/* Somebody else changed it meanwhile: left alone, forgotten, and said. */
START_TEST(changed_by_others)
{
	saved(CONF "up0/accept_ra", "1", "2");
	saved(CONF "lan0/accept_ra", "1", "2");
	write_sysctl(CONF "up0/accept_ra", "0");
	write_sysctl(CONF "lan0/accept_ra", "2");
	expect_steps(&lab, ROLE_SERVER, NULL, "~sysctl net/ipv6/conf/lan0/accept_ra 2>1\n");
	ck_assert_uint_eq(lab.plan.n_drops, 2);
	ck_assert_uint_eq(lab.plan.n_warnings, 1);
	ck_assert_ptr_nonnull(strstr(lab.plan.warnings[0], "sysctl net.ipv6.conf.up0.accept_ra"));
	ck_assert_ptr_nonnull(strstr(lab.plan.warnings[0], "0"));
}
END_TEST

/* Somebody has put it back already: nothing to do, and that is said. */
START_TEST(put_back_by_others)
{
	saved(CONF "up0/accept_ra", "1", "2");
	expect_steps(&lab, ROLE_SERVER, NULL, "");
	ck_assert_uint_eq(lab.plan.n_drops, 1);
	ck_assert_uint_eq(lab.plan.n_warnings, 1);
	ck_assert_ptr_nonnull(strstr(lab.plan.warnings[0], "sysctl net.ipv6.conf.up0.accept_ra"));
}
END_TEST

/* Noted, and killed before it was done: once more. Changed by others while it is needed: theirs. */
START_TEST(noted_but_not_done)
{
	by_all_forwarding();
	saved(CONF "up0/accept_ra", "1", "2");
	saved(CONF "lan0/accept_ra", "1", "2");
	write_sysctl(CONF "lan0/accept_ra", "0");
	lab_desire(&lab, ROLE_SERVER, "uplink up0");
	expect_steps(&lab, ROLE_SERVER, NULL,
		     "~sysctl net/ipv6/conf/up0/accept_ra 1>2\n~sysctl net/ipv6/conf/all/forwarding 0>1\n");
	ck_assert_uint_eq(lab.plan.n_drops, 0);
}
END_TEST

/* The interface has gone and its values with it. */
START_TEST(interface_has_gone)
{
	saved(CONF "nosuch0/accept_ra", "1", "2");
	saved(CONF "nosuch0/forwarding", "1", "1");
	expect_steps(&lab, ROLE_SERVER, NULL, "");
	ck_assert_uint_eq(lab.plan.n_drops, 2);
	ck_assert_uint_eq(lab.plan.n_warnings, 0);
}
END_TEST

/* all.forwarding=0 clears that of each interface: what forwarded before us shall do so after us. */
START_TEST(pinned_interfaces)
{
	saved(ALL, "0", "1");
	saved(CONF "lan0/forwarding", "1", "1");
	saved(CONF "default/forwarding", "1", "1");
	write_sysctl(ALL, "1");
	expect_steps(&lab, ROLE_SERVER, NULL,
		     "~sysctl net/ipv6/conf/all/forwarding 1>0\n"
		     "~sysctl net/ipv6/conf/lan0/forwarding 0>1\n"
		     "~sysctl net/ipv6/conf/default/forwarding 0>1\n");
	ck_assert_uint_eq(lab.plan.n_drops, 3);
}
END_TEST

/* While a peer or a LAN needs it, nothing goes back, also where another tunnel is taken down. */
START_TEST(still_needed)
{
	saved(ALL, "0", "1");
	saved(CONF "up0/accept_ra", "1", "2");
	saved(CONF "lan0/forwarding", "1", "1");
	write_sysctl(ALL, "1");
	write_sysctl(CONF "up0/accept_ra", "2");
	lab_desire(&lab, ROLE_SERVER, "uplink up0");
	expect_steps(&lab, ROLE_CLIENT, "t1", "");
	ck_assert_uint_eq(lab.plan.n_drops, 0);
	expect_steps(&lab, ROLE_SERVER, NULL, "");
	ck_assert_uint_eq(lab.plan.n_drops, 0);
	write_sysctl(CONF "lan0/accept_ra", "0");
	write_sysctl(ALL, "0"); /* somebody turned it off: drift, repaired by `up` */
	expect_steps(&lab, ROLE_SERVER, NULL, "~sysctl net/ipv6/conf/all/forwarding 0>1\n");
}
END_TEST

/* The last peer that needs the proxy goes, the server stays. */
START_TEST(proxy_no_longer_needed)
{
	saved(ALL, "0", "1");
	saved(CONF "up0/proxy_ndp", "0", "1");
	write_sysctl(ALL, "1");
	write_sysctl(CONF "up0/proxy_ndp", "1");
	write_sysctl(CONF "up0/accept_ra", "0");
	lab_desire(&lab, ROLE_SERVER, "uplink up0");
	expect_steps(&lab, ROLE_PEER, "alice", "~sysctl net/ipv6/conf/up0/proxy_ndp 1>0\n");
	ck_assert_uint_eq(lab.plan.n_drops, 1);
	ck_assert_str_eq(lab.plan.drops[0], CONF "up0/proxy_ndp");
}
END_TEST

Suite *suite_forwarding(void)
{
	Suite *s = suite_create("plan host");
	TCase *tc = namespaced_case(s, "sysctls", begin);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, order_of_a_first_peer);
	tcase_add_test(tc, client_with_a_lan);
	tcase_add_test(tc, client_with_a_lan_that_is_not_there);
	tcase_add_test(tc, whose_accept_ra);
	tcase_add_test(tc, whose_forwarding_is_pinned);
	tcase_add_test(tc, forwarding_given);
	if (!access("/proc/sys/net/ipv6/conf/all/force_forwarding", F_OK)) { /* a kernel that has it */
		tcase_add_test(tc, forwarding_forced);
		tcase_add_test(tc, forwarding_forced_no_more);
	}
	tcase_add_test(tc, uplink_that_is_not_there);
	tcase_add_test(tc, everything_back);
	tcase_add_test(tc, changed_by_others);
	tcase_add_test(tc, put_back_by_others);
	tcase_add_test(tc, noted_but_not_done);
	tcase_add_test(tc, interface_has_gone);
	tcase_add_test(tc, pinned_interfaces);
	tcase_add_test(tc, still_needed);
	tcase_add_test(tc, proxy_no_longer_needed);
	return s;
}
