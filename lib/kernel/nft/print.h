/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the table and its changes as commands, JSON and a name. */
#ifndef SITCTL_KERNEL_NFT_PRINT_H
#define SITCTL_KERNEL_NFT_PRINT_H

#include "kernel/object.h"

/* The table of an object; if there is no object, a table that does not exist. */
const struct nft_table *nft_table_of(const struct object *object);

/* For struct kind. */
void nft_print(const struct step *step, FILE *out);
json_t *nft_json(const struct object *object);
void nft_label(const struct object *object, char *buf, size_t size);

#endif
