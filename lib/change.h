/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: one change from beginning to end: lock, journal, snapshot, rules, plan, apply. */
#ifndef SITCTL_CHANGE_H
#define SITCTL_CHANGE_H

#include "conf.h"
#include "plan.h"

struct change {
	struct conversation c;
	struct journal j; /* as it was read, with what was only seen in the kernel */
	struct snapshot s;
	struct told told; /* what shall be told */
	struct plan plan;
	struct conf *save; /* a prepared file that takes its place when the plan is done, or NULL */
	uint32_t adopt;	   /* index of the device that is taken over, see adopt.h; 0: none */
};

/*
 * Open all there is to read; LOCK where the kernel is to be changed. change.told begins as a
 * copy of what was told. 0, or a negative errno and ERR. Ends with change_close().
 */
int change_open(struct change *ch, bool lock, struct err *err);
void change_close(struct change *ch);

/* Tell: a client or peer as SPEC, or gone; checked against this host and the others. */
int change_put(struct change *ch, const struct spec *spec, struct err *err);
void change_remove(struct change *ch, enum role role, const char *name);

/* Tell: the server as SPEC (by `server up`), or gone with all its peers. */
int change_server(struct change *ch, const struct spec *spec, struct err *err);
void change_server_down(struct change *ch);

/*
 * Tell what a file says: the client's tunnel, or the server with all its peers and no others.
 * Checked as change_put() and change_server() do; what is wrong is noted as an error of the file.
 * 0, or -ENOMEM, -EINVAL and ERR.
 */
int change_conf(struct change *ch, struct conf *f, struct err *err);

/* Make the plan for SCOPE. */
int change_plan(struct change *ch, const struct scope *scope, struct err *err);

/* Add to the plan's notes what the user should know of SCOPE (rules.h); some are a refusal. */
int change_notes(struct change *ch, const struct scope *scope, struct err *err);

/*
 * Do the plan: journal first, then the kernel, then the journal without what is no longer
 * needed, then the file to save. On a refusal, of the last ones too, all is as before. With an empty plan nothing is sent to the kernel.
 */
int change_apply(struct change *ch, struct err *err);

#endif
