/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/socket.h>
#include <linux/netlink.h>

#include "netlink/family.h"

const struct nl_protocol nl_protocols[NL_FAMILIES] = {
	[NL_ROUTE] = { NETLINK_ROUTE, "route" },
	[NL_NETFILTER] = { NETLINK_NETFILTER, "netfilter" },
	[NL_GENERIC] = { NETLINK_GENERIC, "generic" },
};
