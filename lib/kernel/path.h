/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the IPv4 route by which this host would send to a remote. */
#ifndef SITCTL_KERNEL_PATH_H
#define SITCTL_KERNEL_PATH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/conversation.h"

/* The route by which this host would send to REMOTE. */
struct path {
	bool reachable;
	uint32_t index; /* interface it leaves by */
	struct in_addr source;
	struct in_addr gateway; /* 0: none, it is on the link */
	uint32_t mtu;		/* of the route, 0: that of the interface */
	struct in_addr net;	/* what the route is to */
	uint8_t len;
};

/* A question for path_lookup(), and its answer. */
struct path_query {
	struct in_addr remote, local;
	uint32_t index, mark;
	struct path path;
};

/* The same for N of them, many in one request. */
int path_lookup_all(struct conversation *c, struct path_query *queries, size_t n, struct err *err);

/*
 * Ask the kernel for the route of packets with MARK to REMOTE, leaving by INDEX (0: any), from LOCAL (0: any). 0 or
 * negative errno.
 */
int path_lookup(struct conversation *c, struct in_addr remote, struct in_addr local, uint32_t index, uint32_t mark,
		struct path *path, struct err *err);

#endif
