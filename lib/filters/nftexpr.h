/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what expressions of nf_tables find in a packet that is only thought of. */
#ifndef SITCTL_FILTERS_NFTEXPR_H
#define SITCTL_FILTERS_NFTEXPR_H

#include "filters/expr.h"
#include "filters/flow.h"

#define FLOW_WORDS 16 /* registers of four bytes (NFT_REG32_00 to NFT_REG32_15) */

/* The registers, as far as what is in them is known. */
struct flow_regs {
	uint8_t bytes[FLOW_WORDS * 4];
	bool known[FLOW_WORDS];
	/* What is not in a register whose value is not known: the other end's name or index. */
	uint32_t not_reg, not_len; /* 0 bytes: nothing is known */
	uint8_t not_bytes[IFNAMSIZ];
};

/* It matches, it does not, or it concerns only some packets. */
enum flow_match { MATCH, NO_MATCH, SOME };

/* Each loads what FLOW has of what E asks for; a value that is not known is said to be so. */
void flow_load_meta(const struct flow *f, const struct expr *e, struct flow_regs *r);
void flow_load_payload(const struct flow *f, const struct expr *e, struct flow_regs *r);
void flow_load_ct(const struct flow *f, const struct expr *e, struct flow_regs *r);

/* Nothing is known any more of the register REG and of what follows it. */
void flow_forget(struct flow_regs *r, uint32_t reg);

/* LEN bytes from register REG on, NULL where not all of them are known. */
const uint8_t *flow_value(const struct flow_regs *r, uint32_t reg, uint32_t len);

/* `bitwise` and `cmp` on them. */
void flow_mask(const struct expr *e, struct flow_regs *r);
enum flow_match flow_compare(const struct expr *e, const struct flow_regs *r);

/*
 * Of any other expression: one that only counts, writes or sets matches, since the packet goes on to
 * the next whatever it does; what may load a register makes the registers unknown.
 */
enum flow_match flow_other(const struct expr *e, struct flow_regs *r);

#endif
