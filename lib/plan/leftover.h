/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the steps that remove what is ours and no longer desired. */
#ifndef SITCTL_PLAN_LEFTOVER_H
#define SITCTL_PLAN_LEFTOVER_H

#include "plan/plan.h"
#include "plan/world.h"

int plan_leftover(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err);

#endif
