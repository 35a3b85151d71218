/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: commands of a shell script split into words: quotes, comments, lines that go on, values of variables. */
#ifndef SITCTL_BASE_SHELLWORDS_H
#define SITCTL_BASE_SHELLWORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHELL_HERE_MAX 4 /* here-documents of one line */

struct shellwords {
	const char *next;   /* text that is left */
	char *room;	    /* where words are put; as large as the text and its zero, and `left` */
	unsigned int at;    /* line of `next`; begins at 1 */
	unsigned int line;  /* where the command that was read begins */
	const char *open;   /* what the text does not close, as a reason; or NULL */
	bool many;	    /* the command had more words than fit */
	bool function;	    /* it is NAME(), of which only the name is a word */
	bool chained;	    /* "&&" or "||" stands before it */
	unsigned int depth; /* of "( )" around it */
	char end;	    /* what ended the command: one of "\n;&|()", or '\0' */
	const char *into;   /* the file that its output goes to, or NULL */

	/* Here-documents that begin behind this line: where they end, and whether tabs may stand before that. */
	struct {
		const char *end;
		bool tabs;
	} here[SHELL_HERE_MAX];
	size_t n_here;

	/*
	 * The value of "$NAME" or "${NAME}", NULL where it has none that is known. Without this function nothing is expanded:
	 * a '$' stands for itself.
	 */
	const char *(*value)(void *variables, const char *name, size_t len);
	void *variables;
	size_t left;  /* bytes that values may bring, in all */
	uint64_t odd; /* bit I: word I has another expansion, or an unknown value; it is as it stands in the text */
};

/*
 * The words of the next command, at most MAX, into WORDS; ";;" is a command of its own, and here-documents are none. Returns
 * how many, 0: no more.
 */
int shell_command(struct shellwords *s, char *words[], int max);

/* Can it be the name of a variable? */
bool shell_is_name(const char *word);

/* The length of NAME where WORD begins as "NAME=" or "NAME+=" does, else 0. */
size_t shell_assignment(const char *word);

#endif
