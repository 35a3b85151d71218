/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: `ip route`. */
#ifndef SITCTL_IMPORT_IPROUTES_H
#define SITCTL_IMPORT_IPROUTES_H

#include "import/ipwords.h"

/* Read what follows COMMAND. False if COMMAND does not set anything up. */
bool ip_route(struct ip_command *ip, const char *command);

#endif
