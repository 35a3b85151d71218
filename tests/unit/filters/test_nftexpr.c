/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of what expressions of others' nf_tables rules say, where they say less than the kernel asks for. */
#include "filters/action.h"
#include "filters/flow.h"
#include "filters/nftexpr.h"
#include "filters/nftset.h"
#include "../unit.h"
#include <linux/netfilter/nf_tables.h>

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>

#define MESSAGE 512

static struct flow_regs regs;

static struct nftnl_expr *expression(const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	ck_assert_ptr_nonnull(e);
	return e;
}

/* Ends E: the same as the kernel tells of it, in BUF. */
static struct expr told(struct nftnl_expr *e, char buf[MESSAGE])
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *nest = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
	struct expr expr;

	nftnl_expr_build_payload(nlh, e);
	mnl_attr_nest_end(nlh, nest);
	ck_assert(expr_read(nest, &expr));
	nftnl_expr_free(e);
	return expr;
}

/* Nobody is asked for a set that has no name: there is not even a conversation. */
START_TEST(lookup_without_a_set)
{
	struct nftnl_expr *e = expression("lookup");
	char chain[NFT_NAME_MAXLEN], buf[MESSAGE];
	struct others_chain at = { .table = "t", .name = "c" };
	struct nftrules rules;
	struct expr lookup;
	int verdict;

	nftrules_begin(&rules, NULL, 1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	lookup = told(e, buf);
	ck_assert_int_eq(flow_look_up(&rules, &at, &lookup, &regs, &verdict, chain), SOME);
	nftrules_end(&rules);
}
END_TEST

START_TEST(compare_without_a_value)
{
	char buf[MESSAGE];
	struct expr cmp = told(expression("cmp"), buf);

	ck_assert_int_eq(flow_compare(&cmp, &regs), SOME);
}
END_TEST

START_TEST(mask_without_a_mask)
{
	struct nftnl_expr *e = expression("bitwise");
	char buf[MESSAGE];
	struct expr bitwise;

	regs.known[0] = true;
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	bitwise = told(e, buf);
	flow_mask(&bitwise, &regs);
	ck_assert(!regs.known[0]);
}
END_TEST

/* One that is not understood may have loaded something: the old bytes are compared no more. */
START_TEST(other_expressions)
{
	char buf[MESSAGE];
	struct expr e = told(expression("xfrm"), buf);

	regs.known[0] = true;
	ck_assert_int_eq(flow_other(&e, &regs), SOME);
	ck_assert(!regs.known[0]);
	e = told(expression("counter"), buf);
	regs.known[0] = true;
	ck_assert_int_eq(flow_other(&e, &regs), MATCH);
	ck_assert(regs.known[0]);
}
END_TEST

/* What comes from anywhere does not come from where it goes to. */
START_TEST(from_anywhere)
{
	static const struct {
		const char *name;
		uint32_t len, op;
		enum flow_match match;
	} rows[] = {
		{ "sit1", 16, NFT_CMP_EQ, NO_MATCH }, { "sit1", 5, NFT_CMP_EQ, NO_MATCH },
		{ "sit1", 16, NFT_CMP_NEQ, MATCH },   { "sit1", 4, NFT_CMP_EQ, SOME },
		{ "sit12", 16, NFT_CMP_EQ, SOME },    { "lan", 16, NFT_CMP_NEQ, SOME },
	};
	static const struct flow flow = { .from.any = true, .to = { .ifname = "sit1", .index = 7 } };
	struct nftnl_expr *meta = expression("meta");
	char buf[2][MESSAGE];
	struct expr load;

	nftnl_expr_set_u32(meta, NFTNL_EXPR_META_KEY, NFT_META_IIFNAME);
	nftnl_expr_set_u32(meta, NFTNL_EXPR_META_DREG, NFT_REG_1);
	load = told(meta, buf[0]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nftnl_expr *cmp = expression("cmp");
		char name[IFNAMSIZ] = "";
		struct expr compare;

		memcpy(name, rows[i].name, strlen(rows[i].name));
		nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
		nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_OP, rows[i].op);
		nftnl_expr_set(cmp, NFTNL_EXPR_CMP_DATA, name, rows[i].len);
		compare = told(cmp, buf[1]);
		flow_load_meta(&flow, &load, &regs);
		ck_assert_msg(flow_compare(&compare, &regs) == rows[i].match, "row %zu", i);
		flow_forget(&regs, NFT_REG_1);
		ck_assert_int_eq(flow_compare(&compare, &regs), SOME);
	}
}
END_TEST

Suite *suite_nftexpr(void)
{
	Suite *s = suite_create("flow");
	TCase *tc = tcase_create("expressions");

	tcase_add_test(tc, lookup_without_a_set);
	tcase_add_test(tc, compare_without_a_value);
	tcase_add_test(tc, mask_without_a_mask);
	tcase_add_test(tc, other_expressions);
	tcase_add_test(tc, from_anywhere);
	suite_add_tcase(s, tc);
	return s;
}
