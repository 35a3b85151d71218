/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the user wants in this network namespace: clients, server, peers. */
#ifndef SITCTL_STATE_DESIRED_H
#define SITCTL_STATE_DESIRED_H

#include "spec/nameindex.h"
#include "state/snapshot.h"

/* A desired tunnel. */
struct desired_tunnel {
	struct spec spec;
	bool recorded; /* in the journal, not only found in the kernel */
};

struct desired {
	struct desired_tunnel *tunnels;
	size_t n, room;
	struct nameindex names;
	struct spec server;   /* defaults of the peers; uplink empty: not prepared */
	bool server_explicit; /* by `server up`: only `server down` ends it */
};

/* Create an empty one, or a copy of FROM. 0 or -ENOMEM. Free with desired_free(). */
int desired_init(struct desired *t, struct err *err);
int desired_copy(struct desired *t, const struct desired *from, struct err *err);
void desired_free(struct desired *t);

/* The tunnel of ROLE named NAME, or NULL. */
struct desired_tunnel *desired_find(const struct desired *t, enum role role, const char *name);

/* The effective SPEC: a peer gets the defaults of the server. Borrows the lists of SPEC. */
struct spec desired_effective(const struct desired *t, const struct spec *spec);

/* Its outer source address; 0: that of the route. */
struct in_addr desired_local(const struct desired *t, const struct spec *spec);

/* Add SPEC, or replace the one with that role and name. 0 or -ENOMEM. */
int desired_put(struct desired *t, const struct spec *spec, bool recorded, struct err *err);
void desired_remove(struct desired *t, enum role role, const char *name);
void desired_remove_all(struct desired *t, enum role role);

/* Does it have any of ROLE? */
bool desired_has(const struct desired *t, enum role role);

/* Add what exists in the kernel with our mark but is missing here (a lost journal). 0 or -ENOMEM. */
int desired_observe(struct desired *t, const struct snapshot *s, struct err *err);

/*
 * Recognize a device that was created for a recorded tunnel but not yet marked with its alias: in
 * the snapshot it gets the alias, and half_made.
 */
void desired_claim(const struct desired *t, struct snapshot *s);

#endif
