/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the kernel says of the way to an address. */
#ifndef SITCTL_DOCTOR_ROUTES_H
#define SITCTL_DOCTOR_ROUTES_H

#include <libmnl/libmnl.h>

#include "base/inet6.h"

/* What the kernel says of the way to an address. */
struct way {
	bool reachable;
	uint32_t index, table, metric;
	struct net6 net; /* what the route is to */
};

/* Read RTM_NEWROUTE into WAY, which is empty. 0 or -EBADMSG. For routes.c and tests. */
int way_decode(const struct nlmsghdr *nlh, struct way *way);

#endif
