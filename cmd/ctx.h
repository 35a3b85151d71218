/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: one run of the program: its options, its exit status. */
#ifndef SITCTL_CMD_CTX_H
#define SITCTL_CMD_CTX_H

#include <stdbool.h>

enum status { STATUS_OK = 0, STATUS_REFUSED = 1, STATUS_USAGE = 2, STATUS_DRIFT = 3 };

enum color { COLOR_NONE, COLOR_DEV, COLOR_ADDRESS, COLOR_GOOD, COLOR_BAD };

struct ctx {
	bool json, pretty, brief, details, statistics, dry_run, quiet, save, force, unless_down;
	bool color;			/* whether stdout is coloured */
	bool admin, raw;		/* rights_drop() found the rights to change the network, to watch packets */
	unsigned int try_for;		/* seconds of --try, or 0 */
	const char *netns;		/* NULL: the current one */
	const char *file;		/* --file, or NULL */
	const char *batch;		/* --batch, or NULL */
	const struct command *commands; /* the tree of commands */
	int words;			/* the remaining words, for messages */
	char **word;
};

#endif
