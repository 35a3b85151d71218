/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: watch the packets of an interface in both directions without touching them (packet(7)). */
#ifndef SITCTL_DOCTOR_WATCH_H
#define SITCTL_DOCTOR_WATCH_H

#include <net/if.h>
#include <sys/socket.h>

#include "base/loop.h"
#include "doctor/frame.h"

#define WATCH_VIEWERS 6

struct view {
	struct frame frame;
	bool outgoing;
	uint32_t index;	     /* of the interface */
	bool checksum_known; /* false if the hardware has yet to write it, or has verified it */
};

struct watch {
	int fd; /* -1: not open */
	struct {
		void (*see)(const struct view *v, void *data);
		void *data;
	} viewers[WATCH_VIEWERS];
	unsigned int n_viewers;
};

/*
 * What a watch sees: all packets (on a tunnel's device or an uplink) or, with V4, of IPv4 only ICMP and protocol 41
 * that is from or to REMOTE or has the inner source FAR.
 */
struct watch_filter {
	bool v4;
	struct in_addr remote;
	const struct in6_addr *far; /* NULL: any */
};

/* Watch the interface INDEX (0: all) in LOOP, in the background. 0, or a negative errno (EPERM: needs CAP_NET_RAW). */
int watch_open(struct watch *w, struct loop *loop, uint32_t index, const struct watch_filter *filter);
void watch_close(struct watch *w);

/* Have SEE called with each packet. */
void watch_add(struct watch *w, void (*see)(const struct view *v, void *data), void *data);

/*
 * Can the checksum of the packet that came with the control messages of M be verified? Not if it is not written yet, or
 * if the hardware has verified it. For watch.c and tests.
 */
bool watch_checksum_known(struct msghdr *m);

#endif
