/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tunnels in the configuration of other tools, in the words of the parameters. */
#ifndef SITCTL_IMPORT_IMPORT_H
#define SITCTL_IMPORT_IMPORT_H

#include <stddef.h>

#include "spec/spec.h"

#define IMPORT_SIZE_MAX (1 << 20) /* bytes of a file: nobody writes more by hand */
#define IMPORTED_MAX 64		  /* tunnels */

struct imported {
	struct spec spec; /* a client */
	uint64_t seen;	  /* which parameters came, for spec_more_words() */
	uint64_t noted;	  /* which of them by comments: bits by the rows of the table */
	const char *file; /* where it is made */
	unsigned int line;
	bool own_words; /* sitctl's: what they do not say has its default */
};

/* What may come before the tunnel that it is about: understood at the end. */
enum import_kind { IMPORT_ADDRESS, IMPORT_DEFAULT, IMPORT_UNREACHABLE, IMPORT_ROUTE, IMPORT_MTU, IMPORT_COMMENT };

struct import_item {
	enum import_kind kind;
	const char *file;
	unsigned int line;
	size_t after; /* how many tunnels stand before it */
	char ifname[IFNAMSIZ];
	struct net6 net;
	bool has_gateway;
	struct in6_addr gateway;
	uint32_t metric;
	char param[32], value[VALUE_TEXT]; /* IMPORT_COMMENT, IMPORT_MTU */
};

struct import {
	const char *file; /* for messages; the one that is read now */
	unsigned int line;
	bool all_interfaces; /* the text is about tunnels only: an address elsewhere belongs to one */
	struct imported *tunnels;
	size_t n;
	struct import_item *items;
	size_t n_items;
	char **errors; /* FILE:LINE: word: reason */
	size_t n_errors;
	bool no_memory;
};

struct importer {
	const char *name;
	const char *help;
	/* Take what is in TEXT (which may be changed) into IM. */
	void (*read)(struct import *im, char *text);
};

/* Read TEXT of FILE into IM, which is zeroed before the first; again for further files, FILE staying valid. */
void import_text(struct import *im, const struct importer *importer, const char *file, char *text);
void import_free(struct import *im);

/* For the readers: WORD at the current line is not understood, or wrong. */
void import_error(struct import *im, const char *word, const char *why, ...) PRINTF(3, 4);

/*
 * The tunnel NAME, or NULL; and a new one, or NULL where the name is wrong or taken: an error then.
 * They stay where they are until import_free().
 */
struct imported *import_find(const struct import *im, const char *name);
struct imported *import_tunnel(struct import *im, const char *name);

/* Take VALUE for PARAM, in place of what is desired before unless it may come again. */
void import_set(struct import *im, struct imported *t, const char *param, const char *value);

/* The same for words that other tools have for no value: `any`, 0. */
void import_local(struct import *im, struct imported *t, const char *value);
void import_ttl(struct import *im, struct imported *t, const char *value);

/* Things of the interface IFNAME ("": not told). NULL without memory, or where IFNAME is too long for a tunnel or its LAN. */
struct import_item *import_item(struct import *im, enum import_kind kind, const char *ifname);
void import_address(struct import *im, const char *ifname, const char *value, uint8_t default_len);

/* A route as it was written: TYPE and GATEWAY may be NULL, METRIC too. */
struct import_route {
	const char *type, *to, *gateway, *ifname, *metric;
};
void import_route(struct import *im, const struct import_route *r);

/* Is it an IPv4 address, or prefix, of no concern to a tunnel of IPv6? */
bool import_is_ipv4(const char *word);

#endif
