/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: which IPv4 addresses cannot be a tunnel's far end, as seen from this host. */
#ifndef SITCTL_PLAN_FAREND_H
#define SITCTL_PLAN_FAREND_H

#include "plan/world.h"
#include "spec/resolve.h"

/*
 * Choose the address of spec->host, if it has one, from its ANSWERS: the one that BEFORE (or NULL) has for the same
 * name, else the first; but not one that this host refuses, unless there is no other.
 */
void far_end_choose(const struct snapshot *s, struct spec *spec, const struct spec *before,
		    const struct answers *answers);

/*
 * The remote of SPEC, and the `to` of a nat pass, must be another host: not an address of this host, not a network or
 * broadcast address of one of its subnets, and not one that addr4_not_far_end() refuses. 0, or -EINVAL and ERR.
 */
int rule_far_end(const struct snapshot *s, const struct spec *spec, struct err *err);

#endif
