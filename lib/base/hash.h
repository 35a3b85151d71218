/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a hash of bytes, to look them up or to compare them. */
#ifndef SITCTL_BASE_HASH_H
#define SITCTL_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a (draft-eastlake-fnv) of N bytes, starting from SEED, mixed so that numbered names are spread out. */
uint32_t hash_bytes(uint32_t seed, const void *bytes, size_t n);

#endif
