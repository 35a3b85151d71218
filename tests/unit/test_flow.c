/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of what expressions of others' nf_tables rules say, where they say less than the kernel asks for. */
#include "../../lib/flowexpr.h" /* before linux/: glibc and the kernel define the same names */
#include "unit.h"
#include <linux/netfilter/nf_tables.h>

static struct flow_regs regs;

static struct nftnl_expr *expression(const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	ck_assert_ptr_nonnull(e);
	return e;
}

/* Nobody is asked for a set that has no name: there is not even a conversation. */
START_TEST(lookup_without_a_set)
{
	struct nftnl_expr *e = expression("lookup");
	char chain[NFT_NAME_MAXLEN];
	int verdict;

	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	ck_assert_int_eq(flow_look_up(&(struct flow_set){ .table = "t" }, e, &regs, &verdict, chain), SOME);
	nftnl_expr_free(e);
}
END_TEST

START_TEST(compare_without_a_value)
{
	struct nftnl_expr *e = expression("cmp");

	ck_assert_int_eq(flow_compare(e, &regs), SOME);
	nftnl_expr_free(e);
}
END_TEST

START_TEST(mask_without_a_mask)
{
	struct nftnl_expr *e = expression("bitwise");

	regs.known[0] = true;
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	flow_mask(e, &regs);
	ck_assert(!regs.known[0]);
	nftnl_expr_free(e);
}
END_TEST

Suite *suite_flow(void)
{
	Suite *s = suite_create("flow");
	TCase *tc = tcase_create("expressions");

	tcase_add_test(tc, lookup_without_a_set);
	tcase_add_test(tc, compare_without_a_value);
	tcase_add_test(tc, mask_without_a_mask);
	suite_add_tcase(s, tc);
	return s;
}
