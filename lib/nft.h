/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the fixed part of the table `inet sitctl`: its sets, chains and rules. */
#ifndef SITCTL_NFT_H
#define SITCTL_NFT_H

#include <stddef.h>
#include <stdint.h>
#include "kind.h"	/* before libnftnl, which brings linux/ */
#include <libnftnl/rule.h>

#define NFT_MESSAGE_SIZE 65536	/* one message, with as many set elements as fit */
#define NFT_CHAINS 7
#define NFT_RULES_MAX 4		/* of one chain */
#define NFT_OPS_MAX 14		/* expressions of one rule */

struct nft_set {
	const char *name;
	const char *type;		/* as `nft` writes it */
	uint32_t key_type, key_len;
	bool interval;			/* of the concatenation ipv6_addr . ifname */
	bool host_order;		/* the key is a name, which nft takes for a number in host order */
	bool counter;			/* each element counts the packets that it matched */
};

extern const struct nft_set nft_sets[SET_COUNT];

enum nft_op_id { OP_END, OP_META, OP_CMP, OP_PAYLOAD, OP_MASK, OP_LOOKUP, OP_FIB, OP_NOTRACK, OP_VERDICT, OP_JUMP,
		 OP_RT_MSS, OP_WRITE_MSS };

/* One expression of a rule. What a, b and c are is said at each op in nftrules.c. */
struct nft_op {
	enum nft_op_id op;
	uint32_t a, b, c;
	const void *data;
	uint32_t len;
};

struct nft_rule_row {
	const char *text;		/* the rule as `nft` takes it */
	struct nft_op ops[NFT_OPS_MAX];
};

struct nft_chain {
	const char *name;
	bool base;			/* has a hook */
	uint32_t hook;			/* NF_INET_* */
	const char *hook_name;
	int32_t priority;
	struct nft_rule_row rules[NFT_RULES_MAX];	/* ends with one whose text is NULL, or full */
};

/* Regular chains stand before the rules that jump to them. */
extern const struct nft_chain nft_chains[NFT_CHAINS];

/* A rule of CHAIN as libnftnl has it, NULL when out of memory. The caller frees it. */
struct nftnl_rule *nft_rule(const struct nft_chain *chain, const struct nft_rule_row *row);

/* The text of an element as `nft` takes it, in BUF. */
void nft_elem_text(const struct nft_elem *elem, char *buf, size_t size);

#endif
