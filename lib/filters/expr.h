/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: an expression of an nf_tables rule, as the kernel reports it. */
#ifndef SITCTL_FILTERS_EXPR_H
#define SITCTL_FILTERS_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#define EXPR_ATTRS 12 /* more than any expression that we understand has (linux/netfilter/nf_tables.h) */

struct nlattr;

/*
 * Its attributes stay in the message. A host may have 20,000 rules, so nothing is copied for each of their expressions,
 * as libnftnl would do.
 */
struct expr {
	char name[32];				    /* "" if it has none, or one longer than any that we understand */
	const struct nlattr *attrs[EXPR_ATTRS + 1]; /* NFTA_META_KEY and the like */
};

/* Read the list element ATTR (NFTA_LIST_ELEM); false if it is malformed. */
bool expr_read(const struct nlattr *attr, struct expr *e);

/* Does the expression have that name? */
bool expr_is(const struct expr *e, const char *name);

/* Its attribute ATTR: does it exist; as a number (0 if missing), as a string (NULL if missing). */
bool expr_has(const struct expr *e, uint16_t attr);
uint8_t expr_u8(const struct expr *e, uint16_t attr);
uint32_t expr_u32(const struct expr *e, uint16_t attr);
const char *expr_str(const struct expr *e, uint16_t attr);

/* The bytes of an attribute that holds a value (NFTA_DATA_VALUE), or NULL. */
const void *expr_value(const struct expr *e, uint16_t attr, uint32_t *len);

/* The verdict that an attribute holds (NFTA_DATA_VERDICT), and its target chain ("": none); false if it holds none. */
bool data_verdict(const struct nlattr *data, int *verdict, const char **chain);

#endif
