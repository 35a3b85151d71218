/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define FIRST 2048 /* bytes of the first block: most runs are about one tunnel */
#define MOST 65536 /* of any later block, unless a single item is larger */

struct arena_block {
	struct arena_block *before;
	size_t used, size;
	uint64_t bytes[]; /* aligned for every type we store */
};

static void *take(struct arena *arena, size_t size, size_t align)
{
	struct arena_block *b = arena->last;
	size_t at = b ? (b->used + align - 1) / align * align : 0;

	if (!b || at > b->size || size > b->size - at) {
		size_t room = !b ? FIRST : 2 * b->size < MOST ? 2 * b->size : MOST;

		room = room < size ? size : room;
		b = malloc(offsetof(struct arena_block, bytes) + room);
		if (!b)
			return NULL;
		b->before = arena->last;
		b->size = room;
		arena->last = b;
		at = 0;
	}
	b->used = at + size;
	return (char *)b->bytes + at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *p = take(arena, size, sizeof(uint64_t));

	return p ? memset(p, 0, size) : NULL;
}

const char *arena_text(struct arena *arena, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = take(arena, size, 1);

	return copy ? memcpy(copy, text, size) : NULL;
}

void arena_free(struct arena *arena)
{
	while (arena->last) {
		struct arena_block *b = arena->last;

		arena->last = b->before;
		free(b);
	}
}
