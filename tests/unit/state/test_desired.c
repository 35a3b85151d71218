/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of desired.h: the list of what is desired, and tunnels known again from the kernel alone. */
#include <string.h>

#include "../unit.h"
#include "kernel/mark.h"
#include "state/elements.h"
#include "state/readback.h"
#include "state/snapshotfind.h"

static struct desired t;
static struct err err;

static void begin(void)
{
	ck_assert_int_eq(desired_init(&t, &err), 0);
}

static void end(void)
{
	desired_free(&t);
}

static void put(enum role role, const char *words)
{
	SPEC spec = { 0 };

	make_spec(&spec, role, words);
	ck_assert_int_eq(desired_put(&t, &spec, true, &err), 0);
}

START_TEST(list)
{
	struct desired copy;
	char words[128];

	ck_assert(!desired_has(&t, ROLE_PEER));
	for (int i = 0; i < 50; i++) {
		snprintf(words, sizeof(words), "p%d remote 198.51.100.%d address 2001:db8::%x", i, i + 1, 2 * i + 3);
		put(i % 2 ? ROLE_PEER : ROLE_CLIENT, words);
	}
	put(ROLE_PEER, "p0 remote 198.51.100.99 address 2001:db8::99"); /* a peer of the name a client has */
	put(ROLE_PEER, "p1 remote 198.51.100.98 address 2001:db8::97"); /* in place of the one before */
	ck_assert_uint_eq(t.n, 51);
	ck_assert_uint_eq(desired_find(&t, ROLE_PEER, "p1")->spec.remote.s_addr, ip4("198.51.100.98").s_addr);
	ck_assert_uint_eq(desired_find(&t, ROLE_CLIENT, "p0")->spec.remote.s_addr, ip4("198.51.100.1").s_addr);
	ck_assert_ptr_null(desired_find(&t, ROLE_CLIENT, "p1"));
	ck_assert(desired_has(&t, ROLE_PEER));
	ck_assert_int_eq(desired_copy(&copy, &t, &err), 0);
	desired_remove(&t, ROLE_PEER, "p49");
	desired_remove(&t, ROLE_CLIENT, "p0");
	desired_remove(&t, ROLE_CLIENT, "nosuch");
	ck_assert_uint_eq(t.n, 49);
	ck_assert(!desired_find(&t, ROLE_PEER, "p49") && !desired_find(&t, ROLE_CLIENT, "p0") &&
		  desired_find(&t, ROLE_PEER, "p0"));
	ck_assert_uint_eq(copy.n, 51); /* a copy of its own */
	ck_assert_ptr_nonnull(desired_find(&copy, ROLE_PEER, "p49"));
	desired_free(&copy);
}
END_TEST

static struct lab lab;

static void lab_begin(void)
{
	own_netns();
	make_veth("up0", "up1");
	lab_open(&lab);
}

static void lab_end(void)
{
	lab_close(&lab);
}

static void is_text(const struct spec *spec, enum role role, const char *text)
{
	char words[1024];

	ck_assert_int_eq(spec->role, role);
	spec_text(spec, false, words, sizeof(words));
	ck_assert_str_eq(words, text);
}

static void observed(const char *link, const char *told_words, enum role role, const char *text)
{
	const struct link *l = snapshot_link(&lab.s, link);
	SPEC desired = { 0 }, spec = { 0 };

	if (told_words)
		make_spec(&desired, role, told_words);
	observe_link(&lab.s, l, told_words ? &desired : NULL, &spec);
	is_text(&spec, role, text);
}

START_TEST(client_observed)
{
	struct link *l = lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1");

	l->local = ip4("192.0.2.1");
	l->ttl = 0;
	lab_addr(&lab, "t1", "2001:db8::3/127", 41);
	lab_addr(&lab, "t1", "fe80::cb00:7101/64", 0); /* the kernel's */
	lab_addr(&lab, "t1", "2001:db8:9::1/64", 41);
	lab_addr(&lab, "up0", "2001:db8:8::1/64", 0);
	lab_route(&lab, "t1", "default", 77, 41);
	lab_route(&lab, "up0", "default", 5, 3);
	lab_route(&lab, "unreachable", "2001:db8:1::/48", UINT32_MAX, 41);
	lab_route(&lab, "unreachable", "2001:db8:2::/48", 1024, 3); /* of others */
	lab_nft(&lab, "203.0.113.1");
	observed("t1", NULL, ROLE_CLIENT,
		 "remote 203.0.113.1 local 192.0.2.1 address 2001:db8::3/127 address 2001:db8:9::1/64 "
		 "gateway auto metric 77 prefix 2001:db8:1::/48 ttl inherit tos 0 fwmark 0 mtu 1480 notrack on "
		 "mss-clamp off "
		 "source-filter off "
		 "simple-security off");
}
END_TEST

START_TEST(peer_observed)
{
	lab_tunnel(&lab, "s7", "sitctl server alice", "198.51.100.7");
	lab_addr(&lab, "s7", "2001:db8::2/127", 41);
	lab_route(&lab, "s7", "2001:db8:1::/48", 1024, 41);
	lab_route(&lab, "s7", "2001:db8:2::/48", 1024, 3); /* of others */
	lab_neigh(&lab, "up0", "2001:db8::3", 41);
	observed("s7", NULL, ROLE_PEER,
		 "remote 198.51.100.7 address 2001:db8::3/127 server-address 2001:db8::2 "
		 "prefix 2001:db8:1::/48 proxy-ndp on dev s7 ttl 255 tos 0 fwmark 0 mtu 1480 notrack off mss-clamp off "
		 "source-filter "
		 "off");
}
END_TEST

/* No pair: the peer's address is the host route; the first, or the one that was desired. */
START_TEST(peer_without_a_pair_observed)
{
	lab_tunnel(&lab, "sit-bob", "sitctl server bob", "198.51.100.7");
	lab_addr(&lab, "sit-bob", "2001:db8::1/128", 41);
	lab_route(&lab, "sit-bob", "2001:db8:1::9/128", 1024, 41);
	lab_route(&lab, "sit-bob", "2001:db8::3/128", 1024, 41);
	observed("sit-bob", NULL, ROLE_PEER,
		 "remote 198.51.100.7 address 2001:db8:1::9/128 server-address 2001:db8::1 "
		 "prefix 2001:db8::3/128 proxy-ndp off dev sit-bob ttl 255 tos 0 fwmark 0 mtu 1480 notrack off "
		 "mss-clamp off "
		 "source-filter off");
	observed("sit-bob", "bob remote 198.51.100.7 address 2001:db8::3/64 server-address 2001:db8::1", ROLE_PEER,
		 "remote 198.51.100.7 address 2001:db8::3/64 server-address 2001:db8::1 prefix 2001:db8:1::9/128 "
		 "proxy-ndp off dev sit-bob ttl 255 tos 0 fwmark 0 mtu 1480 notrack off mss-clamp off source-filter "
		 "off");
}
END_TEST

/* A device of somebody else, with routes of all makers: by hand (3), by router advertisement (9), the kernel's (2), ours. */
static struct link *foreign(const char *name, const char *remote)
{
	struct link *l = lab_tunnel(&lab, name, "", remote);

	l->group = 0;
	l->local = ip4("192.0.2.1");
	l->ttl = 64;
	lab_addr(&lab, name, "fe80::1/64", 0);
	lab_addr(&lab, name, "2001:db8::3/127", 0);
	lab_addr(&lab, name, "2001:db8:9::1/64", 0);
	lab_route(&lab, name, "2001:db8:9::/64", 256, 2);
	lab_route(&lab, name, "fe80::/64", 256, 3);
	lab_route(&lab, name, "2001:db8:5::/48", 1024, 3);
	lab_route(&lab, name, "2001:db8:6::7/128", 1024, 41);
	return l;
}

#define HE6 "remote 203.0.113.1 local 192.0.2.1 "

/* For the doctor: a client by its default route, whoever made that; the last of several. No prefix is known. */
START_TEST(foreign_client_observed)
{
	const struct link *l = foreign("he6", "203.0.113.1");
	SPEC spec = { 0 };

	lab_route(&lab, "unreachable", "2001:db8:1::/48", 1024, 3);
	observe_foreign(&lab.s, l, ROLE_CLIENT, &spec);
	ck_assert(!strcmp(name_text(spec.name), "he6") && !strcmp(name_text(spec.dev), "he6"));
	is_text(&spec, ROLE_CLIENT,
		HE6 "address 2001:db8::3/127 address 2001:db8:9::1/64 gateway none metric 1024 ttl 64 tos 0 fwmark 0 "
		    "mtu 1480 "
		    "notrack off mss-clamp off source-filter off simple-security off");
	lab_route(&lab, "he6", "default", 5, 3);
	lab_route(&lab, "he6", "default", 1024, 9)->has_gateway = true;
	lab_nft(&lab, "203.0.113.1");
	spec_free(&spec);
	observe_foreign(&lab.s, l, ROLE_CLIENT, &spec);
	is_text(&spec, ROLE_CLIENT,
		HE6 "address 2001:db8::3/127 address 2001:db8:9::1/64 gateway :: metric 1024 ttl 64 tos 0 fwmark 0 mtu "
		    "1480 "
		    "notrack on mss-clamp off source-filter off simple-security off");
}
END_TEST

/* Each filter that a tunnel has is read back, and no other: the elements of the one are those of the set that is asked. */
START_TEST(filters_observed)
{
	static const struct {
		enum role role;
		const char *words, *alias;
	} rows[] = { { ROLE_CLIENT, "t1 remote 203.0.113.1 address 2001:db8::3/127", "sitctl client t1" },
		     { ROLE_CLIENT,
		       "t1 remote 203.0.113.1 address 2001:db8::3/127 simple-security on prefix 2001:db8:5::/48",
		       "sitctl client t1" },
		     { ROLE_CLIENT, "t1 remote 203.0.113.1 address 2001:db8::3/127 source-filter off mss-clamp off",
		       "sitctl client t1" },
		     { ROLE_PEER, "alice remote 203.0.113.1 address 2001:db8::3 dev t1", "sitctl server alice" },
		     { ROLE_PEER, "alice remote 203.0.113.1 address 2001:db8::3 dev t1 source-filter off",
		       "sitctl server alice" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct link *l = lab_tunnel(&lab, "t1", rows[i].alias, "203.0.113.1");
		SPEC want = { 0 }, got = { 0 };

		make_spec(&want, rows[i].role, rows[i].words);
		lab_no_nft(&lab);
		lab.s.nft.exists = lab.s.nft.intact = true;
		ck_assert_int_eq(derive_elements(&want, &lab.s.nft, &lab.err), 0);
		nft_sort(&lab.s.nft);
		observe_link(&lab.s, l, NULL, &got);
		ck_assert_msg(got.source_filter == want.source_filter && got.mss_clamp == want.mss_clamp &&
				      got.notrack == want.notrack && got.simple_security == want.simple_security,
			      "%s", rows[i].words);
		lab.s.n_links--;
	}
}
END_TEST

/* Or a peer: what is routed to it are its prefixes, but for what follows from addresses. */
START_TEST(foreign_peer_observed)
{
	const struct link *l = foreign("he6", "203.0.113.1");
	SPEC spec = { 0 };

	lab_neigh(&lab, "up0", "2001:db8::2", 0);
	observe_foreign(&lab.s, l, ROLE_PEER, &spec);
	ck_assert_str_eq(name_text(spec.name), "he6");
	is_text(&spec, ROLE_PEER,
		"remote 203.0.113.1 address 2001:db8::2/127 server-address 2001:db8::3 prefix 2001:db8:5::/48 "
		"prefix 2001:db8:6::7/128 proxy-ndp on dev he6 ttl 64 tos 0 fwmark 0 mtu 1480 notrack off mss-clamp "
		"off "
		"source-filter off");
}
END_TEST

/* To be taken over: what somebody has set, of default routes the one that is used; all else stays as it was in the spec. */
START_TEST(adopted_observed)
{
	const struct link *l = foreign("he6", "203.0.113.1");
	SPEC spec = { 0 };

	lab_route(&lab, "he6", "default", 1, 9);
	lab_route(&lab, "he6", "default", 2, 41);
	lab_route(&lab, "he6", "default", 77, 3);
	lab_route(&lab, "he6", "default", 1024, 4);
	lab_route(&lab, "up0", "default", 3, 3);
	lab_route(&lab, "unreachable", "2001:db8:1::/48", 1024, 3);
	lab_route(&lab, "unreachable", "2001:db8:1:2::/64", 1024, 3); /* in the one before */
	lab_route(&lab, "unreachable", "2001:db8:2::/48", 1024, 41);
	lab_route(&lab, "unreachable", "2001:db8:3::/48", 1024, 2);
	lab_route(&lab, "unreachable", "2001:db8:4::/48", 1024, 4);
	lab_nft(&lab, "203.0.113.9");
	ck_assert_uint_eq(foreign_default(&lab.s, l->index)->metric, 77);
	ck_assert_int_eq(spec_init(&spec, ROLE_CLIENT, "he6", &lab.err), 0);
	observe_adopted(&lab.s, l, &spec);
	ck_assert(!spec.set && !spec.mtu && spec.notrack && spec.mss_clamp && spec.source_filter);
	spec_observed(&spec);
	is_text(&spec, ROLE_CLIENT,
		HE6 "address 2001:db8::3/127 address 2001:db8:9::1/64 gateway auto metric 77 prefix 2001:db8:1::/48 "
		    "prefix 2001:db8:4::/48 ttl 64 tos 0 fwmark 0 mtu auto notrack on mss-clamp on source-filter on "
		    "simple-security off");
	/* With another tunnel nobody knows whose the unreachable ones are. */
	foreign("he7", "203.0.113.2");
	ck_assert_ptr_null(foreign_default(&lab.s, snapshot_link(&lab.s, "he7")->index));
	spec_free(&spec);
	ck_assert_int_eq(spec_init(&spec, ROLE_CLIENT, "he7", &lab.err), 0);
	observe_adopted(&lab.s, snapshot_link(&lab.s, "he7"), &spec);
	ck_assert(spec.gateway_mode == GATEWAY_NONE && spec.metric == METRIC_DEFAULT && !spec.n_prefixes);
}
END_TEST

/* A lost journal: what bears our mark and was not told is added, once, and marked as not recorded. */
START_TEST(lost_journal)
{
	lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1");
	lab_tunnel(&lab, "t2", "sitctl client t2", "203.0.113.2");
	lab_tunnel(&lab, "sit-alice", "sitctl server alice", "198.51.100.7");
	lab_tunnel(&lab, "t3", "somebody's", "203.0.113.3");
	lab_tunnel(&lab, "t4", "sitctl client t4", "203.0.113.4")->group = 0;
	lab_neigh(&lab, "up1", "2001:db8:8::3", 0);
	lab_neigh(&lab, "up0", "2001:db8::3", 41);
	lab_desire(&lab, ROLE_CLIENT, "t2 remote 203.0.113.9 address 2001:db8::5");
	ck_assert_int_eq(desired_observe(&lab.desired, &lab.s, &lab.err), 0);
	ck_assert_uint_eq(lab.desired.n, 3);
	ck_assert(!desired_find(&lab.desired, ROLE_CLIENT, "t1")->recorded);
	ck_assert(!desired_find(&lab.desired, ROLE_PEER, "alice")->recorded);
	ck_assert(desired_find(&lab.desired, ROLE_CLIENT, "t2")->recorded);
	ck_assert_uint_eq(desired_find(&lab.desired, ROLE_CLIENT, "t2")->spec.remote.s_addr, ip4("203.0.113.9").s_addr);
	ck_assert_str_eq(name_text(lab.desired.server.uplink), "up0");
}
END_TEST

/* Killed between making the device and giving it its alias: ours, if group, name and remote are as told. */
START_TEST(half_made_device)
{
	lab_tunnel(&lab, "t1", "", "203.0.113.1");
	lab_tunnel(&lab, "t2", "", "203.0.113.77");
	lab_tunnel(&lab, "t3", "", "203.0.113.3")->group = 0;
	lab_tunnel(&lab, "t4", "mine", "203.0.113.4");
	lab_tunnel(&lab, "sit-alice", "", "198.51.100.7");
	lab_desire(&lab, ROLE_CLIENT, "t1 remote 203.0.113.1 address 2001:db8::3");
	lab_desire(&lab, ROLE_CLIENT, "t2 remote 203.0.113.2 address 2001:db8::5");
	lab_desire(&lab, ROLE_CLIENT, "t3 remote 203.0.113.3 address 2001:db8::7");
	lab_desire(&lab, ROLE_CLIENT, "t4 remote 203.0.113.4 address 2001:db8::9");
	lab_desire(&lab, ROLE_PEER, "alice remote 198.51.100.7 address 2001:db8::b");
	desired_claim(&lab.desired, &lab.s);
	ck_assert(link_ours(snapshot_link(&lab.s, "t1")) && snapshot_link(&lab.s, "t1")->half_made);
	ck_assert_str_eq(snapshot_link(&lab.s, "t1")->alias, "sitctl client t1");
	ck_assert_str_eq(snapshot_link(&lab.s, "sit-alice")->alias, "sitctl server alice");
	ck_assert(!link_ours(snapshot_link(&lab.s, "t2")) && !link_ours(snapshot_link(&lab.s, "t3")));
	ck_assert_str_eq(snapshot_link(&lab.s, "t4")->alias, "mine");
}
END_TEST

Suite *suite_desired(void)
{
	Suite *s = suite_create("told");
	TCase *tc = tcase_create("list"), *kernel = namespaced_case(s, "observed", lab_begin);

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, list);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(kernel, NULL, lab_end);
	tcase_add_test(kernel, client_observed);
	tcase_add_test(kernel, peer_observed);
	tcase_add_test(kernel, peer_without_a_pair_observed);
	tcase_add_test(tc, filters_observed);
	tcase_add_test(kernel, foreign_client_observed);
	tcase_add_test(kernel, foreign_peer_observed);
	tcase_add_test(kernel, adopted_observed);
	tcase_add_test(kernel, lost_journal);
	tcase_add_test(kernel, half_made_device);
	return s;
}
