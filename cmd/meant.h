/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what users of other tools mean by a word. */
#ifndef SITCTL_CMD_MEANT_H
#define SITCTL_CMD_MEANT_H

#include "commands.h"

/*
 * The command that was meant by WORD, which is not in GROUP, as the words to write after `sitctl PATH`, in BUF;
 * NULL if there is no guess. GROUP may be ROOT, that of all objects.
 */
const char *meant_command(const struct command *root, const struct command *group, const char *word, char *buf,
			  size_t size);

#endif
