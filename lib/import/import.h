/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: read tunnels from the configuration of other tools into specs. */
#ifndef SITCTL_IMPORT_IMPORT_H
#define SITCTL_IMPORT_IMPORT_H

#include <stddef.h>

#include "base/errors.h"
#include "spec/spec.h"

#define IMPORT_SIZE_MAX (1 << 20) /* bytes of a file: nobody writes more by hand */
#define IMPORTED_MAX 64		  /* tunnels */
#define IMPORT_ITEMS_MAX 8192	  /* addresses, routes and the like: more than so many tunnels can have */
#define IMPORT_OTHERS_MAX 64	  /* skipped devices that are named */

struct imported {
	struct spec spec; /* a client */
	uint64_t seen;	  /* which parameters came, for spec_more_words() */
	uint64_t noted;	  /* which of them from comments: bits by the rows of the table */
	const char *file; /* where it is made */
	unsigned int line;
	bool own_words;			/* sitctl's options: what is not given has its default */
	const struct import_item *dflt; /* its default route */
};

/* A device that is not a SIT tunnel. */
struct import_other {
	char name[IFNAMSIZ], kind[16];
};

/* What may precede the tunnel that it belongs to: assigned at the end. */
enum import_kind {
	IMPORT_ADDRESS,
	IMPORT_WRONG_ADDRESS, /* it was reported: a wrong one is not a missing one */
	IMPORT_DEFAULT,
	IMPORT_UNREACHABLE,
	IMPORT_ROUTE,
	IMPORT_MTU,
	IMPORT_COMMENT,
	IMPORT_ODD,	    /* not understood, for an interface, or a route via the gateway: matters for tunnels only */
	IMPORT_ODD_ADDRESS, /* the same for an address: matters for their LANs as well */
	IMPORT_FORWARDING,  /* the host forwards IPv6, according to `value` */
	IMPORT_EARLY,	    /* a pattern of interfaces, before any tunnel that it matches */
};

struct import_item {
	enum import_kind kind;
	const char *file;
	unsigned int line;
	size_t after; /* how many tunnels precede it */
	char ifname[IFNAMSIZ];
	struct net6 net;
	bool has_gateway;
	struct in6_addr gateway;
	uint32_t metric;
	char param[32], value[VALUE_TEXT]; /* IMPORT_COMMENT, IMPORT_MTU; IMPORT_ODD: command and word */
};

struct import {
	const char *file; /* for messages; the one that is being read */
	unsigned int line;
	bool all_interfaces; /* the text is only about tunnels: an address on another interface belongs to one */
	struct imported *tunnels;
	size_t n;
	struct import_item *items;
	size_t n_items, room_items;
	struct import_other *others;
	size_t n_others;      /* all, including those for which there was no room */
	struct errors errors; /* FILE:LINE: word: reason */
	bool refused;	      /* the file or a tunnel was, and reported: it is not reported as missing again */
	bool no_memory;
};

struct lazy;

struct importer {
	const char *name;
	const char *help;
	/* Read TEXT (which may be modified) into IM. */
	void (*read)(struct import *im, char *text);
	struct lazy *library; /* to be loaded before, or NULL */
};

/* Read TEXT of FILE into IM, zeroed before the first call; repeat for further files. FILE must stay valid. */
void import_text(struct import *im, const struct importer *importer, const char *file, char *text);
void import_free(struct import *im);

/*
 * A value that is known only when a script runs. It was reported where it is used: functions treat it as an existing
 * value without a further report. Recognised by its address.
 */
extern char import_unknown[];

/* For readers: WORD on the current line is not understood, or is wrong. */
void import_error(struct import *im, const char *word, const char *why, ...) PRINTF(3, 4);

/*
 * Find the tunnel NAME, or NULL; and create it, or report an error and return NULL if the name is wrong or taken.
 * They are not moved until import_free().
 */
struct imported *import_find(const struct import *im, const char *name);
struct imported *import_tunnel(struct import *im, const char *name);

/*
 * Note that the device NAME of KIND, which is not a SIT tunnel, is skipped; and: is it such a device, and not a LAN,
 * so that its addresses and routes are skipped, too?
 */
void import_other(struct import *im, const char *name, const char *kind);
bool import_is_other(const struct import *im, const char *name);

/* List those devices on one line in BUF; NULL if there are none. */
const char *import_others(const struct import *im, char *buf, size_t size);

/*
 * WORD of COMMAND is not understood: an error if IFNAME is a tunnel or, for an address (KIND), its LAN. GATEWAY may be
 * NULL.
 */
void import_odd(struct import *im, enum import_kind kind, const char *ifname, const char *gateway, const char *command,
		const char *word);

/* Set PARAM to VALUE, replacing the old value unless it can be repeated. */
void import_set(struct import *im, struct imported *t, const char *param, const char *value);

/* The same for other tools' words for no value: `any`, 0; and for 1, which the kernel treats as `inherit`. */
void import_local(struct import *im, struct imported *t, const char *value);
void import_ttl(struct import *im, struct imported *t, const char *value);
void import_tos(struct import *im, struct imported *t, const char *value);

/* Add an item for the interface IFNAME ("": not given). NULL without memory, or if IFNAME is too long. */
struct import_item *import_item(struct import *im, enum import_kind kind, const char *ifname);
void import_address(struct import *im, const char *ifname, const char *value, uint8_t default_len);

/* A route as it was written: TYPE, GATEWAY and METRIC may be NULL. */
struct import_route {
	const char *type, *to, *gateway, *ifname, *metric;
};
void import_route(struct import *im, const struct import_route *r);

/* Is it an IPv4 address or prefix, which does not concern an IPv6 tunnel? */
bool import_is_ipv4(const char *word);

/* Is it a route type that discards packets? */
bool import_discards(const char *type);

/* Do systemd and netplan treat it as no (parse_boolean(), systemd: src/basic/parse-util.c)? */
bool import_is_false(const char *word);

#endif
