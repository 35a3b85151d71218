/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the walk over iptables-legacy's rules: right tables, and blobs that are none. */
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "filters/action.h"
#include "filters/flow.h"
#include "filters/xtwalk.h"
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#define RULE sizeof(struct ip6t_standard)

static uint64_t blob[4096];
static size_t stopped; /* at which rule the last walk did */
static struct flow flow = { .family = NFPROTO_IPV6, .from = { .ifname = "sit-alice" }, .to = { .ifname = "up0" } };

/* The I-th rule: a verdict, or (not negative) the number of the rule to go on with. */
static struct ip6t_standard *rule(size_t i, int verdict)
{
	struct ip6t_standard *r = (struct ip6t_standard *)(void *)((char *)blob + i * RULE);

	memset(r, 0, RULE);
	r->entry.target_offset = sizeof(struct ip6t_entry);
	r->entry.next_offset = RULE;
	r->target.target.u.user.target_size = sizeof(r->target);
	r->target.verdict = verdict < 0 ? verdict : verdict * (int)RULE;
	return r;
}

static void only_from(struct ip6t_standard *r, const char *ifname)
{
	snprintf(r->entry.ipv6.iniface, IFNAMSIZ, "%s", ifname);
	memset(r->entry.ipv6.iniface_mask, 0xff, strlen(ifname) + 1);
}

static bool drops(size_t rules, size_t underflow, bool *policy)
{
	size_t entry = 0;
	int ret = xtables_drops(&flow, blob, rules * RULE, &entry, underflow * RULE, policy);

	stopped = entry / RULE;
	return ret == 1;
}

START_TEST(verdicts)
{
	struct ip6t_standard *all_but;
	bool policy = false;

	rule(0, -NF_DROP - 1);
	ck_assert(drops(1, 0, &policy) && policy);
	ck_assert(drops(1, 7, &policy) && !policy);
	rule(0, -NF_ACCEPT - 1);
	ck_assert(!drops(1, 0, &policy));
	only_from(rule(0, -NF_ACCEPT - 1), "sit-bob");
	rule(1, -NF_DROP - 1);
	ck_assert(drops(2, 1, &policy) && policy);
	only_from(rule(0, -NF_ACCEPT - 1), "sit-alice");
	ck_assert(!drops(2, 1, &policy));
	all_but = rule(0, -NF_ACCEPT - 1);
	only_from(all_but, "sit-alice");
	all_but->entry.ipv6.invflags = IP6T_INV_VIA_IN;
	ck_assert(drops(2, 1, &policy));
}
END_TEST

/* 0 jumps to 2, which returns (or is gone to, and returns to who jumped); 1 is the policy. */
START_TEST(jumps)
{
	bool policy = false;

	rule(0, 2);
	rule(1, -NF_DROP - 1);
	rule(2, XT_RETURN);
	ck_assert(drops(3, 1, &policy) && policy);
	rule(2, -NF_ACCEPT - 1);
	ck_assert(!drops(3, 1, &policy));
	rule(0, 2)->entry.ipv6.flags = IP6T_F_GOTO;
	rule(2, XT_RETURN);
	ck_assert(drops(3, 1, &policy) && policy);
}
END_TEST

START_TEST(cycles_and_ends)
{
	bool policy = false;

	rule(0, 0);
	ck_assert(!drops(1, 0, &policy));
	rule(0, 0)->entry.ipv6.flags = IP6T_F_GOTO;
	ck_assert(!drops(1, 0, &policy));
	rule(0, 1000);
	ck_assert(!drops(1, 0, &policy));
	rule(0, XT_RETURN);
	ck_assert(!drops(1, 1000, &policy));
	ck_assert(!drops(0, 0, &policy));
}
END_TEST

/* A rule for some packets, by a match that is not understood; it takes the place of two. */
static struct ip6t_standard *for_some(size_t i, int verdict)
{
	struct ip6t_standard *r = rule(i, verdict), *end = rule(i + 1, verdict);
	struct xt_entry_match *m = (struct xt_entry_match *)(void *)&r->target;

	r->entry.target_offset = RULE + sizeof(struct ip6t_entry);
	r->entry.next_offset = 2 * RULE;
	ck_assert_ptr_eq(&end->target, (char *)r + r->entry.target_offset);
	snprintf(m->u.user.name, sizeof(m->u.user.name), "mark");
	m->u.match_size = RULE;
	return r;
}

static void reject(size_t i)
{
	snprintf(rule(i, 0)->target.target.u.user.name, sizeof(((struct xt_entry_target *)NULL)->u.user.name),
		 "REJECT");
}

/* Chains that jump to the next one, twice each: 2^20 ways; 0 jumps to the first, and 1 is the policy. */
START_TEST(many_ways)
{
	enum { CHAINS = 20 };
	bool policy = false;

	rule(0, 2);
	rule(1, -NF_DROP - 1);
	for (size_t i = 0; i < CHAINS; i++) {
		int next = i + 1 < CHAINS ? 2 + 3 * ((int)i + 1) : XT_RETURN;

		rule(2 + 3 * i, next);
		rule(2 + 3 * i + 1, next);
		rule(2 + 3 * i + 2, XT_RETURN);
	}
	ck_assert(drops(2 + 3 * CHAINS, 1, &policy) && policy);
	rule(2 + 3 * CHAINS - 1, -NF_DROP - 1);
	rule(2 + 3 * CHAINS - 2, 2 + 3 * CHAINS - 1);
	rule(2 + 3 * CHAINS - 3, 2 + 3 * CHAINS - 2);
	ck_assert(drops(2 + 3 * CHAINS, 1, &policy) && !policy);
}
END_TEST

/* 0 jumps to 2, where some packets return before the others are sent to 6; 1 is the policy. */
START_TEST(doubt)
{
	static const struct {
		int verdict, there, policy;
		bool drops;
	} rows[] = {
		{ 6, -NF_DROP - 1, -NF_ACCEPT - 1, false }, /* not said of all */
		{ 6, -NF_DROP - 1, -NF_DROP - 1, true },	 { 6, -NF_ACCEPT - 1, -NF_DROP - 1, false },
		{ 6, XT_RETURN, -NF_ACCEPT - 1, false },	 { -NF_DROP - 1, XT_RETURN, -NF_ACCEPT - 1, false },
		{ -NF_DROP - 1, XT_RETURN, -NF_DROP - 1, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (int is_goto = 0; is_goto < 2; is_goto++) {
			bool policy = false;

			rule(0, 2);
			rule(1, rows[i].policy);
			for_some(2, XT_RETURN);
			rule(4, rows[i].verdict)->entry.ipv6.flags = is_goto ? IP6T_F_GOTO : 0;
			rule(5, XT_RETURN);
			rule(6, rows[i].there);
			ck_assert_msg(drops(7, 1, &policy) == rows[i].drops, "row %zu, %d", i, is_goto);
			ck_assert_msg(!rows[i].drops || policy, "row %zu, %d", i, is_goto);
		}
	}
}
END_TEST

/* Whose doubt it is: not that of the next chain, of who jumped, or of the policy. */
START_TEST(doubt_ends)
{
	bool policy = false;

	rule(0, 3);
	rule(1, 5);
	rule(2, -NF_ACCEPT - 1);
	for_some(3, XT_RETURN);
	rule(5, -NF_DROP - 1);
	ck_assert(drops(6, 2, &policy) && stopped == 5 && !policy);
	/* The chain at 8 is entered with doubt first, by 3. */
	rule(1, 8);
	for_some(3, XT_RETURN);
	rule(5, 8);
	rule(6, XT_RETURN);
	rule(7, XT_RETURN);
	rule(8, -NF_DROP - 1);
	ck_assert(drops(9, 2, &policy) && stopped == 8);
	rule(0, 2);
	rule(1, -NF_ACCEPT - 1);
	rule(2, 5);
	rule(3, -NF_DROP - 1);
	for_some(5, XT_RETURN);
	rule(7, XT_RETURN);
	ck_assert(drops(8, 1, &policy) && stopped == 3);
	for_some(0, XT_RETURN);
	rule(2, XT_RETURN);
	rule(3, -NF_DROP - 1);
	ck_assert(drops(4, 3, &policy) && stopped == 3 && policy);
	/* A jump comes back, a goto does not. */
	rule(0, 2);
	rule(1, -NF_ACCEPT - 1);
	for_some(2, 6);
	rule(4, -NF_DROP - 1);
	rule(5, XT_RETURN);
	rule(6, XT_RETURN);
	ck_assert(drops(7, 1, &policy) && stopped == 4);
	for_some(2, 6)->entry.ipv6.flags = IP6T_F_GOTO;
	ck_assert(!drops(7, 1, &policy));
}
END_TEST

START_TEST(rejects)
{
	bool policy = true;

	rule(0, 2);
	rule(1, -NF_ACCEPT - 1);
	reject(2);
	ck_assert(drops(3, 1, &policy) && stopped == 2 && !policy);
	for_some(2, XT_RETURN);
	reject(4);
	rule(5, -NF_ACCEPT - 1);
	ck_assert(!drops(6, 1, &policy));
	rule(1, -NF_DROP - 1);
	ck_assert(drops(6, 1, &policy) && stopped == 1 && policy);
}
END_TEST

/* The second time that a goto leads to a chain it ends this one, too; a rule without -j leads to the next one. */
START_TEST(ways)
{
	enum { MANY = 70 };
	bool policy = false;

	rule(0, 3);
	rule(1, -NF_ACCEPT - 1);
	rule(2, -NF_ACCEPT - 1);
	rule(3, 6);
	rule(4, 6)->entry.ipv6.flags = IP6T_F_GOTO;
	rule(5, -NF_DROP - 1);
	rule(6, XT_RETURN);
	ck_assert(!drops(7, 2, &policy) && stopped == 1);
	for (int i = 0; i < MANY; i++)
		rule((size_t)i, i + 1);
	rule(MANY, -NF_DROP - 1);
	ck_assert(drops(MANY + 1, MANY + 1, &policy) && stopped == MANY);
	/* As many chains, each called by the one before: more than are followed. */
	for (int i = 0; i < MANY; i++) {
		rule(2 * (size_t)i, 2 * (i + 1));
		rule(2 * (size_t)i + 1, XT_RETURN);
	}
	rule(2 * MANY, -NF_DROP - 1);
	ck_assert(!drops(2 * MANY + 1, 1, &policy));
}
END_TEST

static void only_to(struct ip6t_standard *r, const char *ifname)
{
	snprintf(r->entry.ipv6.outiface, IFNAMSIZ, "%s", ifname);
	memset(r->entry.ipv6.outiface_mask, 0xff, strlen(ifname) + 1);
}

static const struct action clamp = { .hooks = 1 << NF_INET_FORWARD, .targets = { "SET", "TCPMSS" } };

/* Where a packet comes from is not known, but not from where it goes; a rule for another way out does not concern it. */
START_TEST(targets)
{
	static const struct {
		const char *in, *out;
		int inverted;
		bool found;
	} rows[] = {
		{ NULL, NULL, 0, true },
		{ "lan", NULL, 0, true },
		{ NULL, "up0", 0, true },
		{ "lan", "up0", 0, true },
		{ NULL, "wan", 0, false },
		{ "up0", NULL, 0, false },
		{ "up0", NULL, IP6T_INV_VIA_IN, true },
		{ NULL, "wan", IP6T_INV_VIA_OUT, true },
		{ NULL, "up0", IP6T_INV_VIA_OUT, false },
	};
	struct ip6t_getinfo info = { .valid_hooks = 0 };
	struct flow any_from = flow;

	any_from.family = NFPROTO_IPV6;
	any_from.from.any = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ip6t_standard *r;

		rule(0, -NF_ACCEPT - 1);
		r = rule(1, -NF_ACCEPT - 1);
		strcpy(r->target.target.u.user.name, "TCPMSS");
		if (rows[i].in)
			only_from(r, rows[i].in);
		if (rows[i].out)
			only_to(r, rows[i].out);
		r->entry.ipv6.invflags = (uint8_t)rows[i].inverted;
		ck_assert_msg(xtables_does(&clamp, &any_from, blob, 2 * RULE, &info) == rows[i].found, "row %zu", i);
		ck_assert(!xtables_does(&(struct action){ .targets = { "SNAT" } }, &any_from, blob, 2 * RULE, &info));
		ck_assert(!xtables_does(&clamp, &any_from, blob, RULE, &info));
	}
}
END_TEST

/* In the base chain of another hook it does nothing to what is forwarded; behind them are the user's chains. */
START_TEST(target_elsewhere)
{
	struct ip6t_getinfo info = { .valid_hooks = 1 << NF_INET_LOCAL_IN | 1 << NF_INET_FORWARD,
				     .hook_entry = { [NF_INET_FORWARD] = 2 * RULE },
				     .underflow = { [NF_INET_LOCAL_IN] = RULE, [NF_INET_FORWARD] = 3 * RULE } };
	struct flow any_from = flow;

	any_from.family = NFPROTO_IPV6;
	any_from.from.any = true;
	for (size_t at = 0; at < 6; at++) {
		for (size_t i = 0; i < 6; i++)
			rule(i, -NF_ACCEPT - 1);
		strcpy(rule(at, -NF_ACCEPT - 1)->target.target.u.user.name, "TCPMSS");
		ck_assert_int_eq(xtables_does(&clamp, &any_from, blob, 6 * RULE, &info), at >= 2);
	}
}
END_TEST

/* Whatever the bytes are, the walk stays inside them and ends. */
START_TEST(any_bytes)
{
	srandom(41);
	for (int i = 0; i < 3000; i++) {
		size_t size = (size_t)random() % 4096, entry;
		uint64_t *copy = malloc(size ? size : 1);
		bool policy;

		rule(0, (int)(random() % 4));
		rule(1, -(int)(random() % 6));
		for (size_t k = 0; k < 20; k++)
			((uint8_t *)blob)[(size_t)random() % (3 * RULE)] = (uint8_t)random();
		memcpy(copy, blob, size);
		flow.family = random() % 2 ? NFPROTO_IPV4 : NFPROTO_IPV6;
		entry = (size_t)random() % 64 * 8;
		xtables_drops(&flow, copy, size, &entry, (size_t)random() % 64 * 8, &policy);
		xtables_does(&clamp, &flow, copy, size, &(struct ip6t_getinfo){ .valid_hooks = 0 });
		free(copy);
	}
}
END_TEST

Suite *suite_xtables(void)
{
	Suite *suite = suite_create("xtables");
	TCase *tc = tcase_create("walk");

	tcase_add_test(tc, verdicts);
	tcase_add_test(tc, jumps);
	tcase_add_test(tc, cycles_and_ends);
	tcase_add_test(tc, many_ways);
	tcase_add_test(tc, doubt);
	tcase_add_test(tc, doubt_ends);
	tcase_add_test(tc, rejects);
	tcase_add_test(tc, ways);
	tcase_add_test(tc, targets);
	tcase_add_test(tc, target_elsewhere);
	tcase_add_test(tc, any_bytes);
	suite_add_tcase(suite, tc);
	return suite;
}
