/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: do a plan, and undo what was done if a step is refused. */
#ifndef SITCTL_PLAN_APPLY_H
#define SITCTL_PLAN_APPLY_H

#include "plan/plan.h"
#include "state/snapshot.h"

/*
 * Do the steps in order, then call plan->finish. After a refusal the steps before it are undone in reverse order; ERR
 * says which was refused and why, and whether something could not be undone. 0 or a negative errno.
 */
int plan_apply(struct plan *plan, struct conversation *c, const struct snapshot *s, struct err *err);

#endif
