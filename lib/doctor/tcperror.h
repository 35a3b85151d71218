/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: how a TCP connection ended: by a reset, or by an ICMPv6 error, and who sent it. */
#ifndef SITCTL_DOCTOR_TCPERROR_H
#define SITCTL_DOCTOR_TCPERROR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct tcp_error {
	int number;	      /* errno of the socket; 0: none */
	bool icmp;	      /* an ICMPv6 error; else the other end's reset, or the kernel's own error */
	uint8_t type, code;   /* RFC 4443 */
	struct in6_addr from; /* who sent it */
};

/* Have FD record who sends an error. 0 or a negative errno. */
int tcp_error_keep(int fd);

/* Read how the connection of FD ended: its pending error, which this clears, and the last ICMPv6 error. */
struct tcp_error tcp_error_read(int fd);

/* The error in words, such as "no route" or "prohibited"; strerror() if it is not ICMPv6. */
const char *tcp_error_text(const struct tcp_error *error);

#endif
