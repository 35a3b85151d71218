/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: one tunnel as it is shown, and what its file says beside that. */
#ifndef SITCTL_SHOW_H
#define SITCTL_SHOW_H

#include "commands.h"

/* What is shown of one tunnel. */
struct view {
	const struct ctx *ctx;
	const struct change *ch;
	const struct link *link;
	struct spec spec;		    /* as the kernel has it; host empty */
	const char *host;		    /* the name that `remote` was given as, or "" */
	const struct conf *file;	    /* where its section is, */
	const struct conf_section *section; /* or NULL */
};

/* A line of a tunnel: a parameter or another fact, and its value. */
void show_row(const struct ctx *ctx, const char *name, enum color c, const char *value);

/* showfile.c: the I-th value of P that the file says and the kernel has not, in BUF (VALUE_TEXT bytes). */
bool only_in_file(const struct view *v, const struct param *p, unsigned int i, char *buf);

/* What only the file says, in lines or for JSON. */
void print_only_in_file(const struct view *v);
void json_only_in_file(const struct view *v, json_t *json);

/* Tunnels of ROLE (and NAME, if not NULL) that files have and the kernel has not: printed, or put into ARRAY. Returns how many. */
unsigned int show_absent(const struct ctx *ctx, const struct change *ch, const struct confs *confs, enum role role,
			 const char *name, json_t *array);

#endif
