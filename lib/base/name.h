/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: names of their own length, each held once however many have it. */
#ifndef SITCTL_BASE_NAME_H
#define SITCTL_BASE_NAME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A name in four bytes, which copies and compares by value; all zero is the empty name. What it stands for lasts until
 * names_forget(), or the end of the program.
 */
struct name {
	uint32_t at;
};

/* TEXT becomes *NAME. false when out of memory, and *NAME is empty. */
bool name_hold(struct name *name, const char *text);

/* "" for the empty one. */
const char *name_text(struct name name);

/* Are the two one? */
bool name_equal(struct name a, struct name b);

/* All become void: for who reads one input after another in one process, and keeps nothing of the last. */
void names_forget(void);

#endif
