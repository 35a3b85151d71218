/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a proxy neighbour entry, and its kind. */
#ifndef SITCTL_KERNEL_NEIGH_H
#define SITCTL_KERNEL_NEIGH_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>

/* A proxy neighbour entry (NTF_PROXY). */
struct neigh {
	struct in6_addr addr;
	char ifname[IFNAMSIZ];
	uint32_t index;
	uint8_t proto; /* NDA_PROTOCOL */
};

struct kind;
extern const struct kind neigh_kind;

#endif
