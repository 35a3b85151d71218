/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: names of any length, each stored once however often it is used. */
#ifndef SITCTL_BASE_NAME_H
#define SITCTL_BASE_NAME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A name in four bytes, copied and compared by value; all zero is the empty name. Its text is valid until
 * names_forget() or the end of the program.
 */
struct name {
	uint32_t at;
};

/* Make *NAME stand for TEXT. False when out of memory; *NAME is then empty. */
bool name_hold(struct name *name, const char *text);

/* "" for the empty name. */
const char *name_text(struct name name);

/* Are the two the same? */
bool name_equal(struct name a, struct name b);

/* Invalidate all names: for a process that reads one input after another and keeps nothing of the last. */
void names_forget(void);

#endif
