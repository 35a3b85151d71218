/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the words of a command of iproute2, taken by the table of its object. */
#ifndef SITCTL_IMPORT_IPWORDS_H
#define SITCTL_IMPORT_IPWORDS_H

#include "import/import.h"

#define IP_WORDS_MAX 64 /* of one command */

/* One `ip` command while it is read. */
struct ip_command {
	struct import *im;
	char **words;
	int n, at;
	bool inet6, wrong;
	const char *object;
	/* what its words say */
	const char *name, *kind, *net;
	struct import_route route;
	bool elsewhere; /* a route of another table, or of some sources only */
	struct imported *t;
	/* words that are not understood: they matter if it is about a tunnel, which is known at the end */
	const char *odd[IP_WORDS_MAX];
	int n_odd;
};

/*
 * A word of a command. `early` ones tell what it is about: they are taken before the others. Without `take` it says
 * nothing that matters: it is so with every tunnel of sitctl, or has no effect with IPv6.
 */
struct ip_word {
	const char *name;
	enum { FLAG, VALUE, LAST } form; /* LAST: all that follows belongs to it */
	bool early;
	void (*take)(struct ip_command *ip, const char *word, const char *value);
};

/* The word that comes next, or NULL. */
const char *ip_peek(const struct ip_command *ip);

/* Is WORD FULL or, as `ip` allows, its beginning? */
bool ip_is(const char *word, const char *full);

/*
 * Go over the words that are left: the early ones of TABLE, or all others. The first that is not in TABLE is *FREE_WORD, if
 * that is wanted and not yet there. ip_walk_early() stays where it is, for what follows.
 */
void ip_walk(struct ip_command *ip, const struct ip_word *table, const char **free_word, bool early);
void ip_walk_early(struct ip_command *ip, const struct ip_word *table, const char **free_word);

/* For tables: WORD is not understood; VALUE is the device. */
void ip_odd(struct ip_command *ip, const char *word, const char *value);
void ip_take_name(struct ip_command *ip, const char *word, const char *value);

/*
 * Name the odd words, which are a tunnel's; or keep them as those of IFNAME, or of a route by GATEWAY: whether that is a
 * tunnel's is not known yet.
 */
void ip_name_odd(struct ip_command *ip);
void ip_keep_odd(struct ip_command *ip, enum import_kind kind, const char *ifname, const char *gateway);

#endif
