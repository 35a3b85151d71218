/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: messages about interfaces: read, and written for sit devices. */
#ifndef SITCTL_KERNEL_LINKMSG_H
#define SITCTL_KERNEL_LINKMSG_H

#include "base/arena.h"
#include "kernel/link.h"
#include "kernel/sysctl.h"
#include "netlink/message.h"

extern const char *const link_conf_names[LINK_CONFS];

/* Read an answer to RTM_GETLINK; alias and statistics go into ARENA. 0, -EBADMSG or -ENOMEM. */
int link_decode(const struct nlmsghdr *nlh, struct link *link, struct arena *arena);

/* The VALUE of sysctl NAME that came with the interface; false where it is not known. */
bool link_conf(const struct link *link, const char *name, int32_t *value);

/* All tunnel parameters; up or down, with MTU and alias if asked; gone. */
void link_put_newlink(struct nl_batch *b, const struct link *link, uint16_t flags);
void link_put_setlink(struct nl_batch *b, const struct link *link, bool mtu, bool alias);
void link_put_dellink(struct nl_batch *b, const struct link *link);

/* Are the two alike in all that a tunnel of ours has, but for being up? */
bool link_same_tunnel(const struct link *a, const struct link *b);

/* Ours are in group 41; one that is handed back to whom it was of gets its own again. */
uint32_t link_wanted_group(const struct link *link);

/*
 * Is what the kernel has, HAS or NULL, the tunnel WANT as it was asked for? Then WANT has its sysctls as well. 0, or a
 * negative errno and ERR.
 */
int link_taken(const struct link *has, struct link *want, struct err *err);

#endif
