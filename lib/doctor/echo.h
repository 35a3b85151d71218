/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: send echo requests over IPv4, or over IPv6 through an interface (RFC 792, RFC 4443). */
#ifndef SITCTL_DOCTOR_ECHO_H
#define SITCTL_DOCTOR_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>

/*
 * Open a socket for echo requests: a raw one or, if that is not allowed, a ping socket (net.ipv4.ping_group_range);
 * *RAW says which. IFNAME: the only interface to send through, or NULL. SIZED: also send packets larger than the
 * learned path MTU. MARK: use the route of packets with that mark. Returns a descriptor or a negative errno.
 */
int echo_open4(uint32_t mark, bool *raw);
int echo_open6(const char *ifname, bool sized, bool *raw);

/* Send from SOURCE if this host has that address, else from an address that the kernel selects. */
void echo_from6(int fd, const struct in6_addr *source);

/* Send a request with ID (a ping socket uses its own) and SEQ; LEN is the length of the data. 0 or a negative errno. */
int echo_send4(int fd, struct in_addr to, uint16_t id, uint16_t seq);
int echo_send6(int fd, const struct in6_addr *to, uint16_t id, uint16_t seq, size_t len);

/* Read one packet. Returns true if it is an answer to ID (ignored if not RAW); its sequence number is then in *SEQ. */
bool echo_receive4(int fd, bool raw, struct in_addr from, uint16_t id, uint16_t *seq);
bool echo_receive6(int fd, bool raw, uint16_t id, uint16_t *seq);

#endif
