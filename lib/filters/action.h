/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: an action, to search for rules that perform it. */
#ifndef SITCTL_FILTERS_ACTION_H
#define SITCTL_FILTERS_ACTION_H

#include <stdbool.h>
#include <stddef.h>

struct expr;

/* What the rules that we search for do. */
struct action {
	unsigned int hooks;		    /* bits of enum nf_inet_hooks: in chains of these hooks */
	bool (*does)(const struct expr *e); /* with an nf_tables expression, */
	const char *targets[4];		    /* or with one of these iptables targets, */
	const char *tables[2];		    /* which iptables-legacy allows in these tables */
};

/* Is TARGET, of SIZE bytes, one of its targets? */
bool action_has_target(const struct action *action, const char *target, size_t size);

#endif
