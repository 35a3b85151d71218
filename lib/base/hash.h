/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a number for bytes, to find them or to tell them apart. */
#ifndef SITCTL_BASE_HASH_H
#define SITCTL_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a (draft-eastlake-fnv) of N bytes, beginning with SEED, mixed so that numbered names do not lie side by side. */
uint32_t hash_bytes(uint32_t seed, const void *bytes, size_t n);

#endif
