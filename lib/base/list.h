/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: arrays whose copies share their items: the structs that hold them are copied often and rarely changed. */
#ifndef SITCTL_BASE_LIST_H
#define SITCTL_BASE_LIST_H

#include <stddef.h>

/*
 * A list is a pointer to its first item (NULL: none); its holder keeps the count. Code that copies the pointer and
 * keeps the copy calls list_share(), and each holder calls list_drop() when done. A copy that is only read needs
 * neither.
 */

/*
 * ITEMS, which has N items of SIZE bytes, as an unshared list with room for one more, zeroed; ITEMS itself must no
 * longer be used. NULL when out of memory, which leaves ITEMS as it was.
 */
void *list_grow(void *items, unsigned int n, size_t size);

/* Add a holder; returns ITEMS. */
void *list_share(void *items);

/* Drop a holder; the last one frees the list. */
void list_drop(void *items);

/* TEXT as a list of its bytes, including the terminating zero, or NULL when out of memory. */
char *list_text(const char *text);

/*
 * Texts of varying length, one after another in one list. list_add_text() is list_grow() with TEXT as the new item;
 * TEXTS has N of them. list_text_at() returns the I-th, which must exist.
 */
char *list_add_text(char *texts, unsigned int n, const char *text);
const char *list_text_at(const char *texts, unsigned int i);

#endif
