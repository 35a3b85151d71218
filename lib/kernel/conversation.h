/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the netlink conversation of one run. */
#ifndef SITCTL_KERNEL_CONVERSATION_H
#define SITCTL_KERNEL_CONVERSATION_H

#include "netlink/family.h"
#include "netlink/generic.h"
#include "netlink/socket.h"

struct conversation {
	struct nl sockets[NL_FAMILIES]; /* each is opened when it is first needed */
	struct genl_family *generic;	/* families that were requested so far */
	uint32_t generation;		/* of the nf_tables rules when they were last read, 0: never */
	enum { TRACKING_UNKNOWN, TRACKING_USED, TRACKING_UNUSED } tracking; /* does connection tracking have entries? */
	struct nl_batch batch;
};

/* Opens the route socket as well, which every run needs. 0 or a negative errno. */
int conversation_open(struct conversation *c, struct err *err);
void conversation_close(struct conversation *c);

/* The socket of FAMILY, opened if necessary; NULL and ERR if that fails. */
struct nl *conversation_socket(struct conversation *c, enum nl_family family, struct err *err);

/* nl_send(), nl_send_get(), nl_get() and nl_dump() of the batch, through the socket of FAMILY. */
int conversation_send(struct conversation *c, enum nl_family family, struct err *err);
int conversation_send_get(struct conversation *c, enum nl_family family, nl_cb cb, void *data, struct err *err);
int conversation_get(struct conversation *c, enum nl_family family, nl_cb cb, void *data, struct err *err);
int conversation_dump(struct conversation *c, enum nl_family family, nl_cb cb, void (*reset)(void *data), void *data,
		      struct err *err);

/* Give up a dump that the callback did not read to its end: the socket is closed, and opened again when needed. */
void conversation_hang_up(struct conversation *c, enum nl_family family);

/*
 * The generic netlink family NAME, or NULL and ERR: -ENOENT means that the kernel does not have it, possibly because
 * its module is not loaded. Uses the batch. The kernel is asked only once, whatever the answer, which is out of date
 * after the module is loaded or removed: then call conversation_forget_generic(), which invalidates pointers to
 * families.
 */
const struct genl_family *conversation_generic(struct conversation *c, const char *name, struct err *err);
void conversation_forget_generic(struct conversation *c);

#endif
