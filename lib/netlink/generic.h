/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: generic netlink: families known by name, whose numbers the kernel assigns. */
#ifndef SITCTL_NETLINK_GENERIC_H
#define SITCTL_NETLINK_GENERIC_H

#include "netlink/socket.h" /* before linux/: glibc and the kernel define the same names */

#include <linux/genetlink.h>

struct genl_family {
	struct genl_family *next; /* for its owner */
	char name[GENL_NAMSIZ];
	uint16_t id; /* the type of its messages; 0: the kernel has no such family */
	size_t groups_len;
	uint32_t groups[]; /* as the kernel sent them, checked (CTRL_ATTR_MCAST_GROUPS) */
};

/*
 * Ask the kernel for the family NAME, using BATCH. The caller frees the result, also if the kernel has no such family:
 * that is an answer too, and a costly one, since the kernel runs modprobe before it gives it
 * (net/netlink/genetlink.c, ctrl_getfamily()). NULL if this failed, and ERR says why: -EBADMSG for a malformed answer.
 */
struct genl_family *genl_resolve(struct nl *nl, struct nl_batch *batch, const char *name, struct err *err);

/* Decode the kernel's description of a family (CTRL_CMD_NEWFAMILY); the caller frees it. 0, -EBADMSG or -ENOMEM. */
int genl_decode(const struct nlmsghdr *nlh, struct genl_family **family);

/* The number of the family's multicast group NAME, for nl_join(); 0 or -ENOENT. */
int genl_group(const struct genl_family *family, const char *name, uint32_t *group, struct err *err);

/*
 * Start a message to the family with number ID: the command CMD, in this VERSION of the family's interface. Add
 * attributes with nl_put*(); those of an answer follow a struct genlmsghdr: nl_attrs(nlh, GENL_HDRLEN, ...).
 */
void genl_start(struct nl_batch *batch, uint16_t id, uint16_t flags, uint8_t cmd, uint8_t version);

#endif
