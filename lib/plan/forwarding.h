/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the sysctls that all tunnels share. */
#ifndef SITCTL_PLAN_FORWARDING_H
#define SITCTL_PLAN_FORWARDING_H

#include "plan/plan.h"
#include "plan/world.h"

int plan_sysctls(struct plan *plan, const struct world *w, struct err *err);

/* How this host forwards now, or is to forward. */
enum forwarding_mode forwarding_mode(const struct journal *j);

#endif
