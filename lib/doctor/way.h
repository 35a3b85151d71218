/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: ask the kernel for the route to an IPv6 address. */
#ifndef SITCTL_DOCTOR_WAY_H
#define SITCTL_DOCTOR_WAY_H

#include <libmnl/libmnl.h>

#include "base/inet6.h"
#include "kernel/conversation.h"

/* Some address of the IPv6 Internet, which is 2000::/3 (RFC 4291 section 2.4). Nothing is sent to it. */
extern const struct in6_addr way_internet;

/* Which packets: from SOURCE (NULL: unbound); arriving on IIF (0: this host's own). */
struct way_query {
	const struct in6_addr *dst, *source;
	uint32_t iif;
	bool match; /* return the destination of the route itself, not DST (RTM_F_FIB_MATCH) */
};

/* The kernel's route to an address. */
struct way {
	bool reachable;
	uint32_t index, table, metric;
	uint8_t proto;	 /* who made the route: RTPROT_KERNEL and so on */
	struct net6 net; /* the destination of the route */
	bool has_gateway;
	struct in6_addr gateway;
};

/* Decode RTM_NEWROUTE into WAY, which must be empty. 0 or -EBADMSG. For way.c and tests. */
int way_decode(const struct nlmsghdr *nlh, struct way *way);

/* Ask the kernel. If that fails, the address counts as not reachable. */
struct way way_look_up(struct conversation *c, const struct way_query *q);

#endif
