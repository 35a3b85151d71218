/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what must hold between the words, this host and the other tunnels, before a plan is made. */
#ifndef SITCTL_RULES_H
#define SITCTL_RULES_H

#include "flow.h"
#include "nets.h"
#include "plan.h"

/* `local` must be an address of this host: the kernel takes any, and the tunnel is silently dead. */
int rule_local(const struct world *w, const struct spec *spec, struct err *err);

/* IPv6 can be switched off at boot (Documentation/networking/ipv6.rst): 0, or -EAFNOSUPPORT and ERR. */
int rule_ipv6(struct err *err);

/*
 * The uplink of SERVER: as given, else where the IPv6 default route leaves. More than one, or
 * none, is an error that names them.
 */
int rule_uplink(const struct snapshot *s, struct spec *server, struct err *err);

/* Who could have what a peer is to have: the addresses and prefixes of the peers told, this host's addresses. */
struct rivals {
	struct nets peers, hosts;
	bool passes; /* is there any nat pass? */
};

/* Of W, for many calls of rule_peer(). 0 or -ENOMEM; ends with rivals_free(), also after an error. */
int rivals_load(struct rivals *rivals, const struct world *w, struct err *err);
void rivals_free(struct rivals *rivals);

/* A peer's address and prefixes overlap with nobody else's, nor with this host's; proxy entries are few. */
int rule_peer(const struct world *w, const struct spec *spec, struct err *err);

/*
 * A nat pass: its addresses are not this host's, no other pass and no tunnel of this host has its
 * remote. The outside interface is found out where it is not given.
 */
int rule_nat(const struct world *w, struct spec *nat, struct err *err);

/* A tunnel of this host: its remote is not one whose packets are passed on. */
int rule_not_passed(const struct world *w, const struct spec *spec, struct err *err);

#define BARRIERS_MAX 16
#define BARRIER_TEXT 800

/* A filter of somebody else in the way of a tunnel. */
struct barrier {
	struct obstacle obstacle;
	bool outer;	   /* of its outer packets, else of what is forwarded */
	char what[80];	   /* what is dropped */
	char remedy[1600]; /* the commands that let it pass; empty: a name in it cannot be written in one */
};

struct barriers {
	struct barrier items[BARRIERS_MAX];
	unsigned int n;
};

/*
 * Where would somebody else's filter drop what is forwarded for SCOPE, or its outer packets?
 * Nothing of theirs is changed. 0, or a negative errno and ERR. And one of them in words.
 */
int find_barriers(struct barriers *list, const struct world *w, const struct scope *scope, struct err *err);
void barrier_text(const struct barrier *b, char *buf, size_t size);

/*
 * Notes where a filter of somebody else would drop what is forwarded for SCOPE, or its outer
 * packets: each names the table, the chain and the commands that let it pass. Nothing of theirs
 * is changed.
 */
int note_filters(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err);

/* A note where the inside host cannot be reached. */
int note_nat(struct plan *plan, const struct world *w, const struct spec *nat, struct err *err);

/* Notes for the user about a client: another default route wins. Where the two would share, a refusal. */
int note_client(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err);

#endif
