/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"

/* Stored in front of the items. */
struct head {
	uint32_t holders, room;
	uint64_t items[]; /* aligned for every type we store */
};

static struct head *head_of(void *items)
{
	return (struct head *)(void *)((char *)items - offsetof(struct head, items));
}

static struct head *allocate(struct head *old, size_t room, size_t size)
{
	struct head *head = realloc(old, offsetof(struct head, items) + room * size);

	if (head) {
		head->holders = 1;
		head->room = (uint32_t)room;
	}
	return head;
}

void *list_grow(void *items, unsigned int n, size_t size)
{
	struct head *old = items ? head_of(items) : NULL, *head = old;
	size_t room = n ? 2 * (size_t)n : 1; /* most lists have one item */

	if (old && old->holders > 1) {
		head = allocate(NULL, room, size);
		if (!head)
			return NULL;
		memcpy(head->items, items, n * size);
		old->holders--;
	} else if (!old || old->room == n) {
		head = allocate(old, room, size);
		if (!head)
			return NULL;
	}
	memset((char *)head->items + n * size, 0, size);
	return head->items;
}

void *list_share(void *items)
{
	if (items)
		head_of(items)->holders++;
	return items;
}

void list_drop(void *items)
{
	if (items && !--head_of(items)->holders)
		free(head_of(items));
}

char *list_text(const char *text)
{
	return list_add_text(NULL, 0, text);
}

char *list_add_text(char *texts, unsigned int n, const char *text)
{
	size_t had = n ? (size_t)(list_text_at(texts, n) - texts) : 0, size = strlen(text) + 1;
	struct head *head = allocate(NULL, had + size, 1);
	char *items = head ? (char *)head->items : NULL;

	if (!items)
		return NULL;
	if (had)
		memcpy(items, texts, had);
	memcpy(items + had, text, size);
	list_drop(texts);
	return items;
}

const char *list_text_at(const char *texts, unsigned int i)
{
	while (i--)
		texts += strlen(texts) + 1;
	return texts;
}
