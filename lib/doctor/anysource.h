/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: send echo requests from any source address, even a foreign one; a watch sees the answers. */
#ifndef SITCTL_DOCTOR_ANYSOURCE_H
#define SITCTL_DOCTOR_ANYSOURCE_H

#include <netinet/in.h>
#include <stdint.h>

/* Open a socket that sends them through IFNAME. Returns a descriptor or a negative errno (EPERM: needs CAP_NET_RAW). */
int anysource_open(const char *ifname);

/* Send one request from SOURCE to TO. If TO is link-local, SCOPE is the index of its interface. */
void anysource_ask(int fd, const struct in6_addr *source, const struct in6_addr *to, uint32_t scope, uint16_t id,
		   uint16_t seq);

#endif
