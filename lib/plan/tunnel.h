/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the steps that make one tunnel what is desired. */
#ifndef SITCTL_PLAN_TUNNEL_H
#define SITCTL_PLAN_TUNNEL_H

#include "plan/plan.h"
#include "plan/world.h"

/* The parts of plan_build(): each appends its steps. */
int plan_tunnel(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err);

#endif
