/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: memory for many small objects that are freed together. */
#ifndef SITCTL_BASE_ARENA_H
#define SITCTL_BASE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *last; /* NULL: nothing allocated yet */
};

/* SIZE bytes, zeroed and aligned for every type we store, or NULL when out of memory. Valid until arena_free(). */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of TEXT, or NULL when out of memory. */
const char *arena_text(struct arena *arena, const char *text);

void arena_free(struct arena *arena);

#endif
