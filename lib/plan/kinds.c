/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/kinds.h"
#include "kernel/nft/nft.h"

/* clang-format off */
const struct kind *const kinds[KIND_COUNT] = {
	[KIND_SYSCTL] = &sysctl_kind,
	[KIND_NFT] = &nft_kind,
	[KIND_LINK] = &link_kind,
	[KIND_ADDR] = &addr_kind,
	[KIND_ROUTE] = &route_kind,
	[KIND_NEIGH] = &neigh_kind,
	[KIND_CONNTRACK] = &conntrack_kind,
};
/* clang-format on */
