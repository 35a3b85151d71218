/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: an IPv6 route of the main table, and its kind. */
#ifndef SITCTL_KERNEL_ROUTE_H
#define SITCTL_KERNEL_ROUTE_H

#include <net/if.h>

#include "base/inet6.h"

struct route {
	uint8_t type; /* RTN_UNICAST, RTN_UNREACHABLE */
	bool has_gateway;
	bool append;	 /* beside another route of the same prefix and metric */
	uint8_t proto;	 /* as the kernel reports, never wanted; so is table */
	struct net6 dst; /* len 0: default */
	struct in6_addr gateway;
	char ifname[IFNAMSIZ];
	uint32_t index;
	uint32_t metric;
	uint32_t table;
};

struct kind;
extern const struct kind route_kind;

#endif
