/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: arrays whose copies share their items: what holds one is copied often, and changed seldom. */
#ifndef SITCTL_BASE_LIST_H
#define SITCTL_BASE_LIST_H

#include <stddef.h>

/*
 * A list is a pointer to its first item (NULL: none) beside a count that its holder keeps. Who copies the pointer and
 * keeps the copy calls list_share(); each holder ends with list_drop(). A copy that is only looked at needs neither.
 */

/*
 * ITEMS, which has N of SIZE bytes, as a list that nobody shares and that has room for one more, zeroed; or NULL when
 * out of memory, and ITEMS stays as it was. ITEMS itself must not be used any more.
 */
void *list_grow(void *items, unsigned int n, size_t size);

/* One more holder; returns ITEMS. */
void *list_share(void *items);

/* One holder less: the last one frees it. */
void list_drop(void *items);

/* TEXT as a list of its bytes with the terminating zero, or NULL when out of memory. */
char *list_text(const char *text);

/*
 * Texts, each of its own length, one after another in one list. list_add_text() is list_grow() with TEXT as the new item:
 * TEXTS has N of them. list_text_at() returns the I-th, which must be there.
 */
char *list_add_text(char *texts, unsigned int n, const char *text);
const char *list_text_at(const char *texts, unsigned int i);

#endif
