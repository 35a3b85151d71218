/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: resolve a name in a separate process, because that may take long. */
#ifndef SITCTL_DOCTOR_RESOLVER_H
#define SITCTL_DOCTOR_RESOLVER_H

#include <netinet/in.h>
#include <stdbool.h>

#include "spec/resolve.h"

struct exam;

/* What the process found and writes. */
struct resolved {
	bool has4, has6;
	bool first_is4; /* getaddrinfo() returns an IPv4 address first */
	bool failed;	/* the resolver itself did not work */
	struct in_addr addr4;
	struct in6_addr addr6;
	struct in_addr all4[ANSWERS_MAX];
	unsigned int n4;
};

/* One target. HOST is NULL if the target is an address. */
struct lookup {
	struct exam *e;
	const char *host;
	int fd, child;
	bool done; /* it has answered, or its time has run out */
	struct resolved found;
};

#endif
