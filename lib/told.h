/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: all that sitctl was told for this network namespace: clients, server, peers. */
#ifndef SITCTL_TOLD_H
#define SITCTL_TOLD_H

#include "names.h"
#include "snapshot.h"
#include "spec.h"

/* A tunnel that was told. */
struct told_tunnel {
	struct spec spec;
	bool recorded; /* in the journal, not only seen in the kernel */
};

struct told {
	struct told_tunnel *tunnels;
	size_t n, room;
	struct names names;
	struct spec server;   /* defaults of the peers; uplink empty: not prepared */
	bool server_explicit; /* by `server up`, so that only `server down` ends it */
};

/* An empty one, or a copy of FROM. 0 or -ENOMEM. Ends with told_free(). */
int told_init(struct told *t, struct err *err);
int told_copy(struct told *t, const struct told *from, struct err *err);
void told_free(struct told *t);

/* The tunnel of ROLE named NAME, or NULL. */
struct told_tunnel *told_find(const struct told *t, enum role role, const char *name);

/* Put SPEC in, in place of one of that role and name if there is one. 0 or -ENOMEM. */
int told_put(struct told *t, const struct spec *spec, bool recorded, struct err *err);
void told_remove(struct told *t, enum role role, const char *name);
void told_remove_peers(struct told *t);

/* Has it peers? */
bool told_has_peers(const struct told *t);

/* Add what runs in the kernel with our mark and was not told (a lost journal). 0 or -ENOMEM. */
int told_observe(struct told *t, const struct snapshot *s, struct err *err);

/*
 * Know again a device that was made for a recorded tunnel and not yet marked with its alias:
 * it gets the alias in the snapshot, and half_made.
 */
void told_claim(const struct told *t, struct snapshot *s);

/*
 * The tunnel LINK as parameters, read from the kernel alone; TOLD (or NULL) says what the
 * kernel cannot: which values were defaults.
 */
void observe_link(const struct snapshot *s, const struct link *link, const struct spec *told, struct spec *spec);

/*
 * An element of the set `passed` as the parameters of a nat pass; false where it is none, or has
 * no name that could be one (somebody added it by hand: it is left over).
 */
bool observe_pass(const struct nft_elem *e, struct spec *nat);

/* Role and name in the alias of a tunnel of ours. */
enum role link_role(const struct link *link);
const char *link_tunnel_name(const struct link *link);

#endif
