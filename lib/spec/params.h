/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the one table of parameters. */
#ifndef SITCTL_SPEC_PARAMS_H
#define SITCTL_SPEC_PARAMS_H

#include <stddef.h>

#include "spec/spec.h"

#define PARAMS_MAX 64 /* rows of the table: bits of spec.set */

/* What a number is written as. */
struct number {
	uint32_t min, max;
	bool hex;	  /* written with 0x, but for 0, and taken so as well */
	const char *word; /* what stands for VALUE, or NULL */
	uint32_t value;
	const char *taken; /* why VALUE cannot be given as a number, or NULL: it can */
};

struct param {
	const char *name;
	unsigned int roles;    /* enum role bits: who has it */
	unsigned int modes;    /* bits by enum mode_id: in which modes it exists, */
	unsigned int required; /* enum role bits: who must give it, */
	unsigned int needed;   /* and in which modes; elsewhere it is derived or defaulted */
	unsigned int repeats;  /* enum role bits: for whom it may come again */
	bool internal;	       /* in the journal only, not for people */
	bool filter;	       /* the kernel holds it in nf_tables, which only root may read */
	bool inherited;	       /* a peer has the server's where it gives none itself */

	size_t at, size;  /* its value in struct spec; size 0: several members of it, which take() and text() know */
	size_t holds;	  /* the pointer in struct spec to what copies share (base/list.h); 0: none */
	uint32_t initial; /* the number that it begins with */
	struct {
		size_t item;	   /* bytes of one; 0: it is no list */
		bool texts;	   /* its items are texts, each of its own length (list_add_text()) */
		size_t count;	   /* where struct spec counts them */
		unsigned int max;  /* of one tunnel */
		const char *full;  /* why there cannot be one more */
		const char *clash; /* why two cannot be together of which clashes() says so */
		bool (*clashes)(const void *a, const void *b);
	} list;

	const char *value; /* what to write, for help */
	const char *deflt; /* for help; NULL: none */
	const char *help;
	const struct number
		*number; /* for take_number() and text_number(); in JSON it is a number where it is a decimal one */
	/* Take WORD as the value, or an item of the list, at TO (of size 0: the spec); false and *why where it is wrong. */
	bool (*take)(const struct param *p, void *to, const char *word, const char **why);
	/* Why the value at FROM is not for people to give, though a journal of an older release may have it; NULL: it is. */
	const char *(*unfit)(const struct param *p, const void *from);
	/* The value at FROM as text in BUF (VALUE_TEXT bytes); false where there is none. */
	bool (*text)(const struct param *p, const void *from, char *buf);
};

/* Ends with a row whose name is NULL. */
extern const struct param params[];

/* The row of NAME for ROLE, or NULL. */
const struct param *param_find(enum role role, const char *name);

/* The row as a bit of spec.set; 0 for NULL. */
uint64_t param_bit(const struct param *p);

/* Has SPEC, by its role and mode, this parameter? Must it be given? */
bool param_exists(const struct param *p, const struct spec *spec);
bool param_required(const struct param *p, const struct spec *spec);

/* Give SPEC the value that it begins with. */
void param_init(const struct param *p, struct spec *spec);

/* Take WORD into SPEC; false and *why where it is wrong. */
bool param_take(const struct param *p, struct spec *spec, const char *word, const char **why);

/* Why people may not give the value that SPEC has now, or NULL. */
const char *param_unfit(const struct param *p, const struct spec *spec);

/* The I-th value as text in BUF (VALUE_TEXT bytes); false when there are no more. */
bool param_text(const struct param *p, const struct spec *spec, unsigned int i, char *buf);

/* A list without its items. */
void param_clear(const struct param *p, struct spec *spec);

/* The pointer in SPEC to what copies share, or NULL. */
void **param_shared(const struct param *p, struct spec *spec);

/* Put a copy of ITEM, of the row's size or a text, at the end of the list of the parameter NAME. False where it is full. */
bool param_append(struct spec *spec, const char *name, const void *item);

/* Are the values of the two the same? */
bool param_equal(const struct param *p, const struct spec *a, const struct spec *b);

#endif
