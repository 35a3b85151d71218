/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what must be true of a pass of this host's NAT. */
#ifndef SITCTL_PLAN_NATRULES_H
#define SITCTL_PLAN_NATRULES_H

#include "plan/plan.h"
#include "plan/world.h"

/*
 * Check a nat pass: its addresses must not be this host's, and no other pass or tunnel of this host
 * may have its remote. Determines the outside interface if it is not given.
 */
int rule_nat(const struct world *w, struct spec *nat, struct err *err);

/* Check a tunnel of this host: its remote must not be one whose packets are passed on. */
int rule_not_passed(const struct world *w, const struct spec *spec, struct err *err);

/* Add a note if the inside host cannot be reached. */
int warn_nat(struct plan *plan, const struct world *w, const struct spec *nat, struct err *err);

#endif
