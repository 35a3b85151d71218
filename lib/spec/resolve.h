/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the host name of a remote, and its IPv4 addresses. */
#ifndef SITCTL_SPEC_RESOLVE_H
#define SITCTL_SPEC_RESOLVE_H

#include "spec/spec.h"

/* The IPv4 addresses of a host name, up to this many. */
#define ANSWERS_MAX 16

struct answers {
	unsigned int n;
	struct in_addr addrs[ANSWERS_MAX];
};

/*
 * Resolve spec->host, if there is one, to its IPv4 addresses; spec->remote becomes the first.
 * 0, or a negative errno and ERR.
 */
int spec_resolve(struct spec *spec, struct answers *answers, struct err *err);

/* Keep the address that the same name had BEFORE, if it is still one of its ANSWERS. */
void spec_keep_remote(struct spec *spec, const struct spec *before, const struct answers *answers);

#endif
