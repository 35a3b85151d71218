/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: look at the packets of an interface, both ways, without touching them (packet(7)). */
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
	bool checksum_known; /* not one that the hardware was still to write, or has checked */
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
 * What a watch lets through: all IPv6 (a tunnel's device, an uplink), or of IPv4 ICMP and protocol
 * 41 that is from or to REMOTE or has the inner source FAR.
 */
struct watch_filter {
	bool v4;
	struct in_addr remote;
	const struct in6_addr *far; /* NULL: any */
};

/* Watch the interface INDEX (0: all of them) in LOOP, in the background. 0, or a negative errno (EPERM: needs CAP_NET_RAW). */
int watch_open(struct watch *w, struct loop *loop, uint32_t index, const struct watch_filter *filter);
void watch_close(struct watch *w);

/* Have SEE called with each packet. */
void watch_add(struct watch *w, void (*see)(const struct view *v, void *data), void *data);

/*
 * Does the packet that came with the control messages of M tell of its checksum? Not of one that is not written yet, or
 * that the hardware found right. For watch.c and tests.
 */
bool watch_checksum_known(struct msghdr *m);

#endif
