/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what comes from outside by other ways than netlink, all of it the fuzzer's bytes, which stay the caller's. */
#ifndef SITCTL_FUZZ_OUTSIDE_H
#define SITCTL_FUZZ_OUTSIDE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * The next packet that a socket receives, and the only one: struct packet_head, its control messages, its bytes. What
 * the packet leaves of a buffer is FILL: nobody ought to look at it.
 */
struct packet_head {
	uint8_t control; /* length of the control messages */
	uint8_t type;	 /* sll_pkttype of packet(7) */
	uint8_t source[4];
};

void socket_says(const uint8_t *data, size_t size, uint8_t fill);

/* The recvmsg() of such a socket, for common/kernel.c. */
ssize_t outside_recvmsg(struct msghdr *msg);

/*
 * Every table of iptables-legacy is there, and getsockopt() tells of it: struct ip6t_getinfo from valid_hooks on, then
 * the blob. As the kernel's, an answer has the size that was desired, except one that is too large to be read. The first
 * bit of num_entries: the table changes once while it is read.
 */
void tables_say(const uint8_t *data, size_t size);

/* The text of all files below /proc. Without, no file has what is looked for in it. */
void proc_says(const uint8_t *data, size_t size);

#endif
