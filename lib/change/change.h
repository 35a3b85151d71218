/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: one change of this host from beginning to end: what is desired, rules, plan, apply. */
#ifndef SITCTL_CHANGE_CHANGE_H
#define SITCTL_CHANGE_CHANGE_H

#include "change/host.h"
#include "conf/conf.h"
#include "plan/plan.h"

/* A transaction on this host. */
struct change {
	struct host host;	/* its journal has what was desired before */
	struct desired desired; /* what is desired now */
	struct plan plan;
	struct conf *save; /* a prepared file that replaces the old one when the plan is done, or NULL */
	struct scope down; /* what the user takes down, see change_keep_down() */
	bool done;	   /* the journal now has what is desired, and `desired` has what was before */
	uint32_t adopt;	   /* index of the device to take over, see adopt.h; 0: none */
};

/*
 * Read everything; LOCK if the kernel is to be changed. `desired` begins as a copy of what was
 * desired before. 0, or a negative errno and ERR. Ends with change_close().
 */
int change_open(struct change *ch, bool lock, struct err *err);
void change_close(struct change *ch);

/* Desire a client or peer as in SPEC, or remove one; checked against this host and the others. */
int change_put(struct change *ch, const struct spec *spec, struct err *err);
void change_remove(struct change *ch, enum role role, const char *name);

/* Desire the server as in SPEC (for `server up`), or remove it with all its peers. */
int change_server(struct change *ch, const struct spec *spec, struct err *err);
void change_server_down(struct change *ch);

/* Remove all passes. */
void change_nat_down(struct change *ch);

/*
 * Record with the change that the user takes NAME of ROLE down: hooks leave it down until it is desired again, or this
 * host is restarted. And: did the user?
 */
void change_keep_down(struct change *ch, enum role role, const char *name);
bool change_kept_down(const struct change *ch, enum role role, const char *name);

/* Does the kernel have what was desired before, as far as SCOPE goes? 1, 0, or a negative errno and ERR. */
int change_is_clean(struct change *ch, const struct scope *scope, struct err *err);

/* Is what is desired for SCOPE the same as what MADE, which is done, has made it? */
bool change_is_same(const struct change *ch, const struct change *made, const struct scope *scope);

/*
 * Desire again what the journal BEFORE a change desired and took down by hand, where the change led to AFTER. What has
 * changed since then is left alone, and *ALL is false. 0, or a negative errno and ERR.
 */
int change_restore(struct change *ch, const struct journal *before, const struct desired *after, bool *all,
		   struct err *err);

/* Make the plan for SCOPE. */
int change_plan(struct change *ch, const struct scope *scope, struct err *err);

/* Add notes that the user should know about SCOPE to the plan (rules.h); some are refusals. */
int change_warnings(struct change *ch, const struct scope *scope, struct err *err);

/*
 * After everything else: unlock, since there may be many foreign rules, and add notes about those that would drop the
 * traffic of SCOPE to the plan (barriers.h). 0, or a negative errno and ERR.
 */
int change_filters(struct change *ch, const struct scope *scope, struct err *err);

/*
 * Do the plan: the journal first, then the kernel, then the journal without what is no longer
 * needed, then the file to save. After a refusal, even of the last ones, everything is as before. With an empty plan
 * nothing is sent to the kernel.
 */
int change_apply(struct change *ch, struct err *err);

#endif
