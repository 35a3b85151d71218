/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the kernel says of the way to an IPv6 address. */
#ifndef SITCTL_DOCTOR_WAY_H
#define SITCTL_DOCTOR_WAY_H

#include <libmnl/libmnl.h>

#include "base/inet6.h"
#include "kernel/conversation.h"

/* Some address of the IPv6 Internet, which is 2000::/3 (RFC 4291 section 2.4). Nothing is sent to it. */
extern const struct in6_addr way_internet;

/* Of which packets: from SOURCE (NULL: not bound to any); IIF: that arrive there, 0: of this host's own. */
struct way_query {
	const struct in6_addr *dst, *source;
	uint32_t iif;
	bool match; /* what the route itself is to, not what it is for DST alone (RTM_F_FIB_MATCH) */
};

/* What the kernel says of the way to an address. */
struct way {
	bool reachable;
	uint32_t index, table, metric;
	uint8_t proto;	 /* who made the route: RTPROT_KERNEL and so on */
	struct net6 net; /* what the route is to */
	bool has_gateway;
	struct in6_addr gateway;
};

/* Read RTM_NEWROUTE into WAY, which is empty. 0 or -EBADMSG. For way.c and tests. */
int way_decode(const struct nlmsghdr *nlh, struct way *way);

/* Ask the kernel; not reachable where it cannot be asked. */
struct way way_look_up(struct conversation *c, const struct way_query *q);

#endif
