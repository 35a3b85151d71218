/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the steps that take over the routes of a foreign tunnel. */
#ifndef SITCTL_PLAN_ADOPTED_H
#define SITCTL_PLAN_ADOPTED_H

#include "plan/plan.h"
#include "plan/world.h"

/* Plan the steps that make its routes ours, while others carry the traffic; part of plan_tunnel(). */
int plan_adopted(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err);

#endif
