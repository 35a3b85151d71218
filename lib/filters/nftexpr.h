/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: evaluate nf_tables expressions for an imaginary packet. */
#ifndef SITCTL_FILTERS_NFTEXPR_H
#define SITCTL_FILTERS_NFTEXPR_H

#include "filters/expr.h"
#include "filters/flow.h"

#define FLOW_WORDS 16 /* four-byte registers (NFT_REG32_00 to NFT_REG32_15) */

/* The registers, as far as their content is known. */
struct flow_regs {
	uint8_t bytes[FLOW_WORDS * 4];
	bool known[FLOW_WORDS];
	/* What a register with an unknown value does not hold: the other end's name or index. */
	uint32_t not_reg, not_len; /* 0 bytes: nothing is known */
	uint8_t not_bytes[IFNAMSIZ];
};

/* It matches, it does not match, or it concerns only some packets. */
enum flow_match { MATCH, NO_MATCH, SOME };

/* Each loads what E requests from FLOW; a value that is not known is marked as such. */
void flow_load_meta(const struct flow *f, const struct expr *e, struct flow_regs *r);
void flow_load_payload(const struct flow *f, const struct expr *e, struct flow_regs *r);
void flow_load_ct(const struct flow *f, const struct expr *e, struct flow_regs *r);

/* The content of the register REG and of those after it is no longer known. */
void flow_forget(struct flow_regs *r, uint32_t reg);

/* LEN bytes starting at register REG, or NULL if some of them are not known. */
const uint8_t *flow_value(const struct flow_regs *r, uint32_t reg, uint32_t len);

/* `bitwise` and `cmp` on registers. */
void flow_mask(const struct expr *e, struct flow_regs *r);
enum flow_match flow_compare(const struct expr *e, const struct flow_regs *r);

/*
 * Any other expression: one that only counts, writes or sets something matches, since the packet
 * always continues to the next; one that may load a register makes the registers unknown.
 */
enum flow_match flow_other(const struct expr *e, struct flow_regs *r);

#endif
