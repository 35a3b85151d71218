/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/name.h"
#include "base/arena.h"
#include "base/hash.h"

/* Every name in the process. One command has as many as it has tunnels and interfaces. */
static struct {
	struct arena arena;
	const char **texts;  /* by number - 1; room for half as many as there are slots */
	uint32_t *slots;     /* hash table of numbers, 0: free */
	uint32_t n, n_slots; /* n_slots: a power of two, or 0 */
} held;

/* The slot that holds TEXT, or the free one where it belongs. */
static uint32_t *slot_of(const char *text)
{
	uint32_t i = hash_bytes(0, text, strlen(text));

	for (;; i++) {
		uint32_t *slot = &held.slots[i & (held.n_slots - 1)];

		if (!*slot || !strcmp(held.texts[*slot - 1], text))
			return slot;
	}
}

/* Double the room. */
static bool grow(void)
{
	uint32_t n_slots = held.n_slots ? 2 * held.n_slots : 64, *slots = calloc(n_slots, sizeof(*slots));
	const char **texts = slots ? realloc(held.texts, n_slots / 2 * sizeof(*texts)) : NULL;

	if (!texts) {
		free(slots);
		return false;
	}
	free(held.slots);
	held.texts = texts;
	held.slots = slots;
	held.n_slots = n_slots;
	for (uint32_t i = 0; i < held.n; i++)
		*slot_of(texts[i]) = i + 1;
	return true;
}

bool name_hold(struct name *name, const char *text)
{
	uint32_t *slot;

	name->at = 0;
	if (!*text)
		return true;
	if (held.n >= held.n_slots / 2 && !grow())
		return false;
	slot = slot_of(text);
	if (!*slot) {
		held.texts[held.n] = arena_text(&held.arena, text);
		if (!held.texts[held.n])
			return false;
		*slot = ++held.n;
	}
	name->at = *slot;
	return true;
}

const char *name_text(struct name name)
{
	return name.at ? held.texts[name.at - 1] : "";
}

bool name_equal(struct name a, struct name b)
{
	return a.at == b.at;
}

void names_forget(void)
{
	arena_free(&held.arena);
	free(held.texts);
	free(held.slots);
	memset(&held, 0, sizeof(held));
}
