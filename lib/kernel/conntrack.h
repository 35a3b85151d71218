/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a connection tracking entry for protocol 41, and its kind. */
#ifndef SITCTL_KERNEL_CONNTRACK_H
#define SITCTL_KERNEL_CONNTRACK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/conversation.h"

/* A connection tracking entry for protocol 41, by its original direction. Entries are only ever removed. */
struct conntrack {
	struct in_addr source, destination;
	/* as the kernel reports */
	struct in_addr reply_source, reply_destination; /* after address translation */
	bool replied;					/* packets were seen in both directions */
	uint32_t timeout;				/* seconds until it expires, if no packet arrives */
};

struct kind;
extern const struct kind conntrack_kind;

/*
 * Is there an entry one of whose directions matches CT? 0 and *found, with the entry in CT, or a
 * negative errno and ERR.
 */
int conntrack_find(struct conversation *c, struct conntrack *ct, bool *found, struct err *err);

#endif
