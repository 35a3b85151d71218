/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the journal records because the kernel cannot mark it as ours. */
#ifndef SITCTL_STATE_SAVED_H
#define SITCTL_STATE_SAVED_H

#include <net/if.h>
#include <stdio.h>

#include "base/err.h"
#include "base/inet6.h"
#include "base/parse.h"
#include "kernel/sysctl.h"
#include "spec/role.h"

/* A sysctl that we set, its previous value, and the value that we set. */
struct saved_sysctl {
	char key[SYSCTL_KEY_SIZE];
	char value[SYSCTL_VALUE_SIZE];
	char made[SYSCTL_VALUE_SIZE];
};

/* An address added to a foreign interface, or one that is being removed from ours. */
struct saved_addr {
	char ifname[IFNAMSIZ];
	struct net6 net;
};

/* A tunnel that the user took down although a file has it: hooks leave it down. */
struct saved_down {
	enum role role;
	char name[PEER_NAME_MAX + 1]; /* "": all of the role */
};

/* Each has a row in the table of saved.c. */
enum saved_kind { SAVED_SYSCTL, SAVED_ADDR, SAVED_DOWN };

struct saved {
	enum saved_kind kind;
	union {
		struct saved_sysctl sysctl;
		struct saved_addr addr;
		struct saved_down down;
	};
};

/* Entries in the order in which they were added. */
struct saved_list {
	struct saved *items;
	size_t n;
};

/* Make a copy of FROM. 0, or -ENOMEM and ERR. Free with saved_free(). */
int saved_copy(struct saved_list *list, const struct saved_list *from, struct err *err);
void saved_free(struct saved_list *list);

/* The next entry of KIND; *AT is 0 at first. NULL: no more. */
const struct saved *saved_next(const struct saved_list *list, enum saved_kind kind, size_t *at);

/*
 * Read an entry from the N words of a line of the journal. 0; 1 if the line is not an entry; or a
 * negative errno and ERR. And print all entries as such lines.
 */
int saved_parse(struct saved_list *list, int n, char *words[], struct err *err);
void saved_print(const struct saved_list *list, FILE *out);

/*
 * Record that the sysctl KEY will be changed from VALUE to MADE; an existing entry keeps its VALUE.
 * 0, or -EINVAL, -ENOMEM and ERR. And the entry of KEY, valid until the list changes; or NULL.
 */
int saved_add_sysctl(struct saved_list *list, const char *key, const char *value, const char *made, struct err *err);
const struct saved_sysctl *saved_find_sysctl(const struct saved_list *list, const char *key);
void saved_forget_sysctl(struct saved_list *list, const char *key);

/* Is there an entry for that LEAF, such as "accept_ra", of any interface? */
bool saved_has_leaf(const struct saved_list *list, const char *leaf);

/* Record that we added the address to the interface. 0, or -ENOMEM and ERR. And: did we? */
int saved_add_addr(struct saved_list *list, const char *ifname, const struct net6 *net, struct err *err);
bool saved_has_addr(const struct saved_list *list, const char *ifname, const struct net6 *net);
void saved_forget_addr(struct saved_list *list, const char *ifname, const struct net6 *net);

/* Record that the user took NAME of ROLE ("": all of it) down. 0, or -ENOMEM and ERR. And: did the user? */
int saved_add_down(struct saved_list *list, enum role role, const char *name, struct err *err);
bool saved_has_down(const struct saved_list *list, enum role role, const char *name);
void saved_forget_down(struct saved_list *list, enum role role, const char *name);

#endif
