/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: split a shell script into commands and words: quotes, comments, continued lines, values of variables. */
#ifndef SITCTL_BASE_SHELLWORDS_H
#define SITCTL_BASE_SHELLWORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHELL_HERE_MAX 4 /* here-documents on one line */

struct shellwords {
	const char *next;   /* remaining input */
	char *room;	    /* where words are stored; as large as the input and its zero, plus `left` */
	unsigned int at;    /* line of `next`; begins at 1 */
	unsigned int line;  /* where the current command begins */
	const char *open;   /* what the input does not close, as a reason; or NULL */
	bool many;	    /* the command had more words than fitted */
	bool function;	    /* it is NAME(), of which only the name is a word */
	bool chained;	    /* "&&" or "||" precedes it */
	unsigned int depth; /* of "( )" around it */
	char end;	    /* what ended the command: one of "\n;&|()", or '\0' */
	const char *into;   /* the file to which its output goes, or NULL */

	/* Here-documents that begin after this line: where they end, and whether tabs may precede the delimiter. */
	struct {
		const char *end;
		bool tabs;
	} here[SHELL_HERE_MAX];
	size_t n_here;

	/*
	 * The value of "$NAME" or "${NAME}", or NULL if it is not known. Without this function nothing is expanded: a
	 * '$' stands for itself.
	 */
	const char *(*value)(void *variables, const char *name, size_t len);
	void *variables;
	size_t left;  /* bytes that values may still add, in total */
	uint64_t odd; /* bit I: word I has another expansion, or an unknown value; it is kept as written */
};

/*
 * Store the words of the next command, at most MAX, in WORDS; ";;" is a command of its own, and here-documents are
 * skipped. Returns how many words, or 0 at the end.
 */
int shell_command(struct shellwords *s, char *words[], int max);

/* Can it be the name of a variable? */
bool shell_is_name(const char *word);

/* The length of NAME if WORD begins with "NAME=" or "NAME+=", else 0. */
size_t shell_assignment(const char *word);

#endif
