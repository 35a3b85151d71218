/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: netlink sockets: requests with acknowledgements, dumps, errors in full. */
#ifndef SITCTL_NETLINK_SOCKET_H
#define SITCTL_NETLINK_SOCKET_H

#include "netlink/family.h"
#include "netlink/message.h"

#define NL_DUMP_TRIES 10 /* give up a dump that is disturbed that often */

/*
 * Called with a message of a multicast group, or with NULL if some were lost: state that is kept up to date by them
 * must then be read again. Called while the socket is read, so it must not use that socket.
 */
typedef void (*nl_event)(const struct nlmsghdr *nlh, void *data);

struct nl {
	struct mnl_socket *sock; /* NULL: not opened */
	uint32_t portid;
	uint32_t seq;
	char *buf;
	bool joined;	/* to any group */
	nl_event event; /* NULL: ignore messages of groups */
	void *event_data;
};

/*
 * Open a socket of PROTOCOL with extended and capped acknowledgements, strict dump checking and a
 * receive timeout. 0 or a negative errno.
 */
int nl_open(struct nl *nl, const struct nl_protocol *protocol, struct err *err);
void nl_close(struct nl *nl);

/*
 * Send the batch and read every answer. Returns 0 if all succeeded, else the first refusal as a
 * negative errno, with err->code, err->kernel and batch->results filled in; the caller sets
 * err->step. With batch->lost, results with answered == false are unknown.
 */
int nl_send(struct nl *nl, struct nl_batch *batch, struct err *err);

typedef int (*nl_cb)(const struct nlmsghdr *nlh, void *data);

/* Like nl_send(), and passes any data in the answers to CB. */
int nl_send_get(struct nl *nl, struct nl_batch *batch, nl_cb cb, void *data, struct err *err);

/*
 * Like nl_send_get(), for queries only, each answered with one message of data or a refusal: no
 * acknowledgement is requested, whatever flags they were started with. Send only as many at a time
 * as have answers that fit into a default receive buffer.
 */
int nl_get(struct nl *nl, struct nl_batch *batch, nl_cb cb, void *data, struct err *err);

/*
 * Send the one message in BATCH as a dump and pass each answer to CB. If the dump was disturbed
 * (NLM_F_DUMP_INTR, EINTR, ENOBUFS), call RESET and start again.
 */
int nl_dump(struct nl *nl, struct nl_batch *batch, nl_cb cb, void (*reset)(void *data), void *data, struct err *err);

/*
 * Join a multicast group: RTNLGRP_LINK and the like, or one found by genl_group(). From then on its messages go to
 * nl->event, both in nl_events() and during a request, which also delivers those that are waiting. Our own changes are
 * reported too, or instead as the answer to NLM_F_ECHO (nlmsg_notify()). 0 or a negative errno.
 */
int nl_join(struct nl *nl, uint32_t group, struct err *err);

/*
 * Deliver the waiting events, or part of a flood, without waiting for more: for when the socket is readable. Answers to
 * abandoned requests are dropped. 0 or a negative errno: -EPERM for a message that the kernel did not send; the next
 * call continues after it.
 */
int nl_events(struct nl *nl, struct err *err);

/* Reads the answers in one datagram. For socket.c and tests. */
struct nl_reader {
	struct nl_batch *batch; /* whose sequence numbers are expected */
	nl_cb cb;
	void *data;
	bool by_data; /* one message of data completes a request */
	unsigned int answered;
	bool aborted;	/* a whole nf_tables batch was refused */
	bool done;	/* NLMSG_DONE seen */
	bool disturbed; /* NLM_F_DUMP_INTR seen */
	int code;	/* first refusal, positive errno */
};

/*
 * Read the messages in BUF from SENDER (a port id; the kernel's is 0). 0, -EBADMSG for a short or
 * malformed message, -EPERM for a foreign sender, or what CB returned.
 */
int nl_read(struct nl_reader *reader, const void *buf, size_t len, uint32_t sender);

/* The same for a datagram of a group, whose messages go to EVENT: a malformed one counts as lost. 0 or -EPERM. */
int nl_read_events(nl_event event, void *data, const void *buf, size_t len, uint32_t sender);

#endif
