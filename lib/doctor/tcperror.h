/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: how a TCP connection ended: by a refusal, or by an ICMPv6 error, and whose. */
#ifndef SITCTL_DOCTOR_TCPERROR_H
#define SITCTL_DOCTOR_TCPERROR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct tcp_error {
	int number;	      /* errno of the socket; 0: none */
	bool icmp;	      /* it came by ICMPv6, else it is the other end's, or the kernel's own */
	uint8_t type, code;   /* RFC 4443 */
	struct in6_addr from; /* who sent it */
};

/* Have FD keep who sends an error. 0 or a negative errno. */
int tcp_error_keep(int fd);

/* How the connection of FD ended: its error, which is then no longer pending, and of ICMPv6 the last one that came. */
struct tcp_error tcp_error_read(int fd);

/* What it says, in words: "no route", "prohibited"; of an error that is not ICMPv6 that of its number. */
const char *tcp_error_text(const struct tcp_error *error);

#endif
