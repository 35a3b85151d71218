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

/* An option before the first word. */
struct option_row {
	char letter;
	const char *name;
	const char *value; /* NULL: takes none; [=...]: optional, attached */
	const char *help;
};

extern const struct option_row option_rows[];

/* The option of that name, LEN bytes, or of that letter; NULL: there is none. */
const struct option_row *option_by_name(const char *name, size_t len);
const struct option_row *option_by_letter(char letter);

/* Is WORD written as an option is? A name may begin with '-' as well. */
bool option_like(const char *word);

/* Is it one as `ip` takes them, with one dash: -netns, -br? A value that is joined to its letter is not that. */
bool option_of_ip(const char *word);

/* The option that WORD was meant to be, which is none: without its "--"; or NULL. */
const char *option_meant(const char *word);

#endif
