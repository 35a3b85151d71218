/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: find one of thousands by role and name: a hash table of positions in an array. */
#ifndef SITCTL_SPEC_NAMEINDEX_H
#define SITCTL_SPEC_NAMEINDEX_H

#include <stddef.h>

#include "spec/spec.h"

struct nameindex {
	uint32_t *slots; /* positions, counted from 1 */
	size_t n_slots;	 /* a power of two, or 0 */
};

/* The array: elements STRIDE bytes apart; FIRST is the spec of the first one. */
struct named {
	const struct spec *first;
	size_t stride;
};

/*
 * The slot of ROLE and NAME: the one that holds it, or the free one (0) where it belongs; NULL if
 * there are no slots. An element whose role or name was changed is no longer found.
 */
uint32_t *nameindex_slot(const struct nameindex *n, struct named of, enum role role, const char *name);

/* Empty it, with room for at least ROOM elements, half of the slots; never shrinks. 0, or -ENOMEM and unchanged. */
int nameindex_clear(struct nameindex *n, size_t room);

#endif
