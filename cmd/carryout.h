/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a plan made and done, or printed; with --save to the file as well. */
#ifndef SITCTL_CMD_CARRYOUT_H
#define SITCTL_CMD_CARRYOUT_H

#include "change/change.h"
#include "commands.h"

/*
 * carry_out(), and with --save also to the file: SPEC as it is now, or NULL where ROLE and NAME
 * is to go from it. A file that cannot be written is found out before the kernel is changed.
 */
enum status carry_out_saving(const struct ctx *ctx, struct change *ch, const struct scope *scope,
			     const struct spec *spec);

/* Tell CH what the file F says, carry it out; peers that go are named. Frees F. */
enum status carry_out_conf(const struct ctx *ctx, struct conf *f, const struct scope *scope);

/* Make the plan of CH for SCOPE and do it, or print it with --dry-run. Returns the exit status. */
enum status carry_out(const struct ctx *ctx, struct change *ch, const struct scope *scope);

#endif
