/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tunnels in the configuration of other tools, in the words of the parameters. */
#ifndef SITCTL_IMPORT_IMPORT_H
#define SITCTL_IMPORT_IMPORT_H

#include <stddef.h>

#include "base/errors.h"
#include "spec/spec.h"

#define IMPORT_SIZE_MAX (1 << 20) /* bytes of a file: nobody writes more by hand */
#define IMPORTED_MAX 64		  /* tunnels */
#define IMPORT_ITEMS_MAX 8192	  /* addresses, routes and the like: more than these tunnels can have */
#define IMPORT_OTHERS_MAX 64	  /* devices that are passed over, as far as they are named */

struct imported {
	struct spec spec; /* a client */
	uint64_t seen;	  /* which parameters came, for spec_more_words() */
	uint64_t noted;	  /* which of them by comments: bits by the rows of the table */
	const char *file; /* where it is made */
	unsigned int line;
	bool own_words;			/* sitctl's: what they do not say has its default */
	const struct import_item *dflt; /* its default route */
};

/* A device that is no SIT tunnel. */
struct import_other {
	char name[IFNAMSIZ], kind[16];
};

/* What may come before the tunnel that it is about: understood at the end. */
enum import_kind {
	IMPORT_ADDRESS,
	IMPORT_WRONG_ADDRESS, /* it was named: a wrong one is no missing one */
	IMPORT_DEFAULT,
	IMPORT_UNREACHABLE,
	IMPORT_ROUTE,
	IMPORT_MTU,
	IMPORT_COMMENT,
	IMPORT_ODD, /* what is not understood of the interface, or of the route by the gateway: matters for tunnels only */
	IMPORT_ODD_ADDRESS, /* the same of an address: matters for their LANs as well */
	IMPORT_FORWARDING,  /* the host forwards IPv6: `value` says so */
	IMPORT_EARLY,	    /* a pattern of interfaces, before any tunnel that it is for */
};

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
	char param[32], value[VALUE_TEXT]; /* IMPORT_COMMENT, IMPORT_MTU; IMPORT_ODD: command and word */
};

struct import {
	const char *file; /* for messages; the one that is read now */
	unsigned int line;
	bool all_interfaces; /* the text is about tunnels only: an address elsewhere belongs to one */
	struct imported *tunnels;
	size_t n;
	struct import_item *items;
	size_t n_items, room_items;
	struct import_other *others;
	size_t n_others;      /* all, those without room as well */
	struct errors errors; /* FILE:LINE: word: reason */
	bool refused;	      /* the file or a tunnel was, and named: not to be missed once more */
	bool no_memory;
};

struct lazy;

struct importer {
	const char *name;
	const char *help;
	/* Take what is in TEXT (which may be changed) into IM. */
	void (*read)(struct import *im, char *text);
	struct lazy *library; /* to load before that, or NULL */
};

/* Read TEXT of FILE into IM, which is zeroed before the first; again for further files, FILE staying valid. */
void import_text(struct import *im, const struct importer *importer, const char *file, char *text);
void import_free(struct import *im);

/*
 * A value that only who runs a script knows. It was named where it stood: what is given it takes it for a value that is
 * there, and says no more. Known by its address.
 */
extern char import_unknown[];

/* For the readers: WORD at the current line is not understood, or wrong. */
void import_error(struct import *im, const char *word, const char *why, ...) PRINTF(3, 4);

/*
 * The tunnel NAME, or NULL; and a new one, or NULL where the name is wrong or taken: an error then.
 * They stay where they are until import_free().
 */
struct imported *import_find(const struct import *im, const char *name);
struct imported *import_tunnel(struct import *im, const char *name);

/* The device NAME of KIND is no SIT tunnel: it is passed over. And: is it one whose addresses and routes are, too, for no LAN is at it? */
void import_other(struct import *im, const char *name, const char *kind);
bool import_is_other(const struct import *im, const char *name);

/* Those devices in a line for the user, in BUF; NULL where there are none. */
const char *import_others(const struct import *im, char *buf, size_t size);

/* WORD of COMMAND is not understood: an error if IFNAME is a tunnel, or its LAN with an address (KIND). GATEWAY may be NULL. */
void import_odd(struct import *im, enum import_kind kind, const char *ifname, const char *gateway, const char *command,
		const char *word);

/* Take VALUE for PARAM, in place of what is desired before unless it may come again. */
void import_set(struct import *im, struct imported *t, const char *param, const char *value);

/* The same for words that other tools have for no value: `any`, 0; for 1, which the kernel takes for `inherit`. */
void import_local(struct import *im, struct imported *t, const char *value);
void import_ttl(struct import *im, struct imported *t, const char *value);
void import_tos(struct import *im, struct imported *t, const char *value);

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

/* Is it a type of route that discards what it is for? */
bool import_discards(const char *type);

/* Is it what systemd and netplan take for no (parse_boolean(), systemd: src/basic/parse-util.c)? */
bool import_is_false(const char *word);

#endif
