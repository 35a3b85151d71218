/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: walk foreign nf_tables rules with a packet. */
#ifndef SITCTL_FILTERS_NFTWALK_H
#define SITCTL_FILTERS_NFTWALK_H

#include "filters/action.h"
#include "filters/flow.h"
#include "filters/nftrules.h"

/*
 * What drops FLOW in the base chains of its hook: 0 and *FOUND with the first BARRIER, *OTHERS if there was any such
 * chain; or a negative errno and ERR. RULES->unknown: a limit was reached, so there may be more than was found.
 */
int nftwalk_barrier(struct nftrules *rules, const struct flow *flow, struct barrier *barrier, bool *found, bool *others,
		    struct err *err);

/* Does a rule perform ACTION on FLOW, or on some of its packets? As above. */
int nftwalk_action(struct nftrules *rules, const struct action *action, const struct flow *flow, bool *found,
		   struct err *err);

#endif
