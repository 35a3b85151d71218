/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what somebody meant who knows the words of other tools. */
#ifndef SITCTL_CMD_MEANT_H
#define SITCTL_CMD_MEANT_H

#include "commands.h"

/*
 * The command that WORD, which none of GROUP is, was meant to be, as the words to write behind `sitctl PATH`, in BUF;
 * NULL where there is no guess. GROUP may be the one of all objects, ROOT.
 */
const char *meant_command(const struct command *root, const struct command *group, const char *word, char *buf,
			  size_t size);

#endif
