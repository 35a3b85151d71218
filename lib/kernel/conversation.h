/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the netlink conversation of one run. */
#ifndef SITCTL_KERNEL_CONVERSATION_H
#define SITCTL_KERNEL_CONVERSATION_H

#include "netlink/socket.h"

/* The two netlink conversations; the second opens when nf_tables is first needed. */
struct conversation {
	struct nl route;
	struct nl netfilter;
	uint32_t generation; /* of the nf_tables rules when they were last read, 0: never */
	enum { TRACKING_UNKNOWN, TRACKING_USED, TRACKING_UNUSED } tracking; /* has connection tracking any entry? */
	struct nl_batch batch;
};

int conversation_open(struct conversation *c, struct err *err);
void conversation_close(struct conversation *c);

#endif
