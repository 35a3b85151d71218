/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the rules of iptables-legacy, which nf_tables does not show. */
#ifndef SITCTL_FILTERS_XTABLES_H
#define SITCTL_FILTERS_XTABLES_H

#include "filters/action.h"
#include "filters/flow.h"
#include "base/err.h"

/* Is the table `filter` of iptables-legacy there? */
bool xtables_there(const struct flow *flow);

/* The same for the table `filter` of iptables-legacy, if it is there: asking must not make it. */
int xtables_barrier(const struct flow *flow, struct barrier *barrier, bool *found, struct err *err);

/*
 * Is there one in the tables of iptables-legacy? In base chains of other hooks it does
 * not count; what leads to a chain of the user's is not looked at. As above.
 */
int xtables_action(const struct action *action, const struct flow *flow, bool *found, struct err *err);

/* The same of the blob of ENTRIES, SIZE bytes, with the bounds of its base chains. For xtables.c and tests. */
struct ip6t_getinfo;
bool xtables_does(const struct action *action, const struct flow *flow, const void *entries, size_t size,
		  const struct ip6t_getinfo *info);

/*
 * Does the blob of ENTRIES, SIZE bytes, drop FLOW from *ENTRY on? UNDERFLOW is the entry
 * that holds the policy; *POLICY tells whether it was that one. 1 and *ENTRY is the rule that drops,
 * 0, or -ENOMEM. For xtables.c and tests.
 */
int xtables_drops(const struct flow *flow, const void *entries, size_t size, size_t *entry, size_t underflow,
		  bool *policy);

#endif
