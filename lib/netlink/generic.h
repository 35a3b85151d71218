/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: generic netlink: families with a name, whose numbers are the kernel's to tell. */
#ifndef SITCTL_NETLINK_GENERIC_H
#define SITCTL_NETLINK_GENERIC_H

#include "netlink/socket.h" /* before linux/: glibc and the kernel define the same names */

#include <linux/genetlink.h>

struct genl_family {
	struct genl_family *next; /* its owner's */
	char name[GENL_NAMSIZ];
	uint16_t id; /* the type of its messages; 0: the kernel has no such family */
	size_t groups_len;
	uint32_t groups[]; /* as the kernel told them, checked (CTRL_ATTR_MCAST_GROUPS) */
};

/*
 * Ask the kernel for the family NAME; BATCH is used for it. To be freed by the caller, also where the kernel has no
 * such family: that is an answer too, and a costly one, since the kernel runs modprobe before it says so
 * (net/netlink/genetlink.c, ctrl_getfamily()). NULL: it could not be found out, and ERR says why; -EBADMSG for an answer
 * that is none.
 */
struct genl_family *genl_resolve(struct nl *nl, struct nl_batch *batch, const char *name, struct err *err);

/* What the kernel tells of a family (CTRL_CMD_NEWFAMILY), to be freed by the caller. 0, -EBADMSG or -ENOMEM. */
int genl_decode(const struct nlmsghdr *nlh, struct genl_family **family);

/* The number of the family's multicast group NAME, for nl_join(); 0 or -ENOENT. */
int genl_group(const struct genl_family *family, const char *name, uint32_t *group, struct err *err);

/*
 * Start a message to the family of number ID: the command CMD, in this VERSION of the family's interface. Attributes
 * follow by nl_put*(); those of an answer stand behind a struct genlmsghdr: nl_attrs(nlh, GENL_HDRLEN, ...).
 */
void genl_start(struct nl_batch *batch, uint16_t id, uint16_t flags, uint8_t cmd, uint8_t version);

#endif
