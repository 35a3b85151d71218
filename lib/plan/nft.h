/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the steps for the table `inet sitctl`. */
#ifndef SITCTL_PLAN_NFT_H
#define SITCTL_PLAN_NFT_H

#include "plan/plan.h"
#include "plan/world.h"

int plan_nft(struct plan *plan, const struct world *w, struct err *err);

#endif
