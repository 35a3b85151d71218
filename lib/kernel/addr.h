/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: an IPv6 address of an interface, and its kind. */
#ifndef SITCTL_KERNEL_ADDR_H
#define SITCTL_KERNEL_ADDR_H

#include <net/if.h>

#include "base/inet6.h"

#define ADDR_PROTO 11 /* IFA_PROTO, in linux/if_addr.h since 5.18 */

struct addr {
	char ifname[IFNAMSIZ];
	uint32_t index;
	struct net6 net;
	bool nodad;
	uint8_t proto; /* IFA_PROTO, 0 if there is none */
};

struct kind;
extern const struct kind addr_kind;

#endif
