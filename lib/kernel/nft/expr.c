/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of rules.c as libnftnl expressions. */
#include "kernel/nft/expr.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/mark.h"

#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>

#define SET(expr, attr, value) nftnl_expr_set_u32(expr, attr, value)

static void fill_mask(struct nftnl_expr *e, const struct nft_op *op)
{
	static const uint8_t zeros[16];

	SET(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	SET(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	SET(e, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	SET(e, NFTNL_EXPR_BITWISE_LEN, op->len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, op->data, op->len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zeros, op->len);
}

/* `tcp option maxseg size set`: from network order in register 1 to the option (kind 2). */
static void fill_write_mss(struct nftnl_expr *e)
{
	SET(e, NFTNL_EXPR_EXTHDR_SREG, NFT_REG_1);
	nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, 2);
	SET(e, NFTNL_EXPR_EXTHDR_OFFSET, 2);
	SET(e, NFTNL_EXPR_EXTHDR_LEN, 2);
	SET(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
}

static void fill(struct nftnl_expr *e, const struct nft_op *op)
{
	switch (op->op) {
	case OP_META:
		SET(e, NFTNL_EXPR_META_KEY, op->a);
		SET(e, NFTNL_EXPR_META_DREG, op->c);
		break;
	case OP_CMP:
		SET(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
		SET(e, NFTNL_EXPR_CMP_OP, op->b);
		nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, op->data, op->len);
		break;
	case OP_PAYLOAD:
		SET(e, NFTNL_EXPR_PAYLOAD_BASE, op->a);
		SET(e, NFTNL_EXPR_PAYLOAD_OFFSET, op->b);
		SET(e, NFTNL_EXPR_PAYLOAD_LEN, op->len);
		SET(e, NFTNL_EXPR_PAYLOAD_DREG, op->c);
		break;
	case OP_MASK: fill_mask(e, op); break;
	case OP_LOOKUP:
	case OP_MAP:
		SET(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
		if (op->op == OP_MAP)
			SET(e, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_1);
		nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, nft_sets[op->a].name);
		SET(e, NFTNL_EXPR_LOOKUP_FLAGS, 0);
		break;
	case OP_CT:
		SET(e, NFTNL_EXPR_CT_KEY, op->a);
		SET(e, NFTNL_EXPR_CT_DREG, NFT_REG_1);
		break;
	case OP_DNAT:
		SET(e, NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT);
		SET(e, NFTNL_EXPR_NAT_FAMILY, NFPROTO_IPV4);
		SET(e, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
		SET(e, NFTNL_EXPR_NAT_REG_ADDR_MAX, NFT_REG_1);
		SET(e, NFTNL_EXPR_NAT_FLAGS, NF_NAT_RANGE_MAP_IPS); /* the kernel adds and reports it */
		break;
	case OP_FIB:
		SET(e, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
		SET(e, NFTNL_EXPR_FIB_FLAGS, op->a);
		SET(e, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
		break;
	case OP_VERDICT:
	case OP_JUMP:
		SET(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
		SET(e, NFTNL_EXPR_IMM_VERDICT, op->op == OP_JUMP ? (uint32_t)NFT_JUMP : op->a);
		if (op->op == OP_JUMP)
			nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, op->data);
		break;
	case OP_RT_MSS:
		SET(e, NFTNL_EXPR_RT_KEY, NFT_RT_TCPMSS);
		SET(e, NFTNL_EXPR_RT_DREG, NFT_REG_1);
		break;
	case OP_WRITE_MSS: fill_write_mss(e); break;
	default: break;
	}
}

static bool add_expr(struct nftnl_rule *rule, const struct nft_op *op)
{
	static const char *const names[] = {
		[OP_META] = "meta",	 [OP_CMP] = "cmp",   [OP_PAYLOAD] = "payload",	[OP_MASK] = "bitwise",
		[OP_LOOKUP] = "lookup",	 [OP_FIB] = "fib",   [OP_NOTRACK] = "notrack",	[OP_VERDICT] = "immediate",
		[OP_JUMP] = "immediate", [OP_RT_MSS] = "rt", [OP_WRITE_MSS] = "exthdr", [OP_CT] = "ct",
		[OP_MAP] = "lookup",	 [OP_DNAT] = "nat",  [OP_MASQUERADE] = "masq",
	};
	struct nftnl_expr *e = nftnl_expr_alloc(names[op->op]);

	if (!e)
		return false;
	fill(e, op);
	nftnl_rule_add_expr(rule, e);
	if (op->op != OP_RT_MSS)
		return true;
	/* The route's MSS is in host order, the option in network order. */
	e = nftnl_expr_alloc("byteorder");
	if (!e)
		return false;
	SET(e, NFTNL_EXPR_BYTEORDER_SREG, NFT_REG_1);
	SET(e, NFTNL_EXPR_BYTEORDER_DREG, NFT_REG_1);
	SET(e, NFTNL_EXPR_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	SET(e, NFTNL_EXPR_BYTEORDER_LEN, 2);
	SET(e, NFTNL_EXPR_BYTEORDER_SIZE, 2);
	nftnl_rule_add_expr(rule, e);
	return true;
}

struct nftnl_rule *nft_rule(const struct nft_chain *chain, const struct nft_rule_row *row)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (!rule)
		return NULL;
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, SITCTL_TABLE);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chain->name);
	for (int i = 0; i < NFT_OPS_MAX && row->ops[i].op != OP_END; i++)
		if (!add_expr(rule, &row->ops[i])) {
			nftnl_rule_free(rule);
			return NULL;
		}
	return rule;
}
