/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what a rule does that is searched for. */
#ifndef SITCTL_FILTERS_ACTION_H
#define SITCTL_FILTERS_ACTION_H

#include <stdbool.h>
#include <stddef.h>

struct expr;

/* What a rule does that is searched for. */
struct action {
	unsigned int hooks;		    /* bits, of enum nf_inet_hooks: in chains of these */
	bool (*does)(const struct expr *e); /* by an expression of nf_tables, */
	const char *targets[4];		    /* or by one of these of iptables, */
	const char *tables[2];		    /* which iptables-legacy has in these tables */
};

/* Is TARGET, in SIZE bytes, one of its targets? */
bool action_has_target(const struct action *action, const char *target, size_t size);

#endif
