/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: pack an element into as few bytes as possible, since each peer has several. */
#ifndef SITCTL_KERNEL_NFT_PACKED_H
#define SITCTL_KERNEL_NFT_PACKED_H

#include "kernel/nft/elem.h"

#define NFT_PACKED_SIZE (sizeof(struct nft_elem) + 4) /* at most, with all its parts */

/* Pack ELEM into BUF, which has room for the largest one. Returns the number of bytes. And the reverse. */
size_t nft_pack(const struct nft_elem *elem, uint8_t buf[NFT_PACKED_SIZE]);
struct nft_elem nft_unpack(const uint8_t *bytes);

/* Compare two by set, key and end, the wider one first, like memcmp(); their counters are ignored. */
int nft_cmp_packed(const uint8_t *x, const uint8_t *y);

#endif
