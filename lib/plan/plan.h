/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a plan: the ordered steps from what the kernel has to what is desired. */
#ifndef SITCTL_PLAN_PLAN_H
#define SITCTL_PLAN_PLAN_H

#include "base/arena.h"
#include "base/err.h"
#include "kernel/object.h"

/*
 * Steps are done in this order. Protection comes before what it protects: accept_ra=2 before
 * forwarding, NOTRACK before the device, the device up before its routes; new objects before
 * leftovers, so that traffic continues; saved values last.
 */
enum phase {
	PHASE_ACCEPT_RA,
	PHASE_FORWARDING, /* and proxy_ndp */
	PHASE_NFT,
	PHASE_CONNTRACK,     /* entries from before NOTRACK, which would last until their timeout */
	PHASE_LINK_LEFTOVER, /* a device with a name that is no longer wanted: it occupies the endpoints */
	PHASE_LINK_PARK,     /* a device whose endpoints another one is to get */
	PHASE_LINK,
	PHASE_LINK_SYSCTL,
	/*
	 * Before addresses: for each device that comes up the kernel walks all routes (__fib6_clean_all(),
	 * net/ipv6/ip6_fib.c), and each address adds some.
	 */
	PHASE_LINK_UP,
	PHASE_ADDR_LENGTH, /* an address that is added next with another length */
	PHASE_ADDR,
	PHASE_ROUTE_MOVED, /* a route whose prefix moves to another tunnel: it is unique in the kernel */
	PHASE_ROUTE,
	PHASE_NEIGH,
	PHASE_LEFTOVER_NEIGH,
	PHASE_LEFTOVER_ROUTE,
	PHASE_LEFTOVER_ADDR,
	PHASE_LINK_DEL,
	PHASE_NFT_DEL,
	PHASE_CONNTRACK_DEL, /* translations that no rule requires any longer */
	PHASE_RESTORE_FORWARDING,
	PHASE_RESTORE_ALL, /* what restoring all.forwarding overwrote */
	PHASE_RESTORE_ACCEPT_RA,
};

#define WARNING_SIZE 2048

struct plan {
	struct arena arena;    /* for the steps' objects and their texts */
	const char *last_text; /* in it */
	struct step *steps;
	size_t n, room;
	struct nft_table nft_was, nft_want; /* own the arrays that steps point to */
	char (*warnings)[WARNING_SIZE];	    /* for stderr: nothing failed, but the user should know */
	size_t n_warnings;
	char (*pins)[SYSCTL_KEY_SIZE]; /* interfaces whose forwarding=1 is not ours, and is kept */
	size_t n_pins;
	char (*drops)[SYSCTL_KEY_SIZE]; /* sysctls in the journal that nothing needs any longer */
	size_t n_drops;
	bool undo_failed;			 /* set by plan_apply(): the journal must record it */
	void (*progress)(size_t done, size_t n); /* called as steps are done; may be NULL */
	/* Called by plan_apply() when all steps are done; if it fails, they are undone. May be NULL. */
	int (*finish)(void *data, struct err *err);
	void *data; /* for finish */
};

void plan_free(struct plan *plan);

/* Append a step; its objects are copied. 0 or -ENOMEM. */
int plan_step(struct plan *plan, enum step_op op, enum phase phase, const struct object *was, const struct object *want,
	      struct err *err);

/* Like plan_step(), for a change to the object of the last planned step, which both share. */
int plan_change_made(struct plan *plan, enum phase phase, const struct object *want, struct err *err);

/* Append a step that removes the entry, unless the plan has it already. 0 or -ENOMEM. */
int plan_conntrack_del(struct plan *plan, enum phase phase, const struct conntrack *ct, struct err *err);
int plan_warn(struct plan *plan, struct err *err, const char *note, ...) PRINTF(3, 4);

/* Append KEY to a list of keys of the plan. 0 or -ENOMEM. */
int plan_key(char (**keys)[SYSCTL_KEY_SIZE], size_t *n, const char *key, struct err *err);

#endif
