/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: foreign nf_tables rules: each chain is read once, when a packet reaches it, up to a limit. */
#ifndef SITCTL_FILTERS_NFTRULES_H
#define SITCTL_FILTERS_NFTRULES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "kernel/conversation.h"

struct others_rule {
	struct others_rule *next;
	uint64_t handle;
	const struct nlattr *exprs; /* a list of expressions (NFTA_RULE_EXPRESSIONS), or NULL */
};

struct others_chain {
	uint32_t family; /* NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6 or NFPROTO_NETDEV */
	const char *table, *name;
	struct others_chain *next; /* in the kernel's order */
	bool hooked;
	uint32_t hook, policy;
	int32_t priority;
	const struct nlattr *at; /* the interfaces it is attached to (NFTA_CHAIN_HOOK), or NULL */
	enum { CHAIN_UNREAD, CHAIN_READ, CHAIN_CUT } state; /* cut: it has more rules than the limit allowed */
	struct others_rule *rules;
	enum { TABLE_UNKNOWN, TABLE_AWAKE, TABLE_DORMANT } table_state;
	unsigned int entered[2]; /* the last walk that entered it: without doubt, and with doubt */
};

/* A set, as far as a lookup needs to know it. */
struct others_set {
	uint32_t family;
	const char *table, *name;
	uint32_t key_len; /* 0: the set could not be read */
};

struct nftrules {
	struct conversation *c;
	unsigned int left;	     /* chains and rules that may still be read */
	unsigned int steps;	     /* rules that may still be evaluated, however often */
	bool cut;		     /* the last dump exceeded the limit */
	bool listed, list_cut;	     /* the chains were listed; not all of them */
	bool unknown;		     /* there may be more than a walk found: there was too much to look at */
	struct others_chain *chains; /* all foreign chains */
	void *names, *sets;	     /* chains and sets by name: trees of tsearch(3) */
	unsigned int walks; /* so far, one per base chain: by this number chains record which walk entered them */
	struct arena arena;
};

/* Prepare to read at most MOST chains and rules through C. Nothing is read yet. Ends with nftrules_end(). */
void nftrules_begin(struct nftrules *n, struct conversation *c, unsigned int most);
void nftrules_end(struct nftrules *n);

/* Fill N->chains, which a kernel without nf_tables leaves empty. 0, or a negative errno and ERR. */
int nftrules_list(struct nftrules *n, struct err *err);

/* The chain NAME in the table of BESIDE, with its rules; NULL if there is none. 0, or a negative errno and ERR. */
int nftrules_chain(struct nftrules *n, const struct others_chain *beside, const char *name, struct others_chain **chain,
		   struct err *err);

/* Is CHAIN attached to the interface IFNAME? It may be attached to several. */
bool nftrules_at(const struct others_chain *chain, const char *ifname);

/* Is the table of CHAIN dormant, so that its chains see no packets? */
bool nftrules_dormant(struct nftrules *n, struct others_chain *chain);

/* The set NAME of the table of BESIDE; NULL when out of memory. */
const struct others_set *nftrules_set(struct nftrules *n, const struct others_chain *beside, const char *name);

/* Start an nf_tables message about FAMILY in the batch of C. */
void nftrules_request(struct conversation *c, uint16_t type, uint16_t flags, uint32_t family);

#endif
