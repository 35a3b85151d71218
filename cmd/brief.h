/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a tunnel in one line, for --brief. */
#ifndef SITCTL_CMD_BRIEF_H
#define SITCTL_CMD_BRIEF_H

#include <stdbool.h>

#include "ctx.h"
#include "spec/spec.h"

/* Its name, its role, STATE (and whether that is a good one), the far end, the addresses. */
void print_brief(const struct ctx *ctx, const struct spec *spec, const char *state, bool good);

#endif
