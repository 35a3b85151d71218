/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the steps for what this host's NAT passes on. */
#ifndef SITCTL_PLAN_NAT_H
#define SITCTL_PLAN_NAT_H

#include "plan/plan.h"
#include "plan/world.h"

int plan_passed(struct plan *plan, const struct world *w, const struct spec *nat, struct err *err);
int plan_unpassed(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err);

#endif
