/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of decide(): rules and routes made by hand, as fib_rules_lookup() of the kernel takes them. */
#include <string.h>

#include "../unit.h"
#include "doctor/decide.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

static struct policy_flow flow;
static struct rule rules[4];
static struct candidate routes[4];
static struct tables t;
static struct policy p;

static void begin(void)
{
	memset(rules, 0, sizeof(rules));
	memset(routes, 0, sizeof(routes));
	flow = (struct policy_flow){ .family = AF_INET6, .dst = ip6("2001:db8::1"), .proto = 41 };
	t = (struct tables){ .flow = &flow, .rules = rules, .routes = routes };
}

/* A rule that matches all. */
static struct rule *rule(uint32_t pref, uint8_t action, uint32_t table)
{
	struct rule *r = &rules[t.n_rules++];

	r->pref = pref;
	r->action = action;
	r->table = table;
	r->suppress = r->uid_last = UINT32_MAX;
	return r;
}

static struct candidate *route(uint32_t table, const char *dst, uint8_t type, uint32_t metric)
{
	struct candidate *c = &routes[t.n_routes++];

	*c = (struct candidate){ .type = type, .table = table, .metric = metric, .dst = net6(dst) };
	return c;
}

static void decides(void)
{
	memset(&p, 0, sizeof(p));
	decide(&t, &p);
}

/* Each selector, where the packet has what it says and where not. */
START_TEST(selectors)
{
	struct rule *r;

	begin();
	r = rule(1, FR_ACT_TO_TBL, 254);
	ck_assert(decide_matches(r, &flow));
	r->dst = net6("2001:db8::/32");
	ck_assert(decide_matches(r, &flow));
	r->dst = net6("2001:db9::/32");
	ck_assert(!decide_matches(r, &flow));
	r->invert = true;
	ck_assert(decide_matches(r, &flow));
	r->invert = false;
	r->dst = (struct net6){ .len = 0 };
	r->src = net6("2001:db8:1::/48");
	ck_assert(!decide_matches(r, &flow));
	flow.has_source = true;
	flow.source = ip6("2001:db8:1::9");
	ck_assert(decide_matches(r, &flow));
	r->mark = r->mask = 7;
	ck_assert(!decide_matches(r, &flow));
	flow.mark = 15;
	ck_assert(decide_matches(r, &flow));
	r->proto = 6;
	ck_assert(!decide_matches(r, &flow));
	r->proto = 41;
	ck_assert(decide_matches(r, &flow));
	r->tos = 8;
	ck_assert(!decide_matches(r, &flow));
	flow.tos = 8;
	ck_assert(decide_matches(r, &flow));
	r->uid_first = UINT32_MAX - 1;
	ck_assert(!decide_matches(r, &flow));
}
END_TEST

/* What this host sends has the input interface lo. */
START_TEST(interfaces)
{
	struct rule *r;

	begin();
	r = rule(1, FR_ACT_TO_TBL, 254);
	strcpy(r->iif, "lo");
	ck_assert(decide_matches(r, &flow));
	flow.iif = "t1";
	ck_assert(!decide_matches(r, &flow));
	strcpy(r->iif, "t1");
	ck_assert(decide_matches(r, &flow));
	strcpy(r->oif, "wan");
	ck_assert(!decide_matches(r, &flow));
	flow.ifname = "wan";
	ck_assert(decide_matches(r, &flow));
}
END_TEST

/* The longest prefix, then the smallest metric; a table without a route is passed by. */
START_TEST(tables)
{
	begin();
	rule(10, FR_ACT_TO_TBL, 77);
	rule(32766, FR_ACT_TO_TBL, 254);
	route(254, "::/0", RTN_UNREACHABLE, 1);
	route(254, "2001:db8::/32", RTN_BLACKHOLE, 9);
	route(254, "2001:db8::/32", RTN_UNICAST, 5);
	decides();
	ck_assert(p.decided && !p.refused && p.pref == 32766 && p.table == 254 && !p.everything);
	route(77, "::/0", RTN_PROHIBIT, 1024);
	decides();
	ck_assert(p.decided && p.refused && p.by_route && p.everything && p.main_leads);
	ck_assert_uint_eq(p.pref, 10);
	ck_assert_str_eq(p.route, "prohibit ::/0 table 77 metric 1024");
	rules[0].suppress = 0;
	decides();
	ck_assert(!p.refused && p.pref == 32766);
	rules[0].suppress = UINT32_MAX;
	routes[3].type = RTN_THROW;
	decides();
	ck_assert(!p.refused && p.pref == 32766);
}
END_TEST

/* A rule before the one that refuses helps only where the main table leads on. */
START_TEST(refusals)
{
	struct rule *r;

	begin();
	r = rule(100, FR_ACT_UNREACHABLE, 0);
	decides();
	ck_assert(p.refused && !p.by_route && p.everything && !p.main_leads);
	ck_assert_str_eq(p.rule, "pref 100 unreachable");
	route(254, "::/0", RTN_UNICAST, 1);
	decides();
	ck_assert(p.everything && p.main_leads);
	r->pref = 0;
	decides();
	ck_assert(p.refused && !p.main_leads);
	r->pref = 100;
	r->dst = net6("2001:db8::/32");
	decides();
	ck_assert(p.refused && !p.everything);
	ck_assert_str_eq(p.rule, "pref 100 to 2001:db8::/32 unreachable");
	r->dst = (struct net6){ .len = 0 };
	r->uid_last = UINT32_MAX - 1;
	decides();
	ck_assert(p.refused && !p.everything);
}
END_TEST

START_TEST(jumps)
{
	begin();
	rule(10, FR_ACT_GOTO, 0)->target = 30;
	rule(20, FR_ACT_BLACKHOLE, 0);
	rule(30, FR_ACT_PROHIBIT, 0);
	route(254, "::/0", RTN_UNICAST, 1);
	decides();
	/* Before the target there is no place that is passed. */
	ck_assert(p.refused && p.pref == 30 && !p.main_leads);
	rules[2].pref = 31;
	decides();
	ck_assert(p.refused && p.pref == 31 && p.main_leads);
}
END_TEST

START_TEST(nothing)
{
	begin();
	rule(10, FR_ACT_TO_TBL, 77);
	route(254, "::/0", RTN_UNICAST, 1);
	decides();
	ck_assert(!p.decided && !p.refused);
}
END_TEST

Suite *suite_decide(void)
{
	Suite *suite = suite_create("decide");
	TCase *tc = tcase_create("decide");

	tcase_add_test(tc, selectors);
	tcase_add_test(tc, interfaces);
	tcase_add_test(tc, tables);
	tcase_add_test(tc, refusals);
	tcase_add_test(tc, jumps);
	tcase_add_test(tc, nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
