/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the nf_tables rules of others: each chain is read once, when a packet comes to it, and not more than is allowed. */
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
	const struct nlattr *at; /* where it is hooked (NFTA_CHAIN_HOOK): at interfaces, or NULL */
	enum { CHAIN_UNREAD, CHAIN_READ, CHAIN_CUT } state; /* cut: it has more rules than could be read */
	struct others_rule *rules;
	enum { TABLE_UNKNOWN, TABLE_AWAKE, TABLE_DORMANT } table_state;
	unsigned int entered[2]; /* the last walk that came here: without doubt, and with doubt */
};

/* A set, as far as a lookup must know it. */
struct others_set {
	uint32_t family;
	const char *table, *name;
	uint32_t key_len; /* 0: it could not be read */
};

struct nftrules {
	struct conversation *c;
	unsigned int left;	     /* chains and rules that may still be read */
	unsigned int steps;	     /* rules that packets may still meet, however often */
	bool cut;		     /* the last dump had more */
	bool listed, list_cut;	     /* the chains are known; not all of them */
	bool unknown;		     /* what a walk did not find may be there: it was too much to look at */
	struct others_chain *chains; /* of all that are not ours */
	void *names, *sets;	     /* the same, and sets, by name: trees of tsearch(3) */
	unsigned int walks;	     /* so far, each of one base chain: chains tell by it who entered them */
	struct arena arena;
};

/* Begin to read by C, at most MOST chains and rules. Nothing is asked yet. Ends with nftrules_end(). */
void nftrules_begin(struct nftrules *n, struct conversation *c, unsigned int most);
void nftrules_end(struct nftrules *n);

/* Have N->chains; a kernel without nf_tables has none. 0, or a negative errno and ERR. */
int nftrules_list(struct nftrules *n, struct err *err);

/* The chain of that name in the table of BESIDE, with its rules; NULL where there is none. 0, or a negative errno and ERR. */
int nftrules_chain(struct nftrules *n, const struct others_chain *beside, const char *name, struct others_chain **chain,
		   struct err *err);

/* Is CHAIN hooked at the interface IFNAME? It may be at several. */
bool nftrules_at(const struct others_chain *chain, const char *ifname);

/* The chains of a dormant table see no packets. Is that of CHAIN one? */
bool nftrules_dormant(struct nftrules *n, struct others_chain *chain);

/* The set NAME of the table of BESIDE; NULL where memory is short. */
const struct others_set *nftrules_set(struct nftrules *n, const struct others_chain *beside, const char *name);

/* Start a message of nf_tables about FAMILY in the batch of C. */
void nftrules_request(struct conversation *c, uint16_t type, uint16_t flags, uint32_t family);

#endif
