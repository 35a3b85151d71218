/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the IPv4 route that this host would use to send to a remote. */
#ifndef SITCTL_KERNEL_PATH_H
#define SITCTL_KERNEL_PATH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/conversation.h"

/* The route that this host would use to send to a remote. */
struct path {
	bool reachable;
	uint32_t index; /* outgoing interface */
	struct in_addr source;
	struct in_addr gateway; /* 0: none, the remote is on-link */
	uint32_t mtu;		/* of the route, 0: that of the interface */
	struct in_addr net;	/* destination of the route */
	uint8_t len;
};

/* A query for path_lookup_all(), and its answer. */
struct path_query {
	struct in_addr remote, local;
	uint32_t index, mark;
	struct path path;
};

/* The same for N queries, many per request. */
int path_lookup_all(struct conversation *c, struct path_query *queries, size_t n, struct err *err);

/*
 * Ask the kernel for the route of packets with MARK to REMOTE, through interface INDEX (0: any), from LOCAL (0: any). 0
 * or negative errno.
 */
int path_lookup(struct conversation *c, struct in_addr remote, struct in_addr local, uint32_t index, uint32_t mark,
		struct path *path, struct err *err);

#endif
