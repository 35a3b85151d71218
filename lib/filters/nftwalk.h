/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a packet through the nf_tables rules of others. */
#ifndef SITCTL_FILTERS_NFTWALK_H
#define SITCTL_FILTERS_NFTWALK_H

#include "filters/action.h"
#include "filters/flow.h"
#include "filters/nftrules.h"

/*
 * What drops FLOW in the base chains of its hook: 0 and *FOUND with the first BARRIER, *OTHERS where there was
 * such a chain at all; or a negative errno and ERR. RULES->unknown: a bound was met, and so what was not found may be there.
 */
int nftwalk_barrier(struct nftrules *rules, const struct flow *flow, struct barrier *barrier, bool *found, bool *others,
		    struct err *err);

/* Does a rule do ACTION to FLOW, or to some packets of it? As above. */
int nftwalk_action(struct nftrules *rules, const struct action *action, const struct flow *flow, bool *found,
		   struct err *err);

#endif
