/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what must hold for a pass of this host's NAT. */
#ifndef SITCTL_PLAN_NATRULES_H
#define SITCTL_PLAN_NATRULES_H

#include "plan/plan.h"
#include "plan/world.h"

/*
 * A nat pass: its addresses are not this host's, no other pass and no tunnel of this host has its
 * remote. The outside interface is found out where it is not given.
 */
int rule_nat(const struct world *w, struct spec *nat, struct err *err);

/* A tunnel of this host: its remote is not one whose packets are passed on. */
int rule_not_passed(const struct world *w, const struct spec *spec, struct err *err);

/* A note where the inside host cannot be reached. */
int warn_nat(struct plan *plan, const struct world *w, const struct spec *nat, struct err *err);

#endif
