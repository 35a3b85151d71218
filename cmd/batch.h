/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the commands of --batch. */
#ifndef SITCTL_CMD_BATCH_H
#define SITCTL_CMD_BATCH_H

#include "commands.h"

/* The commands of --batch, a line each. Returns the exit status of the first that failed. */
enum status run_batch(struct ctx *ctx, int n, char **words);

#endif
