/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: which IPv4 addresses cannot be a tunnel's other end, as seen from this host. */
#ifndef SITCTL_PLAN_FAREND_H
#define SITCTL_PLAN_FAREND_H

#include "plan/world.h"
#include "spec/resolve.h"

/*
 * Take the address of spec->host, if there is one, out of its ANSWERS: the one that BEFORE (or NULL) has for the same
 * name, else the first; but none that this host refuses, as long as there is another.
 */
void far_end_choose(const struct snapshot *s, struct spec *spec, const struct spec *before,
		    const struct answers *answers);

/*
 * The remote of SPEC, and a nat pass's `to`, is another host: no address of this one, no network or broadcast address of
 * a subnet of this host, and none that addr4_not_far_end() refuses. 0, or -EINVAL and ERR.
 */
int rule_far_end(const struct snapshot *s, const struct spec *spec, struct err *err);

#endif
