/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a plan: the ordered steps from what the kernel has to what is desired. */
#ifndef SITCTL_PLAN_PLAN_H
#define SITCTL_PLAN_PLAN_H

#include "base/arena.h"
#include "base/err.h"
#include "kernel/object.h"

/*
 * Steps are done in this order. What protects comes before what it protects: accept_ra=2
 * before forwarding, NOTRACK before the device, the device up before its routes; new before
 * leftover, so that traffic goes on; saved values last.
 */
enum phase {
	PHASE_ACCEPT_RA,
	PHASE_FORWARDING, /* and proxy_ndp */
	PHASE_NFT,
	PHASE_CONNTRACK,     /* entries from before NOTRACK, which would stand until their time-out */
	PHASE_LINK_LEFTOVER, /* a device under a name that is no longer wanted: it holds the endpoints */
	PHASE_LINK_PARK,     /* a device whose endpoints another one is to have */
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
	PHASE_LEFTOVER_NEIGH,
	PHASE_LEFTOVER_ROUTE,
	PHASE_LEFTOVER_ADDR,
	PHASE_LINK_DEL,
	PHASE_NFT_DEL,
	PHASE_CONNTRACK_DEL, /* translations that no rule asks for any more */
	PHASE_RESTORE_FORWARDING,
	PHASE_RESTORE_ALL, /* what restoring all.forwarding overwrote */
	PHASE_RESTORE_ACCEPT_RA,
};

#define WARNING_SIZE 2048

struct plan {
	struct arena arena;    /* of the steps' objects and their texts */
	const char *last_text; /* in it */
	struct step *steps;
	size_t n, room;
	struct nft_table nft_was, nft_want; /* own the arrays that steps point to */
	char (*warnings)[WARNING_SIZE];	    /* for stderr: nothing is wrong, but the user should know */
	size_t n_warnings;
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

void plan_free(struct plan *plan);

/* Append a step; its objects are copied. 0 or -ENOMEM. */
int plan_step(struct plan *plan, enum step_op op, enum phase phase, const struct object *was, const struct object *want,
	      struct err *err);

/* As plan_step(), of a change to what the step planned last has made: both have that object. */
int plan_change_made(struct plan *plan, enum phase phase, const struct object *want, struct err *err);

/* A step that removes the entry, unless the plan has it already. 0 or -ENOMEM. */
int plan_conntrack_del(struct plan *plan, enum phase phase, const struct conntrack *ct, struct err *err);
int plan_warn(struct plan *plan, struct err *err, const char *note, ...) PRINTF(3, 4);

/* Append KEY to a list of keys of the plan. 0 or -ENOMEM. */
int plan_key(char (**keys)[SYSCTL_KEY_SIZE], size_t *n, const char *key, struct err *err);

#endif
