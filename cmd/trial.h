/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: --try: a change that was made is kept only if it is confirmed in time. */
#ifndef SITCTL_CMD_TRIAL_H
#define SITCTL_CMD_TRIAL_H

#include "change/change.h"
#include "ctx.h"

#define TRIAL_SECONDS_MAX 86400

/*
 * Wait for a confirmation of the change CH, which was made for SCOPE: Enter, or SIGUSR1. STATUS_OK: it is kept.
 * Otherwise, also at the end of input, on SIGHUP, SIGINT and SIGTERM, and if this process ends in any other way, a child
 * in a session of its own undoes it. Releases the lock first: what other runs change meanwhile stays.
 */
enum status trial_wait(const struct ctx *ctx, struct change *ch, const struct scope *scope);

#endif
