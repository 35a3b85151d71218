/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: find objects in a snapshot without looking at all of it. */
#ifndef SITCTL_STATE_SNAPSHOTFIND_H
#define SITCTL_STATE_SNAPSHOTFIND_H

#include "state/snapshot.h"

const struct link *snapshot_link(const struct snapshot *s, const char *name);

/* The next address or route on that interface, or route to DST; *AT is 0 at first. NULL: no more. */
const struct addr *snapshot_next_addr(const struct snapshot *s, uint32_t index, size_t *at);
const struct route *snapshot_next_route(const struct snapshot *s, uint32_t index, size_t *at);
const struct route *snapshot_next_route_to(const struct snapshot *s, const struct net6 *dst, size_t *at);

/* Sort for the functions above, which otherwise look at everything. 0 or -ENOMEM. */
int snapshot_sort(struct snapshot *s, struct err *err);

#endif
