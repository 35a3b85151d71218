/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: foreign SIT devices that have no far end, and therefore accept packets from every IPv4 host. */
#ifndef SITCTL_STATE_WILDCARDS_H
#define SITCTL_STATE_WILDCARDS_H

#include "state/snapshot.h"

/* The device that the kernel module creates, one in each network namespace (net/ipv6/sit.c). */
#define WILDCARD_FALLBACK "sit0"

/* The next one, up or down; *AT is 0 at first. NULL: no more. */
const struct link *next_wildcard(const struct snapshot *s, size_t *at);

#endif
