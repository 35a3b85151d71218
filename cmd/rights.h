/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the capabilities of this process: only those that it needs. */
#ifndef SITCTL_CMD_RIGHTS_H
#define SITCTL_CMD_RIGHTS_H

#include "base/err.h"
#include "ctx.h"

/*
 * Refuse to run with privileges that the caller does not have: a set-user-ID or set-group-ID
 * program, or one with file capabilities (execve(2)). 0, or a negative errno and ERR.
 */
int rights_own(struct err *err);

/*
 * Record the available capabilities in CTX, and drop for good all but those that this run needs, before
 * it reads any input: CAP_NET_ADMIN, with --save CAP_CHOWN, if WATCHING CAP_NET_RAW. 0, or a
 * negative errno and ERR.
 */
int rights_drop(struct ctx *ctx, bool watching, struct err *err);

/* Without CAP_NET_ADMIN, say so immediately. 0, or a negative errno and ERR. */
int need_admin(const struct ctx *ctx, struct err *err);

#endif
