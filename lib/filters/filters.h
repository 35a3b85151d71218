/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: would a foreign filter drop what this host is to forward or accept? Filters are read, never changed. */
#ifndef SITCTL_FILTERS_FILTERS_H
#define SITCTL_FILTERS_FILTERS_H

#include "filters/action.h"
#include "filters/flow.h"
#include "filters/nftrules.h"
#include "filters/xtables.h"

/*
 * How many chains and rules are read: when a tunnel is set up, which should not take twice as long because of this, and
 * when looking for a fault.
 */
#define FILTERS_GLANCE 300
#define FILTERS_THOROUGH 200000

/* What was read of foreign rules. */
struct filters {
	struct nftrules nft;
	struct xtables legacy;
};

/* Prepare to read at most MOST chains and rules through C. Nothing is read yet. Ends with filters_end(). */
void filters_begin(struct filters *f, struct conversation *c, unsigned int most);
void filters_end(struct filters *f);

/* Were there more rules than could be read? Then there may be barriers that were not found. */
bool filters_unknown(const struct filters *f);

/*
 * Find what drops FLOW. Rules that match interfaces, addresses, protocols, connection state and
 * sets of these are understood; any other rule concerns only part of the traffic and is ignored. 0
 * and *FOUND with the first barrier, or a negative errno and ERR.
 */
int filters_barrier(struct filters *f, const struct flow *flow, struct barrier *barrier, bool *found, struct err *err);

/*
 * Does a foreign rule perform ACTION on FLOW, whose hook is ignored, or on some of its packets? 0
 * and *FOUND, or a negative errno and ERR.
 */
int filters_action(struct filters *f, const struct action *action, const struct flow *flow, bool *found,
		   struct err *err);

#endif
