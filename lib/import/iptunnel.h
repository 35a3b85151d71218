/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: `ip tunnel`, and `ip link` of a device that is one. */
#ifndef SITCTL_IMPORT_IPTUNNEL_H
#define SITCTL_IMPORT_IPTUNNEL_H

#include "import/ipwords.h"

/* Read what follows COMMAND. False if COMMAND does not set anything up. */
bool ip_tunnel(struct ip_command *ip, const char *command);
bool ip_link(struct ip_command *ip, const char *command);

#endif
