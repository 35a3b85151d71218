/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the netlink conversation of one run. */
#ifndef SITCTL_KERNEL_CONVERSATION_H
#define SITCTL_KERNEL_CONVERSATION_H

#include "netlink/family.h"
#include "netlink/generic.h"
#include "netlink/socket.h"

struct conversation {
	struct nl sockets[NL_FAMILIES]; /* each opens when it is first needed */
	struct genl_family *generic;	/* what was asked for so far */
	uint32_t generation;		/* of the nf_tables rules when they were last read, 0: never */
	enum { TRACKING_UNKNOWN, TRACKING_USED, TRACKING_UNUSED } tracking; /* has connection tracking any entry? */
	struct nl_batch batch;
};

/* With the route socket open, which every run needs. 0 or a negative errno. */
int conversation_open(struct conversation *c, struct err *err);
void conversation_close(struct conversation *c);

/* The socket of FAMILY, opened by now; NULL where that fails, with ERR. */
struct nl *conversation_socket(struct conversation *c, enum nl_family family, struct err *err);

/* nl_send(), nl_send_get(), nl_get() and nl_dump() of what is in the batch, by the socket of FAMILY. */
int conversation_send(struct conversation *c, enum nl_family family, struct err *err);
int conversation_send_get(struct conversation *c, enum nl_family family, nl_cb cb, void *data, struct err *err);
int conversation_get(struct conversation *c, enum nl_family family, nl_cb cb, void *data, struct err *err);
int conversation_dump(struct conversation *c, enum nl_family family, nl_cb cb, void (*reset)(void *data), void *data,
		      struct err *err);

/* Give up a dump that the callback did not want to the end: the rest of it never comes. The socket opens anew when it is needed. */
void conversation_hang_up(struct conversation *c, enum nl_family family);

/*
 * The generic netlink family NAME, NULL with ERR where that fails: -ENOENT means that the kernel has none, which may be
 * for lack of its module. It is asked for once, with the batch, whatever the answer is. Both answers are out of date
 * after the module was loaded or removed: then conversation_forget_generic(), which makes pointers to families invalid.
 */
const struct genl_family *conversation_generic(struct conversation *c, const char *name, struct err *err);
void conversation_forget_generic(struct conversation *c);

#endif
