/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: `ip address`. */
#ifndef SITCTL_IMPORT_IPADDRESS_H
#define SITCTL_IMPORT_IPADDRESS_H

#include "import/ipwords.h"

/* Read what follows COMMAND. False if COMMAND does not set anything up. */
bool ip_address(struct ip_command *ip, const char *command);

#endif
