/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the one table of parameters. */
#ifndef SITCTL_SPEC_PARAMS_H
#define SITCTL_SPEC_PARAMS_H

#include "spec/spec.h"

#define PARAMS_MAX 32 /* rows of the table: bits of spec.set */

struct param {
	const char *name;
	unsigned int roles;    /* enum role bits: who has it */
	unsigned int required; /* enum role bits: who must give it */
	unsigned int repeats;  /* enum role bits: for whom it may come again */
	bool number;	       /* in JSON a number where it is one */
	bool internal;	       /* in the journal only, not for people */
	bool filter;	       /* the kernel holds it in nf_tables, which only root may read */
	struct {
		size_t at, size;
	} inherits; /* field of struct spec that a peer has of the server, where it was not given; size 0: none */
	const char *value; /* what to write, for help */
	const char *deflt; /* for help; NULL: none */
	const char *help;
	/* Take WORD into SPEC; false and *why where it is wrong. */
	bool (*parse)(struct spec *spec, const char *word, const char **why);
	/* The I-th value as text in BUF (VALUE_TEXT bytes); false when there are no more. */
	bool (*format)(const struct spec *spec, unsigned int i, char *buf);
};

/* Ends with a row whose name is NULL. */
extern const struct param params[];

/* The row of NAME for ROLE, or NULL. */
const struct param *param_find(enum role role, const char *name);

#endif
