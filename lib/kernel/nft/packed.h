/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: an element in as few bytes as it can have, for there are several to each peer. */
#ifndef SITCTL_KERNEL_NFT_PACKED_H
#define SITCTL_KERNEL_NFT_PACKED_H

#include "kernel/nft/elem.h"

#define NFT_PACKED_SIZE (sizeof(struct nft_elem) + 4) /* of one that has all, at most */

/* ELEM packed into BUF, which has room for a whole one. Returns how many bytes it takes. And back. */
size_t nft_pack(const struct nft_elem *elem, uint8_t buf[NFT_PACKED_SIZE]);
struct nft_elem nft_unpack(const uint8_t *bytes);

/* Two of them by set, key, and end, what is wider first, as memcmp(): what they count is no matter. */
int nft_cmp_packed(const uint8_t *x, const uint8_t *y);

#endif
