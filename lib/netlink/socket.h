/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: netlink sockets: requests with acknowledgements, dumps, errors in full. */
#ifndef SITCTL_NETLINK_SOCKET_H
#define SITCTL_NETLINK_SOCKET_H

#include "netlink/family.h"
#include "netlink/message.h"

#define NL_DUMP_TRIES 10 /* a dump disturbed more often than that is given up */

/*
 * A message that a multicast group sent, or NULL: some were lost, and a state that was kept up to date by them must be
 * read anew. It comes while the socket is read, so it must not use that socket.
 */
typedef void (*nl_event)(const struct nlmsghdr *nlh, void *data);

struct nl {
	struct mnl_socket *sock; /* NULL: not opened */
	uint32_t portid;
	uint32_t seq;
	char *buf;
	bool joined;	/* a group, any */
	nl_event event; /* NULL: what groups send is ignored */
	void *event_data;
};

/*
 * Open a socket of PROTOCOL with extended and capped acknowledgements, strict dump checking and a
 * bounded wait. 0 or a negative errno.
 */
int nl_open(struct nl *nl, const struct nl_protocol *protocol, struct err *err);
void nl_close(struct nl *nl);

/*
 * Send the batch and read every answer. Returns 0 when all were done, else the first refusal
 * as a negative errno, with err->code, err->kernel and batch->results filled in; err->step is
 * the caller's. With batch->lost, results with answered == false are unknown.
 */
int nl_send(struct nl *nl, struct nl_batch *batch, struct err *err);

typedef int (*nl_cb)(const struct nlmsghdr *nlh, void *data);

/* As nl_send(); data that is answered as well is given to CB. */
int nl_send_get(struct nl *nl, struct nl_batch *batch, nl_cb cb, void *data, struct err *err);

/*
 * As nl_send_get() for questions only, each answered with one message of data or a refusal: no
 * acknowledgement is asked for, whatever flags they were started with. Few enough at once that the
 * data fits a default receive buffer.
 */
int nl_get(struct nl *nl, struct nl_batch *batch, nl_cb cb, void *data, struct err *err);

/*
 * Send the one message in BATCH as a dump and give each answer to CB. When the dump was
 * disturbed (NLM_F_DUMP_INTR, EINTR, ENOBUFS) RESET is called and it starts again.
 */
int nl_dump(struct nl *nl, struct nl_batch *batch, nl_cb cb, void (*reset)(void *data), void *data, struct err *err);

/*
 * Join a multicast group: RTNLGRP_LINK and the like, or what genl_group() found. From then on its messages go to
 * nl->event, while a request is made, with those that had come before, and in nl_events(). Our own changes are told as
 * well, be it as the answer to NLM_F_ECHO, which the kernel sends instead (nlmsg_notify()). 0 or a negative errno.
 */
int nl_join(struct nl *nl, uint32_t group, struct err *err);

/*
 * Hand on what waits, of a flood a part, without waiting for more: for when the socket is readable. Answers to abandoned requests are
 * dropped. 0 or a negative errno: -EPERM for a message that somebody else than the kernel sent; the next call goes on
 * behind it.
 */
int nl_events(struct nl *nl, struct err *err);

/* One datagram's worth of answers; a pure function of its input but for STATE. For socket.c and tests. */
struct nl_reader {
	struct nl_batch *batch; /* whose sequence numbers are expected */
	nl_cb cb;
	void *data;
	bool by_data; /* one message of data answers a request */
	unsigned int answered;
	bool aborted;	/* a whole nf_tables batch was refused */
	bool done;	/* NLMSG_DONE seen */
	bool disturbed; /* NLM_F_DUMP_INTR seen */
	int code;	/* first refusal, positive errno */
};

/*
 * Read the messages in BUF that SENDER (a port id, the kernel's is 0) sent. 0, or -EBADMSG for
 * what is short or malformed, -EPERM for a foreign sender, or what CB returned.
 */
int nl_read(struct nl_reader *reader, const void *buf, size_t len, uint32_t sender);

/* The same for a datagram of a group, whose messages go to EVENT, if any: what is short or malformed is lost. 0 or -EPERM. */
int nl_read_events(nl_event event, void *data, const void *buf, size_t len, uint32_t sender);

#endif
