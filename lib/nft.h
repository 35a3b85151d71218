/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the fixed part of the table `inet sitctl`: its sets, chains and rules. */
#ifndef SITCTL_NFT_H
#define SITCTL_NFT_H

#include <stddef.h>
#include <stdint.h>
#include "kind.h" /* before libnftnl, which brings linux/ */
#include <libnftnl/rule.h>

#define NFT_MESSAGE_SIZE 65536 /* one message, with as many set elements as fit */
#define NFT_CHAINS 14
#define NFT_RULES_MAX 9	 /* of one chain */
#define NFT_OPS_MAX 14	 /* expressions of one rule */
#define NFT_FIELDS_MAX 5 /* of a set's key, with the end */

/* What a field of a key holds. */
enum nft_field { FIELD_END, FIELD_IPV4, FIELD_IPV6, FIELD_PROTO, FIELD_SERVICE, FIELD_IFNAME };

#define SET_INTERVAL 1 /* flags of a set: elements are intervals, */
#define SET_COUNTED 2  /* count the packets that they matched, */
#define SET_MAP 4      /* lead to an IPv4 address */

struct nft_set {
	const char *name;
	enum nft_field fields[NFT_FIELDS_MAX]; /* of the key: several are a concatenation */
	unsigned int flags;
};

extern const struct nft_set nft_sets[SET_COUNT];

/* nft's name and number of the type of a field (nft: include/datatype.h), and its bytes. */
struct nft_type {
	const char *name;
	uint8_t number, len;
};

extern const struct nft_type nft_types[];

/* The key of a set: its length, its number and its text as `nft` has them. */
uint32_t nft_key_len(enum nft_set_id id);
uint32_t nft_key_type(enum nft_set_id id);
void nft_key_text(enum nft_set_id id, char *buf, size_t size);

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

/* One expression of a rule. What a, b and c are is said at each op in nftrules.c. */
struct nft_op {
	enum nft_op_id op;
	uint32_t a, b, c;
	const void *data;
	uint32_t len;
};

struct nft_rule_row {
	const char *text; /* the rule as `nft` takes it */
	struct nft_op ops[NFT_OPS_MAX];
};

struct nft_chain {
	const char *name;
	enum nft_group group;
	const char *type; /* of a base chain, NULL: has no hook */
	uint32_t hook;	  /* NF_INET_* */
	const char *hook_name;
	int32_t priority;
	struct nft_rule_row rules[NFT_RULES_MAX]; /* ends with one whose text is NULL, or full */
};

/* Regular chains stand before the rules that jump to them. */
extern const struct nft_chain nft_chains[NFT_CHAINS];

/* Is the chain of a group that is in HAVE and not in LESS (bits)? */
static inline bool nft_in_groups(const struct nft_chain *chain, unsigned int have, unsigned int less)
{
	return (have & ~less) >> chain->group & 1;
}

/* A rule of CHAIN as libnftnl has it, NULL when out of memory. The caller frees it. */
struct nftnl_rule *nft_rule(const struct nft_chain *chain, const struct nft_rule_row *row);

/* The text of an element as `nft` takes it, in BUF. */
void nft_elem_text(const struct nft_elem *elem, char *buf, size_t size);

/* nftprint.c: for struct kind. */
void nft_print(const struct step *step, FILE *out);
json_t *nft_json(const struct object *object);
void nft_label(const struct object *object, char *buf, size_t size);

#endif
