/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spec/nameindex.h"
#include "base/hash.h"

uint32_t *nameindex_slot(const struct nameindex *n, struct named of, enum role role, const char *name)
{
	size_t at = hash_bytes(role, name, strlen(name));

	for (; n->n_slots; at++) {
		uint32_t *slot = &n->slots[at & (n->n_slots - 1)];
		const struct spec *spec;

		if (!*slot)
			return slot;
		spec = (const struct spec *)(const void *)((const char *)of.first + (*slot - 1) * of.stride);
		if (spec->role == role && !strcmp(name_text(spec->name), name))
			return slot;
	}
	return NULL;
}

int nameindex_clear(struct nameindex *n, size_t room)
{
	size_t n_slots = n->n_slots ? n->n_slots : 32;
	uint32_t *slots;

	while (n_slots < 2 * room)
		n_slots *= 2;
	slots = n_slots == n->n_slots ? n->slots : realloc(n->slots, n_slots * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	memset(slots, 0, n_slots * sizeof(*slots));
	n->slots = slots;
	n->n_slots = n_slots;
	return 0;
}
