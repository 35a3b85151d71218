/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: doing a plan, and undoing what was done when a step is refused. */
#ifndef SITCTL_PLAN_APPLY_H
#define SITCTL_PLAN_APPLY_H

#include "plan/plan.h"
#include "state/snapshot.h"

/*
 * Do the steps in order, then plan->finish. On a refusal the steps before it are undone backwards;
 * ERR says which was refused and why, and whether something could not be undone. 0 or a negative errno.
 */
int plan_apply(struct plan *plan, struct conversation *c, const struct snapshot *s, struct err *err);

#endif
