/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: everything that a plan is made from. */
#ifndef SITCTL_PLAN_WORLD_H
#define SITCTL_PLAN_WORLD_H

#include "kernel/path.h"
#include "state/journal.h"

/* Which tunnels a plan is about; all others stay as they are. */
struct scope {
	enum role role;	  /* ROLE_CLIENT, ROLE_PEER or ROLE_NAT: the one named; ROLE_SERVER: all peers */
	const char *name; /* for ROLE_NAT "": all passes */
};

/* How this host forwards (kernel-dependent, see forwarding.c). */
enum forwarding_mode {
	FORWARDING_GIVEN, /* all.forwarding is 1, not set by us */
	FORWARDING_FORCE, /* force_forwarding per interface, Linux 6.17 */
	FORWARDING_ALL,	  /* all.forwarding, set by us */
};

/* Everything that a plan is made from. */
struct world {
	struct conversation *c;
	const struct snapshot *s;
	const struct journal *j;	/* its `desired` is what was desired before */
	const struct desired *desired;	/* what is desired now */
	const struct scope *scope;	/* of the current plan, set by plan_build() */
	enum forwarding_mode mode;	/* of the host, set by plan_build() */
	const struct path_query *paths; /* to the remote of each desired tunnel, or NULL: wanted_link() looks one up */
	const struct rivals *rivals;	/* for rule_peer(), which otherwise checks each address */
	uint32_t adopt;			/* a foreign device that the tunnel in scope takes over, or 0 */
};

#endif
