/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: make a plan and carry it out, or print it; with --save write the file as well. */
#ifndef SITCTL_CMD_CARRYOUT_H
#define SITCTL_CMD_CARRYOUT_H

#include "change/change.h"
#include "commands.h"

/*
 * carry_out(), and with --save write the file too: SPEC as it is now, or NULL if SCOPE
 * is to be removed from it. A file that cannot be written is detected before the kernel is changed.
 */
enum status carry_out_saving(const struct ctx *ctx, struct change *ch, const struct scope *scope,
			     const struct spec *spec);

/* Pass what the file F says to CH and carry it out; peers that are removed are named. Frees F. */
enum status carry_out_conf(const struct ctx *ctx, struct conf *f, const struct scope *scope);

/* Make the plan of CH for SCOPE and carry it out, or print it with --dry-run. Returns the exit status. */
enum status carry_out(const struct ctx *ctx, struct change *ch, const struct scope *scope);

#endif
