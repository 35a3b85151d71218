/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: would a filter of somebody else drop what this host shall forward, or take in? Asked, never changed. */
#ifndef SITCTL_FILTERS_FILTERS_H
#define SITCTL_FILTERS_FILTERS_H

#include "filters/action.h"
#include "filters/flow.h"
#include "kernel/conversation.h"

/*
 * Rules are understood that match interfaces, addresses, protocols, connection state and sets of
 * these; any other one concerns only a part of the traffic and is passed over. 0 and *FOUND with
 * the first barrier, or a negative errno and ERR.
 */
int filters_barrier(struct conversation *c, const struct flow *flow, struct barrier *barrier, bool *found,
		    struct err *err);

/*
 * Does a rule of somebody else do it to FLOW, whose hook is no matter, or to some packets of it? 0
 * and *FOUND, or a negative errno and ERR.
 */
int filters_action(struct conversation *c, const struct action *action, const struct flow *flow, bool *found,
		   struct err *err);

#endif
