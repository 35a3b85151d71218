/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the plan for some tunnels and everything that is shared. */
#ifndef SITCTL_PLAN_BUILD_H
#define SITCTL_PLAN_BUILD_H

#include "plan/plan.h"
#include "plan/world.h"

/*
 * Plan the steps from what the kernel has to what is desired, for the tunnels in SCOPE and
 * everything that is shared. Empty: nothing to do. 0, or a negative errno and ERR (with err->usage
 * if a word is wrong). Ends with plan_free(), also after an error.
 */
int plan_build(struct plan *plan, const struct world *of, const struct scope *scope, struct err *err);

#endif
