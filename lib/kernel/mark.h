/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the marks that identify kernel objects as ours: alias, group, protocol, table. */
#ifndef SITCTL_KERNEL_MARK_H
#define SITCTL_KERNEL_MARK_H

#include "kernel/link.h"

#define SITCTL_GROUP 41			      /* link group of our devices */
#define CONDEMNED_GROUPS UINT32_C(0x53000000) /* to 0x53ffffff: groups of devices about to be removed together */
#define SITCTL_PROTO 41			      /* route protocol, IFA_PROTO and NDA_PROTOCOL of our objects */
#define SITCTL_TABLE "sitctl"		      /* nf_tables table, family inet */

/* Was it about to be removed? It still exists if sitctl was killed before. */
bool link_condemned(const struct link *link);

/* Is it one of our tunnels: sit, group 41 (or condemned), alias "sitctl client NAME" or "sitctl server PEER"? */
bool link_ours(const struct link *link);

/* The alias of one of our tunnels, in BUF. */
void link_alias(bool client, const char *name, char buf[ALIAS_SIZE]);

/* Was its alias set by sitctl? */
bool link_alias_ours(const struct link *link);

/* Client or peer, and the name, from the alias of one of our tunnels. */
bool link_of_client(const struct link *link);
const char *link_tunnel_name(const struct link *link);

#endif
