/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: one change of this host from beginning to end: what shall be, rules, plan, apply. */
#ifndef SITCTL_CHANGE_CHANGE_H
#define SITCTL_CHANGE_CHANGE_H

#include "change/host.h"
#include "conf/conf.h"
#include "plan/plan.h"

/* A transaction on this host. */
struct change {
	struct host host;	/* its journal has what was desired before */
	struct desired desired; /* what shall be */
	struct plan plan;
	struct conf *save; /* a prepared file that takes its place when the plan is done, or NULL */
	struct scope down; /* what a person takes down, see change_keep_down() */
	bool done;	   /* what shall be is in the journal now, and what was before in `desired` */
	uint32_t adopt;	   /* index of the device that is taken over, see adopt.h; 0: none */
};

/*
 * Open all there is to read; LOCK where the kernel is to be changed. `desired` begins as a
 * copy of what is desired. 0, or a negative errno and ERR. Ends with change_close().
 */
int change_open(struct change *ch, bool lock, struct err *err);
void change_close(struct change *ch);

/* Tell: a client or peer as SPEC, or gone; checked against this host and the others. */
int change_put(struct change *ch, const struct spec *spec, struct err *err);
void change_remove(struct change *ch, enum role role, const char *name);

/* Tell: the server as SPEC (by `server up`), or gone with all its peers. */
int change_server(struct change *ch, const struct spec *spec, struct err *err);
void change_server_down(struct change *ch);

/* Tell: no pass is desired any more. */
void change_nat_down(struct change *ch);

/*
 * Note with the change that a person takes that of ROLE and NAME down: what acts by itself leaves it so, until it is
 * desired again, or this host starts anew. Did somebody?
 */
void change_keep_down(struct change *ch, enum role role, const char *name);
bool change_kept_down(const struct change *ch, enum role role, const char *name);

/* Make the plan for SCOPE. */
int change_plan(struct change *ch, const struct scope *scope, struct err *err);

/* Add to the plan's notes what the user should know of SCOPE (rules.h); some are a refusal. */
int change_warnings(struct change *ch, const struct scope *scope, struct err *err);

/*
 * When all is done: unlock, since others' rules can be many, and add to the plan's notes which of them would drop what
 * SCOPE is for (barriers.h). 0, or a negative errno and ERR.
 */
int change_filters(struct change *ch, const struct scope *scope, struct err *err);

/*
 * Do the plan: journal first, then the kernel, then the journal without what is no longer
 * needed, then the file to save. On a refusal, of the last ones too, all is as before. With an empty plan nothing is sent to the kernel.
 */
int change_apply(struct change *ch, struct err *err);

#endif
