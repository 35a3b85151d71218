/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what a plan wants of the world: the device with its MTU, who is in scope, what leaves. */
#ifndef SITCTL_PLAN_WANTED_H
#define SITCTL_PLAN_WANTED_H

#include "plan/world.h"

/* Is the device one of a tunnel that has another one now, or has gone: will the plan remove it? */
bool link_leaves(const struct world *w, const struct link *link);

/* Is the tunnel of ROLE and NAME in SCOPE? */
bool in_scope(const struct scope *scope, enum role role, const char *name);

/* The device of SPEC (effective), with its MTU found out, its alias in ALIAS. 0, or a negative errno and ERR. */
int wanted_link(const struct world *w, const struct spec *spec, struct link *out, char alias[ALIAS_SIZE],
		struct err *err);

/* Its MTU alone. */
int wanted_mtu(const struct world *w, const struct spec *spec, uint32_t *mtu, struct err *err);

/* Does any tunnel that is desired have this object of a shared place? */
bool desired_has_neigh(const struct world *w, const struct neigh *n);

#endif
