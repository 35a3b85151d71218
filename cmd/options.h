/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the options before the first word. */
#ifndef SITCTL_CMD_OPTIONS_H
#define SITCTL_CMD_OPTIONS_H

/* Options without a letter. */
#define OPTION_SAVE 1
#define OPTION_FORCE 2
#define OPTION_UNLESS_DOWN 3

/* An option before the first word. */
struct option_row {
	char letter;
	const char *name;
	const char *value; /* NULL: takes none; [=...]: optional, attached */
	const char *help;
};

extern const struct option_row option_rows[];

#endif
