/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what a plan wants: the device with its MTU, which tunnels are in scope, what will be removed. */
#ifndef SITCTL_PLAN_WANTED_H
#define SITCTL_PLAN_WANTED_H

#include "plan/world.h"

/* Will the plan remove the device, because its tunnel has another one now, or is no longer desired? */
bool link_leaves(const struct world *w, const struct link *link);

/* Is the tunnel of ROLE and NAME in SCOPE? */
bool in_scope(const struct scope *scope, enum role role, const char *name);

/* The device of SPEC (effective), with its MTU determined, and its alias in ALIAS. 0, or a negative errno and ERR. */
int wanted_link(const struct world *w, const struct spec *spec, struct link *out, char alias[ALIAS_SIZE],
		struct err *err);

/* Its MTU alone. */
int wanted_mtu(const struct world *w, const struct spec *spec, uint32_t *mtu, struct err *err);

/* Does any desired tunnel need this object, which is not on its own device? */
bool desired_has_neigh(const struct world *w, const struct neigh *n);

#endif
