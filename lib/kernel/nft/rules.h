/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the fixed part of the table `inet sitctl`: its sets, chains and rules. */
#ifndef SITCTL_KERNEL_NFT_RULES_H
#define SITCTL_KERNEL_NFT_RULES_H

#include "kernel/nft/elements.h"

#define NFT_CHAINS 21
#define NFT_RULES_MAX 9	 /* in one chain */
#define NFT_OPS_MAX 14	 /* expressions in one rule */
#define NFT_FIELDS_MAX 5 /* in a set's key, including the end marker */
#define SET_INTERVAL 1	 /* flags of a set: elements are intervals, */
#define SET_COUNTED 2	 /* count the packets that they matched, */
#define SET_MAP 4	 /* map to an IPv4 address */

struct nft_set {
	const char *name;
	enum nft_field fields[NFT_FIELDS_MAX]; /* of the key: several are a concatenation */
	unsigned int flags;
};

extern const struct nft_set nft_sets[SET_COUNT];

enum nft_op_id {
	OP_END,
	OP_META,
	OP_CMP,
	OP_PAYLOAD,
	OP_MASK,
	OP_LOOKUP,
	OP_FIB,
	OP_NOTRACK,
	OP_VERDICT,
	OP_JUMP,
	OP_RT_MSS,
	OP_WRITE_MSS,
	OP_CT,
	OP_MAP,
	OP_DNAT,
	OP_MASQUERADE
};

/* One expression of a rule. expr.c shows what a, b and c are for each op. */
struct nft_op {
	enum nft_op_id op;
	uint32_t a, b, c;
	const void *data;
	uint32_t len;
};

struct nft_rule_row {
	const char *text; /* the rule in the syntax of `nft` */
	struct nft_op ops[NFT_OPS_MAX];
};

struct nft_chain {
	const char *name;
	enum nft_group group;
	const char *type; /* of a base chain; NULL: it has no hook */
	uint32_t hook;	  /* NF_INET_* */
	const char *hook_name;
	int32_t priority;
	struct nft_rule_row rules[NFT_RULES_MAX]; /* ends with a row whose text is NULL, unless full */
};

/* Regular chains precede the rules that jump to them. */
extern const struct nft_chain nft_chains[NFT_CHAINS];

/* Is the chain's group in HAVE and not in LESS (bits)? */
static inline bool nft_in_groups(const struct nft_chain *chain, unsigned int have, unsigned int less)
{
	return (have & ~less) >> chain->group & 1;
}

#endif
