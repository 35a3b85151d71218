/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: --try: a change is kept only if it is confirmed in time. */
#ifndef SITCTL_CMD_TRIAL_H
#define SITCTL_CMD_TRIAL_H

#include <sys/types.h>

#include "change/change.h"
#include "ctx.h"

#define TRIAL_SECONDS_MAX 86400

struct trial {
	pid_t guard; /* the child that undoes the change */
	int word;    /* to and from it */
	int signals; /* signalfd(2) */
};

/*
 * Before the change CH for SCOPE is made: start a child, in a session of its own, that undoes it if this process ends in
 * whatever way, or if SECONDS pass after the change without a confirmation. Refuses if the kernel differs from what is desired: the undo could not restore that.
 */
enum status trial_begin(struct trial *t, struct change *ch, const struct scope *scope, unsigned int seconds);

/*
 * After it: without MADE, nothing was changed. Otherwise wait for Enter or SIGUSR1: STATUS_OK, it is kept. At the end of
 * input, on SIGHUP, SIGINT and SIGTERM, and after the seconds of --try it is undone. Releases the lock meanwhile.
 */
enum status trial_end(struct trial *t, const struct ctx *ctx, struct change *ch, bool made);

#endif
