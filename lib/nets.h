/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: which of many networks overlap with one, without looking at all of them. */
#ifndef SITCTL_NETS_H
#define SITCTL_NETS_H

#include <stddef.h>

#include "err.h"
#include "inet6.h"

struct owned_net {
	struct net6 net; /* from its base */
	const void *owner;
};

struct nets {
	struct owned_net *items;
	size_t n, room;
	bool lens[129]; /* is there one of that length? */
};

/* Add NET of OWNER; 0 or -ENOMEM. nets_sort() ends the adding; nets_free() all. */
int nets_add(struct nets *nets, const struct net6 *net, const void *owner, struct err *err);
void nets_sort(struct nets *nets);
void nets_free(struct nets *nets);

/* Does NET overlap with one of another owner than OWNER? */
bool nets_overlap(const struct nets *nets, const struct net6 *net, const void *owner);

#endif
