/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: commands of a shell script split into words: quotes, comments, lines that go on. Nothing is expanded. */
#ifndef SITCTL_BASE_SHELLWORDS_H
#define SITCTL_BASE_SHELLWORDS_H

#include <stdbool.h>

struct shellwords {
	const char *next;  /* text that is left */
	char *room;	   /* where words are put; as large as the text and its zero */
	unsigned int at;   /* line of `next`; begins at 1 */
	unsigned int line; /* where the command that was read begins */
	bool open;	   /* a quote was not closed */
	bool many;	   /* the command had more words than fit */
};

/* The words of the next command, at most MAX, into WORDS; ";;" is a command of its own. Returns how many, 0: no more. */
int shell_command(struct shellwords *s, char *words[], int max);

#endif
