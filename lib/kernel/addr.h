/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: an IPv6 address on an interface, and its kind. */
#ifndef SITCTL_KERNEL_ADDR_H
#define SITCTL_KERNEL_ADDR_H

#include <net/if.h>

#include "base/inet6.h"

#define ADDR_PROTO 11 /* IFA_PROTO, which linux/if_addr.h has from 5.18 on */

struct addr {
	char ifname[IFNAMSIZ];
	uint32_t index;
	struct net6 net;
	bool nodad;
	uint8_t proto; /* IFA_PROTO, 0 where there is none */
};

struct kind;
extern const struct kind addr_kind;

#endif
