/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the commands of --batch. */
#ifndef SITCTL_CMD_BATCH_H
#define SITCTL_CMD_BATCH_H

#include "commands.h"

/* Run the commands of --batch, one per line. Returns the exit status of the first one that failed. */
enum status run_batch(struct ctx *ctx, int n, char **words);

#endif
