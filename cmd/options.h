/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the options before the first word. */
#ifndef SITCTL_CMD_OPTIONS_H
#define SITCTL_CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Options without a letter. */
#define OPTION_SAVE 1
#define OPTION_FORCE 2
#define OPTION_UNLESS_DOWN 3
#define OPTION_BRIEF 4
#define OPTION_TRY 5

/* An option before the first word. */
struct option_row {
	char letter;
	const char *name;
	const char *value; /* NULL: no value; [=...]: optional, attached */
	const char *help;
};

extern const struct option_row option_rows[];

/* The option with that name of LEN bytes, or with that letter; or NULL. */
const struct option_row *option_by_name(const char *name, size_t len);
const struct option_row *option_by_letter(char letter);

/* Is WORD written like an option? A name may begin with '-' as well. */
bool option_like(const char *word);

/* Is it a long option with one dash, as `ip` accepts: -netns, -br? Not a value attached to its letter. */
bool option_of_ip(const char *word);

/* The option that was probably meant by the unknown WORD, without its "--"; or NULL. */
const char *option_meant(const char *word);

#endif
