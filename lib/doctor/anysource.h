/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: ask for an echo from any source address, this host's or not: the answer is to be watched for. */
#ifndef SITCTL_DOCTOR_ANYSOURCE_H
#define SITCTL_DOCTOR_ANYSOURCE_H

#include <netinet/in.h>
#include <stdint.h>

/* A socket for them, which leave by IFNAME. A descriptor, or a negative errno (EPERM: needs CAP_NET_RAW). */
int anysource_open(const char *ifname);

/* One request from SOURCE to TO; SCOPE is the index of the interface where TO is link-local. */
void anysource_ask(int fd, const struct in6_addr *source, const struct in6_addr *to, uint32_t scope, uint16_t id,
		   uint16_t seq);

#endif
