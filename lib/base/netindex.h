/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: find which of many networks overlap with one, without looking at all of them. */
#ifndef SITCTL_BASE_NETINDEX_H
#define SITCTL_BASE_NETINDEX_H

#include <stddef.h>

#include "base/err.h"
#include "base/inet6.h"

struct owned_net {
	struct net6 net; /* from its base */
	const void *owner;
};

struct netindex {
	struct owned_net *items;
	size_t n, room;
	bool lens[129]; /* is there a network of that length? */
};

/* Add NET of OWNER; 0 or -ENOMEM. Call netindex_sort() after the last one, and netindex_free() at the end. */
int netindex_add(struct netindex *nets, const struct net6 *net, const void *owner, struct err *err);
void netindex_sort(struct netindex *nets);
void netindex_free(struct netindex *nets);

/* Does NET overlap with a network of an owner other than OWNER? */
bool netindex_overlap(const struct netindex *nets, const struct net6 *net, const void *owner);

#endif
