/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: lookups in the sets and verdict maps of others. */
#ifndef SITCTL_FILTERS_NFTSET_H
#define SITCTL_FILTERS_NFTSET_H

#include "filters/nftexpr.h"
#include "kernel/conversation.h"

/* Start a message of nf_tables in the batch of C. */
void flow_request(struct conversation *c, uint16_t type, uint16_t flags, uint32_t family);

/* Where a set is. */
struct flow_set {
	struct conversation *c;
	uint32_t family;
	const char *table;
};

/* `lookup`; a verdict map gives *VERDICT and CHAIN (NFT_NAME_MAXLEN bytes). */
enum flow_match flow_look_up(const struct flow_set *in, const struct nftnl_expr *e, const struct flow_regs *r,
			     int *verdict, char *chain);

#endif
