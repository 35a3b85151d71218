/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: an expression of an nf_tables rule, as the kernel tells it. */
#ifndef SITCTL_FILTERS_EXPR_H
#define SITCTL_FILTERS_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#define EXPR_ATTRS 12 /* more than any expression has that is understood (linux/netfilter/nf_tables.h) */

struct nlattr;

/*
 * Its attributes stay in the message. Somebody may have 20,000 rules: nothing is copied for each of their
 * expressions, as libnftnl would.
 */
struct expr {
	char name[32]; /* "" for what has none, or a longer one than any that is understood */
	const struct nlattr *attrs[EXPR_ATTRS + 1]; /* NFTA_META_KEY and the like */
};

/* Read the list element ATTR (NFTA_LIST_ELEM); false for what is malformed. */
bool expr_read(const struct nlattr *attr, struct expr *e);

/* Is the expression of that name? */
bool expr_is(const struct expr *e, const char *name);

/* Its attribute ATTR: is it there; a number (0 where there is none), a text (or NULL). */
bool expr_has(const struct expr *e, uint16_t attr);
uint8_t expr_u8(const struct expr *e, uint16_t attr);
uint32_t expr_u32(const struct expr *e, uint16_t attr);
const char *expr_str(const struct expr *e, uint16_t attr);

/* The bytes of one that holds a value (NFTA_DATA_VALUE), or NULL. */
const void *expr_value(const struct expr *e, uint16_t attr, uint32_t *len);

/* What an attribute decides that holds a verdict (NFTA_DATA_VERDICT), and the chain that it leads to ("": none); false: it holds none. */
bool data_verdict(const struct nlattr *data, int *verdict, const char **chain);

#endif
