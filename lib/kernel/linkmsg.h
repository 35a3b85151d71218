/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: messages about interfaces: read them, and build those for sit devices. */
#ifndef SITCTL_KERNEL_LINKMSG_H
#define SITCTL_KERNEL_LINKMSG_H

#include "base/arena.h"
#include "kernel/link.h"
#include "kernel/sysctl.h"
#include "netlink/message.h"

extern const char *const link_conf_names[LINK_CONFS];

/* Read an answer to RTM_GETLINK; alias and statistics go into ARENA. 0, -EBADMSG or -ENOMEM. */
int link_decode(const struct nlmsghdr *nlh, struct link *link, struct arena *arena);

/* The VALUE of the sysctl NAME that the kernel reported with the interface; false if it is not known. */
bool link_conf(const struct link *link, const char *name, int32_t *value);

/* Set all tunnel parameters; set up or down, and on request MTU and alias; remove. */
void link_put_newlink(struct nl_batch *b, const struct link *link, uint16_t flags);
void link_put_setlink(struct nl_batch *b, const struct link *link, bool mtu, bool alias);
void link_put_dellink(struct nl_batch *b, const struct link *link);

/* Are the two equal in all that a tunnel of ours has, except being up? */
bool link_same_tunnel(const struct link *a, const struct link *b);

/* Our devices are in group 41; one that is handed back to its former owner gets its previous group. */
uint32_t link_wanted_group(const struct link *link);

/*
 * Check that HAS (or NULL), which the kernel has, is the tunnel WANT as requested; WANT then gets its sysctls as well.
 * 0, or a negative errno and ERR.
 */
int link_taken(const struct link *has, struct link *want, struct err *err);

#endif
