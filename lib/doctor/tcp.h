/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: TCP connections through the tunnel, and what was lost of them. */
#ifndef SITCTL_DOCTOR_TCP_H
#define SITCTL_DOCTOR_TCP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doctor/causes.h"
#include "doctor/exam.h"
#include "doctor/tcperror.h"

#define TCP_PORT 80

/* One connection, in ms of loop_now(); 0: not yet. */
struct connection {
	int fd;
	uint16_t port; /* ours; 0: not begun */
	int64_t began, connected, asked;
	int64_t moved;	  /* when something came of it last: an acknowledgement, or more of the answer */
	unsigned int syn; /* of ours that were seen to leave; where nobody may watch, that the kernel sent */
	unsigned int syn_ack, wrong;
	uint32_t first;	      /* sequence number of the answer's first byte */
	size_t request;	      /* bytes */
	unsigned int before;  /* segments that were repeated until it was sent */
	unsigned int repeats; /* of the request, each of them because the one before was not acknowledged */
	size_t taken;	      /* bytes of the request that are acknowledged */
	bool acked;	      /* all of them are */
	size_t received;      /* bytes of the answer, in order */
	size_t seen;	      /* bytes of it as far as a segment came, with holes */
	bool closed;	      /* the other end has told that it sends no more */
	bool over;	      /* the kernel has no such connection any more */
	struct tcp_error error;
};

/*
 * What is tried with one target. WHOLE sends and takes segments as large as the tunnel's device lets it. Where it gets
 * stuck, SMALL does the same with segments that no IPv6 link may refuse: what that gets through and WHOLE does not is
 * lost for its size.
 */
struct trial {
	struct exam *e;
	unsigned int target; /* which of e->targets */
	struct in6_addr to;
	int64_t began;
	struct connection whole, small;
	bool heard;	      /* an empty segment of ours was answered */
	unsigned int unheard; /* how many were not */
};

/* Was any target named? Of the far end alone it is not known whether it has a server. */
bool tcp_named(const struct exam *e);

/* How many trials: without a target that was named there is the far end. */
unsigned int tcp_count(const struct exam *e);

/* Has the target itself answered, be it with a refusal? An ICMPv6 error is no answer. */
bool tcp_answered(const struct trial *t);

/* Where on the way is the one whose error ended the connection: HOP_HOST, HOP_WAY, HOP_FAR or HOP_BEYOND. */
enum hop tcp_error_place(const struct trial *t);
/* Did a connection to a target that was named end by an ICMPv6 error that came through the tunnel? */
bool tcp_error_came(const struct exam *e);

/* Did nothing of it leave this host? */
bool tcp_unsent(const struct trial *t);

/* What was lost, and is not explained by chance: see loss_explains(). */
bool tcp_ack_lost(const struct trial *t);  /* empty segments to the target */
bool tcp_data_lost(const struct trial *t); /* all that carry data to it */
bool tcp_out_lost(const struct trial *t);  /* large ones to it */
bool tcp_in_lost(const struct trial *t);   /* large ones from it */

#endif
