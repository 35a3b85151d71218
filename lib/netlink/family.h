/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the netlink families that the program uses. */
#ifndef SITCTL_NETLINK_FAMILY_H
#define SITCTL_NETLINK_FAMILY_H

enum nl_family { NL_ROUTE, NL_NETFILTER, NL_GENERIC, NL_FAMILIES };

struct nl_protocol {
	int number; /* the third argument of socket(2) */
	const char *name;
};

extern const struct nl_protocol nl_protocols[NL_FAMILIES]; /* a row for each family */

#endif
