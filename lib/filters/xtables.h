/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the rules of iptables-legacy, which nf_tables does not show. */
#ifndef SITCTL_FILTERS_XTABLES_H
#define SITCTL_FILTERS_XTABLES_H

#include "filters/action.h"
#include "filters/flow.h"
#include "base/err.h"

struct ip6t_getinfo;
struct ip6t_get_entries;

#define XTABLES 3 /* tables that may drop */

/* Those tables of each family, once they are needed. */
struct xtables {
	unsigned int most; /* most rules of a table that are read */
	bool looked[2];	   /* which tables exist, */
	bool there[2][XTABLES];
	bool unknown; /* a table had more rules */
	struct {
		bool asked;
		struct ip6t_getinfo *info;
		struct ip6t_get_entries *entries; /* NULL: it does not exist, or is too large */
	} tables[2][XTABLES];
};

/* Prepare to read tables of at most MOST rules. Nothing is read yet. Ends with xtables_end(). */
void xtables_begin(struct xtables *x, unsigned int most);
void xtables_end(struct xtables *x);

/* Is there an iptables-legacy table that may drop FLOW at its hook? */
bool xtables_there(struct xtables *x, const struct flow *flow);

/* Does one of them drop it? Creates no missing table. 0, *FOUND and BARRIER, or a negative errno and ERR. */
int xtables_barrier(struct xtables *x, const struct flow *flow, struct barrier *barrier, bool *found, struct err *err);

/*
 * Does a rule in the tables of ACTION perform it? Rules in base chains of other hooks do not count;
 * jumps to user-defined chains are not examined. 0 and *FOUND, or a negative errno and ERR.
 */
int xtables_action(struct xtables *x, const struct action *action, const struct flow *flow, bool *found,
		   struct err *err);

#endif
