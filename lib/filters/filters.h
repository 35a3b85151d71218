/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: would a filter of somebody else drop what this host shall forward, or take in? Asked, never changed. */
#ifndef SITCTL_FILTERS_FILTERS_H
#define SITCTL_FILTERS_FILTERS_H

#include "filters/action.h"
#include "filters/flow.h"
#include "filters/nftrules.h"
#include "filters/xtables.h"

/*
 * How many chains and rules are read: by who only makes a tunnel, which shall not take twice as long for it, and by
 * who looks for a fault.
 */
#define FILTERS_GLANCE 300
#define FILTERS_THOROUGH 200000

/* What was read of others' rules. */
struct filters {
	struct nftrules nft;
	struct xtables legacy;
};

/* Begin to look at them by C, at most MOST chains and rules. Nothing is asked yet. Ends with filters_end(). */
void filters_begin(struct filters *f, struct conversation *c, unsigned int most);
void filters_end(struct filters *f);

/* Was there more than could be looked at? Then what none of the questions so far found may be there. */
bool filters_unknown(const struct filters *f);

/*
 * Rules are understood that match interfaces, addresses, protocols, connection state and sets of
 * these; any other one concerns only a part of the traffic and is passed over. 0 and *FOUND with
 * the first barrier, or a negative errno and ERR.
 */
int filters_barrier(struct filters *f, const struct flow *flow, struct barrier *barrier, bool *found, struct err *err);

/*
 * Does a rule of somebody else do it to FLOW, whose hook is no matter, or to some packets of it? 0
 * and *FOUND, or a negative errno and ERR.
 */
int filters_action(struct filters *f, const struct action *action, const struct flow *flow, bool *found,
		   struct err *err);

#endif
