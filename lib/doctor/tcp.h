/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: open TCP connections through the tunnel, and see what is lost. */
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

/* One connection. Times are in ms of loop_now(); 0: not yet. */
struct connection {
	int fd;
	uint16_t port; /* our port; 0: not begun */
	int64_t began, connected, asked;
	int64_t moved;	  /* time of the last progress: an acknowledgement, or more of the answer */
	unsigned int syn; /* our SYNs that were seen leaving or, without a watch, that the kernel sent */
	unsigned int syn_ack, wrong;
	uint32_t first;	      /* sequence number of the answer's first byte */
	size_t request;	      /* bytes */
	unsigned int before;  /* segments repeated before it was sent */
	unsigned int repeats; /* of the request, because it was not acknowledged */
	size_t taken;	      /* acknowledged bytes of the request */
	bool acked;	      /* all of them are */
	bool refused;	      /* what carries it is answered, and nothing of it is taken */
	size_t received;      /* bytes of the answer, in order */
	size_t seen;	      /* bytes up to the last segment that arrived, including gaps */
	bool closed;	      /* the other end has closed its side */
	bool over;	      /* the kernel no longer has the connection */
	struct tcp_error error;
};

/*
 * The trial of one target. WHOLE uses segments as large as the tunnel's device allows. If it gets stuck, SMALL does the
 * same with segments that every IPv6 link must carry: what SMALL gets through and WHOLE does not is lost because of its
 * size.
 */
struct trial {
	struct exam *e;
	unsigned int target; /* which of e->targets */
	struct in6_addr to;
	int64_t began;
	struct connection whole, small;
	bool heard;	      /* an empty segment of ours was answered */
	unsigned int unheard; /* how many were not */
	bool again;	      /* WHOLE is the second one, since the first was refused */
};

/* Was a target named? The far end, which is used otherwise, need not have a server. */
bool tcp_named(const struct exam *e);

/* The number of trials; without a named target there is one, of the far end. */
unsigned int tcp_count(const struct exam *e);

/* Has the target itself answered, even if with a reset? An ICMPv6 error is not an answer. */
bool tcp_answered(const struct trial *t);

/* Where is the host whose error ended the connection: HOP_HOST, HOP_WAY, HOP_FAR or HOP_BEYOND. */
enum hop tcp_error_place(const struct trial *t);
/* Did an ICMPv6 error that came through the tunnel end a connection to a named target? */
bool tcp_error_came(const struct exam *e);

/* Did none of its SYNs leave this host? */
bool tcp_unsent(const struct trial *t);

/* What was lost in a way that chance does not explain (loss_explains()). */
bool tcp_ack_lost(const struct trial *t);  /* empty segments to the target */
bool tcp_data_lost(const struct trial *t); /* all segments with data to it */
bool tcp_out_lost(const struct trial *t);  /* large segments to it */
bool tcp_in_lost(const struct trial *t);   /* large segments from it */

#endif
