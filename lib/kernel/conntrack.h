/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: an entry of connection tracking for protocol 41, and its kind. */
#ifndef SITCTL_KERNEL_CONNTRACK_H
#define SITCTL_KERNEL_CONNTRACK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/conversation.h"

/* An entry of connection tracking for protocol 41, by its original direction. Only ever removed. */
struct conntrack {
	struct in_addr source, destination;
	/* as the kernel tells */
	struct in_addr reply_source, reply_destination; /* what address translation made of it */
	bool replied;					/* packets of both directions are tracked */
	uint32_t timeout;				/* s until it ends, if nothing comes */
};

struct kind;
extern const struct kind conntrack_kind;

/*
 * Is there an entry one of whose directions is that of CT? 0 and *found, with CT as
 * the entry is, or a negative errno and ERR.
 */
int conntrack_find(struct conversation *c, struct conntrack *ct, bool *found, struct err *err);

#endif
