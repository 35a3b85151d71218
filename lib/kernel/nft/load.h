/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the table `inet sitctl` as the kernel has it. */
#ifndef SITCTL_KERNEL_NFT_LOAD_H
#define SITCTL_KERNEL_NFT_LOAD_H

#include "kernel/conversation.h"
#include "kernel/nft/elements.h"

/* Read the table from the kernel. 0, also if it does not exist; or negative errno. */
int nft_load(struct conversation *c, struct nft_table *table, struct err *err);

#endif
