/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the rights of this process: those it needs, and none besides. */
#ifndef SITCTL_CMD_RIGHTS_H
#define SITCTL_CMD_RIGHTS_H

#include "base/err.h"
#include "ctx.h"

/*
 * Refuse to run with rights that the caller himself has not: a set-user-ID or set-group-ID
 * program, or one with file capabilities (execve(2)). 0, or a negative errno and ERR.
 */
int rights_own(struct err *err);

/*
 * Note in CTX what is there, and give up every capability but those this run needs, for good, and before it reads anything from
 * outside: CAP_NET_ADMIN, with --save CAP_CHOWN, for WATCHING packets CAP_NET_RAW. 0, or a
 * negative errno and ERR.
 */
int rights_drop(struct ctx *ctx, bool watching, struct err *err);

/* Without CAP_NET_ADMIN say so at once. 0, or a negative errno and ERR. */
int need_admin(const struct ctx *ctx, struct err *err);

#endif
