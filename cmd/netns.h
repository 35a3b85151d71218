/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: enter a network namespace by name. */
#ifndef SITCTL_CMD_NETNS_H
#define SITCTL_CMD_NETNS_H

#include "base/err.h"

/* Enter the network namespace of --netns. 0, or a negative errno and ERR. */
int enter_netns(const char *name, struct err *err);

#endif
