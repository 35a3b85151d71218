/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: help, printed from the tables. */
#ifndef SITCTL_CMD_HELP_H
#define SITCTL_CMD_HELP_H

#include "commands.h"

/* The objects on stderr, if no words are given. */
void help_usage(const struct command *root);

/* Help on stdout: on everything, a group, a command. PATH is the words that lead to it, such as "client ". */
void help_root(const struct command *root);
void help_group(const struct command *root, const char *path, const struct command *group);
void help_command(const char *path, const struct command *cmd);

#endif
