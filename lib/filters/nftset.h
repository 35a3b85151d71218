/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: lookups in foreign sets and verdict maps. */
#ifndef SITCTL_FILTERS_NFTSET_H
#define SITCTL_FILTERS_NFTSET_H

#include "filters/nftexpr.h"
#include "filters/nftrules.h"

/*
 * `lookup` in a rule of the chain AT; a verdict map sets *VERDICT and CHAIN (NFT_NAME_MAXLEN bytes). Only the element
 * that the packet finds is requested from the kernel, however many there are.
 */
enum flow_match flow_look_up(struct nftrules *rules, const struct others_chain *at, const struct expr *e,
			     const struct flow_regs *r, int *verdict, char *chain);

#endif
