/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the ordered difference between what was told and what the kernel has. */
#ifndef SITCTL_PLAN_H
#define SITCTL_PLAN_H

#include "journal.h"
#include "kind.h"
#include "snapshot.h"
#include "told.h"

/*
 * Steps are done in this order. What protects comes before what it protects: accept_ra=2
 * before forwarding, NOTRACK before the device, the device up before its routes; new before
 * stale, so that traffic goes on; former values last.
 */
enum phase {
	PHASE_ACCEPT_RA,
	PHASE_FORWARDING, /* and proxy_ndp */
	PHASE_NFT,
	PHASE_CONNTRACK,  /* entries from before NOTRACK, which would stand until their time-out */
	PHASE_LINK_STALE, /* a device under a name that is no longer wanted: it holds the endpoints */
	PHASE_LINK_PARK,  /* a device whose endpoints another one is to have */
	PHASE_LINK,
	PHASE_LINK_SYSCTL,
	/*
	 * Before addresses: for each device that comes up the kernel walks all routes (__fib6_clean_all(),
	 * net/ipv6/ip6_fib.c), and each address brings some.
	 */
	PHASE_LINK_UP,
	PHASE_ADDR_LENGTH, /* the address that comes next with another length */
	PHASE_ADDR,
	PHASE_ROUTE_MOVED, /* a route whose prefix goes to another tunnel: the kernel has it only once */
	PHASE_ROUTE,
	PHASE_NEIGH,
	PHASE_STALE_NEIGH,
	PHASE_STALE_ROUTE,
	PHASE_STALE_ADDR,
	PHASE_LINK_DEL,
	PHASE_NFT_DEL,
	PHASE_CONNTRACK_DEL, /* translations that no rule asks for any more */
	PHASE_RESTORE_FORWARDING,
	PHASE_RESTORE_ALL, /* what restoring all.forwarding overwrote */
	PHASE_RESTORE_ACCEPT_RA,
};

#define NOTE_SIZE 2048

struct plan {
	struct step *steps;
	size_t n, room;
	struct nft_table nft_was, nft_want; /* own the arrays that steps point to */
	char (*notes)[NOTE_SIZE];	    /* for stderr: nothing is wrong, but the user should know */
	size_t n_notes;
	char (*pins)[SYSCTL_KEY_SIZE]; /* interfaces whose forwarding=1 is not ours: kept at restore */
	size_t n_pins;
	char (*drops)[SYSCTL_KEY_SIZE]; /* journaled sysctls that nothing needs any more */
	size_t n_drops;
	bool undo_failed;			 /* by plan_apply(): the journal must remember */
	void (*progress)(size_t done, size_t n); /* told of steps that are done; may be NULL */
	/* By plan_apply() when all steps are done; what it refuses undoes them. May be NULL. */
	int (*finish)(void *data, struct err *err);
	void *data; /* of finish */
};

/* Which tunnels a plan is about; all others are left as they are. */
struct scope {
	enum role role; /* ROLE_CLIENT or ROLE_PEER: the one named; ROLE_SERVER: all peers */
	const char *name;
};

/* How this host forwards (kernel-dependent, see forwarding.c). */
enum forwarding_mode {
	FORWARDING_GIVEN, /* all.forwarding is 1, and not by us */
	FORWARDING_FORCE, /* force_forwarding per interface, Linux 6.17 */
	FORWARDING_ALL,	  /* all.forwarding, by us */
};

/* All that a plan is made from. */
struct world {
	struct conversation *c;
	const struct snapshot *s;
	const struct journal *j;	/* its told is what was told before */
	const struct told *told;	/* what is told now */
	const struct scope *scope;	/* of the plan that is made, by plan_build() */
	enum forwarding_mode mode;	/* of the host, by plan_build() */
	const struct path_query *paths; /* to the remote of each tunnel told, or NULL: want_link() asks for one */
	const struct rivals *rivals;	/* for rule_peer(), which without it looks at each address */
	uint32_t adopt;			/* a device of somebody else that the tunnel in scope takes over, or 0 */
};

/*
 * The steps from what the kernel has to what is told, for the tunnels in SCOPE and all that is
 * shared. Empty: nothing to do. 0, or a negative errno and ERR (with err->usage where a word
 * is wrong). Ends with plan_free(), also after an error.
 */
int plan_build(struct plan *plan, const struct world *of, const struct scope *scope, struct err *err);
void plan_free(struct plan *plan);

/* Append a step; its objects are copied. 0 or -ENOMEM. */
int plan_step(struct plan *plan, enum step_op op, enum phase phase, const struct object *was, const struct object *want,
	      struct err *err);

/* A step that removes the entry, unless the plan has it already. 0 or -ENOMEM. */
int plan_conntrack_del(struct plan *plan, enum phase phase, const struct conntrack *ct, struct err *err);
int plan_note(struct plan *plan, struct err *err, const char *note, ...) PRINTF(3, 4);

/* Append KEY to a list of keys of the plan. 0 or -ENOMEM. */
int plan_key(char (**keys)[SYSCTL_KEY_SIZE], size_t *n, const char *key, struct err *err);

/*
 * Do the steps in order, then plan->finish. On a refusal the steps before it are undone backwards;
 * ERR says which was refused and why, and whether something could not be undone. 0 or a negative errno.
 */
int plan_apply(struct plan *plan, struct conversation *c, const struct snapshot *s, struct err *err);

/* The parts of plan_build(): each appends its steps. */
int plan_tunnel(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err);
int plan_stale(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err);
int plan_passed(struct plan *plan, const struct world *w, const struct spec *nat, struct err *err);
int plan_unpassed(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err);
int plan_sysctls(struct plan *plan, const struct world *w, struct err *err);
int plan_nft(struct plan *plan, const struct world *w, struct err *err);

/* Is the device one of a tunnel that has another one now, or has gone: will the plan remove it? */
bool link_leaves(const struct world *w, const struct link *link);

/* Is the tunnel of ROLE and NAME in SCOPE? */
bool in_scope(const struct scope *scope, enum role role, const char *name);

#endif
