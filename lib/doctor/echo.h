/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: ask for an echo, over IPv4 or through an interface over IPv6 (RFC 792, RFC 4443). */
#ifndef SITCTL_DOCTOR_ECHO_H
#define SITCTL_DOCTOR_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>

/*
 * A socket for echos, raw, or where that is not allowed the kernel's own (net.ipv4.ping_group_range);
 * *RAW tells which. IFNAME: leaves by it only, or NULL. SIZED: sends what is larger than the learned
 * path MTU as well. MARK: takes the route of packets with that mark. A descriptor, or a negative errno.
 */
int echo_open4(uint32_t mark, bool *raw);
int echo_open6(const char *ifname, bool sized, bool *raw);

/* Send from SOURCE, where it is an address of this host; else from one that the kernel takes. */
void echo_from6(int fd, const struct in6_addr *source);

/* Send a request with ID (the kernel's own socket has another) and SEQ; LEN is that of the data. 0 or a negative errno. */
int echo_send4(int fd, struct in_addr to, uint16_t id, uint16_t seq);
int echo_send6(int fd, const struct in6_addr *to, uint16_t id, uint16_t seq, size_t len);

/* Read one packet. True where it is an answer to ID (not looked at where it is not RAW); its number is in *SEQ. */
bool echo_receive4(int fd, bool raw, struct in_addr from, uint16_t id, uint16_t *seq);
bool echo_receive6(int fd, bool raw, uint16_t id, uint16_t *seq);

#endif
