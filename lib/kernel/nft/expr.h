/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the rules of the table as libnftnl objects. */
#ifndef SITCTL_KERNEL_NFT_EXPR_H
#define SITCTL_KERNEL_NFT_EXPR_H

#include "kernel/nft/rules.h"
#include <libnftnl/rule.h> /* after ours: it includes linux/ */

/* A rule of CHAIN as a libnftnl object, or NULL when out of memory. The caller frees it. */
struct nftnl_rule *nft_rule(const struct nft_chain *chain, const struct nft_rule_row *row);

#endif
