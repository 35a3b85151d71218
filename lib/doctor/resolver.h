/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the resolver says of a name, asked by a process of its own, as it may take long. */
#ifndef SITCTL_DOCTOR_RESOLVER_H
#define SITCTL_DOCTOR_RESOLVER_H

#include <netinet/in.h>
#include <stdbool.h>

#include "spec/resolve.h"

struct exam;

/* What the process found, as it writes it. */
struct resolved {
	bool has4, has6;
	bool first_is4; /* of what getaddrinfo() gives for both */
	bool failed;	/* the resolver itself could not be asked */
	struct in_addr addr4;
	struct in6_addr addr6;
	struct in_addr all4[ANSWERS_MAX];
	unsigned int n4;
};

/* One target that is a name; of one that is an address HOST is NULL. */
struct lookup {
	struct exam *e;
	const char *host;
	int fd, child;
	bool done; /* it has answered, or its time is up */
	struct resolved found;
};

#endif
