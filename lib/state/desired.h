/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the user wants of this network namespace: clients, server, peers. */
#ifndef SITCTL_STATE_DESIRED_H
#define SITCTL_STATE_DESIRED_H

#include "spec/nameindex.h"
#include "state/snapshot.h"

/* A tunnel that was desired. */
struct desired_tunnel {
	struct spec spec;
	bool recorded; /* in the journal, not only seen in the kernel */
};

struct desired {
	struct desired_tunnel *tunnels;
	size_t n, room;
	struct nameindex names;
	struct spec server;   /* defaults of the peers; uplink empty: not prepared */
	bool server_explicit; /* by `server up`, so that only `server down` ends it */
};

/* An empty one, or a copy of FROM. 0 or -ENOMEM. Ends with desired_free(). */
int desired_init(struct desired *t, struct err *err);
int desired_copy(struct desired *t, const struct desired *from, struct err *err);
void desired_free(struct desired *t);

/* The tunnel of ROLE named NAME, or NULL. */
struct desired_tunnel *desired_find(const struct desired *t, enum role role, const char *name);

/* SPEC as it is in effect: a peer with the defaults of the server. It borrows the lists of SPEC. */
struct spec desired_effective(const struct desired *t, const struct spec *spec);

/* Its outer source address; 0: that of the route. */
struct in_addr desired_local(const struct desired *t, const struct spec *spec);

/* Put SPEC in, in place of one of that role and name if there is one. 0 or -ENOMEM. */
int desired_put(struct desired *t, const struct spec *spec, bool recorded, struct err *err);
void desired_remove(struct desired *t, enum role role, const char *name);
void desired_remove_all(struct desired *t, enum role role);

/* Has it any of ROLE? */
bool desired_has(const struct desired *t, enum role role);

/* Add what runs in the kernel with our mark and is not in it (a lost journal). 0 or -ENOMEM. */
int desired_observe(struct desired *t, const struct snapshot *s, struct err *err);

/*
 * Know again a device that was made for a recorded tunnel and not yet marked with its alias:
 * it gets the alias in the snapshot, and half_made.
 */
void desired_claim(const struct desired *t, struct snapshot *s);

#endif
