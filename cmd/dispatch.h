/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the command that the words name. */
#ifndef SITCTL_CMD_DISPATCH_H
#define SITCTL_CMD_DISPATCH_H

#include "commands.h"

/* Find the command that the words name and run it. Returns the exit status. */
enum status dispatch(struct ctx *ctx, int n, char **words);

/* Does the word ask for help? */
bool is_help(const char *word);

#endif
