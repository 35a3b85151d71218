/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the rules of table `inet sitctl`, for nft.c (changes) and nftload.c (what is there). */
#ifndef SITCTL_NFT_H
#define SITCTL_NFT_H

#include <stddef.h>
#include <stdint.h>
#include <libnftnl/rule.h>

#define NFT_REMOTES "remotes"		/* the set: outer addresses of the tunnels' other ends */
#define NFT_MSG_MAX 65536		/* one message, with as many set elements as fit */

struct nft_chain {
	const char *name;		/* that of its hook */
	uint32_t hook;			/* NF_INET_* */
	uint32_t offset;		/* of the remote's address in the IPv4 header */
	const char *match;		/* the rule as `nft` writes it */
};

/*
 * Both raw-priority hooks: prerouting for what arrives, output for what this host sends;
 * the first alone leaves the tracking of what we send in place.
 */
#define NFT_CHAINS 2
extern const struct nft_chain nft_chains[NFT_CHAINS];

/* The one rule of a chain, NULL when out of memory. The caller frees it. */
struct nftnl_rule *nft_rule(const struct nft_chain *chain);

#endif
