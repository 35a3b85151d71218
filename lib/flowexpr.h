/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what expressions of nf_tables find in a packet that is only thought of. */
#ifndef SITCTL_FLOWEXPR_H
#define SITCTL_FLOWEXPR_H

#include "flow.h"	/* before libnftnl, which brings linux/ */
#include <libnftnl/expr.h>

#define FLOW_VALUE_MAX 16

/* What the last expression left in a register, as far as it is known. */
struct flow_value {
	bool known;
	uint32_t reg;
	uint8_t bytes[FLOW_VALUE_MAX];
};

/* It matches, it does not, or it concerns only some packets. */
enum flow_match { MATCH, NO_MATCH, SOME };

/* Each loads what FLOW has of what E asks for; a value that is not known is said to be so. */
void flow_load_meta(const struct flow *f, const struct nftnl_expr *e, struct flow_value *v);
void flow_load_payload(const struct flow *f, const struct nftnl_expr *e, struct flow_value *v);
void flow_load_ct(const struct flow *f, const struct nftnl_expr *e, struct flow_value *v);

/* `bitwise` and `cmp` on it. */
void flow_mask(const struct nftnl_expr *e, struct flow_value *v);
enum flow_match flow_compare(const struct nftnl_expr *e, const struct flow_value *v);

#endif
