/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the one table of parameters. */
#ifndef SITCTL_SPEC_PARAMS_H
#define SITCTL_SPEC_PARAMS_H

#include <stddef.h>

#include "spec/spec.h"

#define PARAMS_MAX 64 /* rows of the table, as bits of spec.set */

/* How a number is written. */
struct number {
	uint32_t min, max;
	bool hex;	  /* written with 0x, except 0, and also accepted with 0x */
	const char *word; /* the word for VALUE, or NULL */
	uint32_t value;
	const char *taken; /* why VALUE cannot be given as a number; NULL: it can */
};

struct param {
	const char *name;
	unsigned int roles;    /* bits of enum role: which roles have it */
	unsigned int modes;    /* bits of enum mode_id: in which modes it exists */
	unsigned int required; /* bits of enum role: which roles must give it, */
	unsigned int needed;   /* and in which modes; elsewhere it is derived or has a default */
	unsigned int repeats;  /* bits of enum role: for which roles it can be repeated */
	bool internal;	       /* only in the journal, not for users */
	bool filter;	       /* the kernel holds it in nf_tables, which only root can read */
	bool inherited;	       /* a peer that does not give it has the server's value */

	size_t at, size;  /* its value in struct spec; size 0: several members, which take() and text() know */
	size_t holds;	  /* the pointer in struct spec to data that copies share (base/list.h); 0: none */
	uint32_t initial; /* its initial number */
	struct {
		size_t item;	   /* bytes of an item; 0: not a list */
		bool texts;	   /* its items are texts of varying length (list_add_text()) */
		size_t count;	   /* where struct spec has their number */
		unsigned int max;  /* per tunnel */
		const char *full;  /* why no more can be added */
		const char *clash; /* why two items that clash cannot be combined */
		bool (*clashes)(const void *a, const void *b);
	} list;

	const char *value; /* the syntax of the value, for help */
	const char *deflt; /* the default, for help; NULL: none */
	const char *help;
	const struct number *number; /* for take_number() and text_number(); a number in JSON if it is decimal */
	/* Read WORD as the value, or as a list item, into TO (with size 0: the spec); false and *why if it is wrong. */
	bool (*take)(const struct param *p, void *to, const char *word, const char **why);
	/*
	 * Why users may not give the value at FROM, although a journal of an older release may have it; NULL: they may.
	 */
	const char *(*unfit)(const struct param *p, const void *from);
	/* The value at FROM as text in BUF (VALUE_TEXT bytes); false if there is none. */
	bool (*text)(const struct param *p, const void *from, char *buf);
	void (*drop)(struct spec *spec); /* with size 0: back to the default; NULL: `none` is a value of it */
};

/* Ends with a row whose name is NULL. */
extern const struct param params[];

/* The row of NAME for ROLE, or NULL. */
const struct param *param_find(enum role role, const char *name);

/* The row as a bit of spec.set; 0 for NULL. */
uint64_t param_bit(const struct param *p);

/* Does SPEC, by its role and mode, have this parameter? Must it be given? */
bool param_exists(const struct param *p, const struct spec *spec);
bool param_required(const struct param *p, const struct spec *spec);

/* Set the initial value in SPEC. */
void param_init(const struct param *p, struct spec *spec);

/* Read WORD into SPEC; false and *why if it is wrong. */
bool param_take(const struct param *p, struct spec *spec, const char *word, const char **why);

/* Why users may not give the value that SPEC has now, or NULL. */
const char *param_unfit(const struct param *p, const struct spec *spec);

/* The I-th value as text in BUF (VALUE_TEXT bytes); false when there are no more. */
bool param_text(const struct param *p, const struct spec *spec, unsigned int i, char *buf);

/* Back to the default, as if it had not been given. False if it is required, or has `none` as a value. */
bool param_drop(const struct param *p, struct spec *spec);

/* Empty a list. */
void param_clear(const struct param *p, struct spec *spec);

/* The pointer in SPEC to data that copies share, or NULL. */
void **param_shared(const struct param *p, struct spec *spec);

/* Append a copy of ITEM, of the row's size or a text, to the list of the parameter NAME. False if that fails. */
bool param_append(struct spec *spec, const char *name, const void *item);

/* Are the two values the same? */
bool param_equal(const struct param *p, const struct spec *a, const struct spec *b);

#endif
