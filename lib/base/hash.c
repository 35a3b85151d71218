/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hash.h"

uint32_t hash_bytes(uint32_t seed, const void *bytes, size_t n)
{
	uint32_t h = 2166136261U ^ seed;

	for (const uint8_t *p = bytes; n--; p++)
		h = (h ^ *p) * 16777619U;
	return h ^ h >> 15;
}
