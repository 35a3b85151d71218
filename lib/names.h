/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: to find one of thousands by role and name: a hash table of positions in an array. */
#ifndef SITCTL_NAMES_H
#define SITCTL_NAMES_H

#include <stddef.h>

#include "spec.h"

struct names {
	uint32_t *slots; /* positions, counted from 1 */
	size_t n_slots;	 /* a power of two, or 0 */
};

/* What the positions are in: elements STRIDE bytes apart, of which FIRST is the spec of the first. */
struct named {
	const struct spec *first;
	size_t stride;
};

/*
 * The slot of ROLE and NAME: the one that has it, or the free one (0) where it belongs; NULL where
 * there are no slots. An element whose role or name was changed is not found any more.
 */
uint32_t *names_slot(const struct names *n, struct named of, enum role role, const char *name);

/* Empty, with room for ROOM elements, half of the slots at most. 0, or -ENOMEM and as it was: never with less room. */
int names_empty(struct names *n, size_t room);

#endif
