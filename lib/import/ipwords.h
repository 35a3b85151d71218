/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: parse the words of an iproute2 command with the table of its object. */
#ifndef SITCTL_IMPORT_IPWORDS_H
#define SITCTL_IMPORT_IPWORDS_H

#include "import/import.h"

#define IP_WORDS_MAX 64 /* of one command */

/* An `ip` command being read. */
struct ip_command {
	struct import *im;
	char **words;
	int n, at;
	bool inet6, wrong;
	const char *object;
	/* what its words say */
	const char *name, *kind, *net;
	struct import_route route;
	bool elsewhere; /* a route in another table, or for some sources only */
	struct imported *t;
	/* words that are not understood: they matter only for a tunnel, which is known at the end */
	const char *odd[IP_WORDS_MAX];
	int n_odd;
};

/*
 * A word of a command. `early` ones say what it is about and are handled before the others. Without `take`, the word
 * does not matter: it holds for every tunnel of sitctl, or has no effect with IPv6.
 */
struct ip_word {
	const char *name;
	enum { FLAG, VALUE, LAST } form; /* LAST: everything that follows belongs to it */
	bool early;
	void (*take)(struct ip_command *ip, const char *word, const char *value);
};

/* The next word, or NULL. */
const char *ip_peek(const struct ip_command *ip);

/* Is WORD FULL or, as `ip` allows, its beginning? */
bool ip_is(const char *word, const char *full);

/*
 * Handle the remaining words: the early ones of TABLE, or all others. The first one that is not in TABLE is *FREE_WORD,
 * if that is wanted and not yet set. ip_walk_early() does not advance.
 */
void ip_walk(struct ip_command *ip, const struct ip_word *table, const char **free_word, bool early);
void ip_walk_early(struct ip_command *ip, const struct ip_word *table, const char **free_word);

/* For tables: WORD is not understood; VALUE is the device. */
void ip_odd(struct ip_command *ip, const char *word, const char *value);
void ip_take_name(struct ip_command *ip, const char *word, const char *value);

/*
 * Report the odd words, which are a tunnel's; or keep them as those of IFNAME, or of a route via GATEWAY, as it is not
 * known yet whether that is a tunnel's.
 */
void ip_name_odd(struct ip_command *ip);
void ip_keep_odd(struct ip_command *ip, enum import_kind kind, const char *ifname, const char *gateway);

#endif
