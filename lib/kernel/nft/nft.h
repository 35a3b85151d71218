/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the kind "nf_tables table": every change is one atomic batch. */
#ifndef SITCTL_KERNEL_NFT_NFT_H
#define SITCTL_KERNEL_NFT_NFT_H

struct kind;
extern const struct kind nft_kind;
#define NFT_MESSAGE_SIZE 65536 /* for one message, with as many set elements as fit */

#endif
