/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the kernel has now of everything that a plan can be about. */
#ifndef SITCTL_SNAPSHOT_H
#define SITCTL_SNAPSHOT_H

#include "kind.h"

struct addr4 {
	uint32_t index;
	struct in_addr addr;
};

struct snapshot {
	struct link *links;
	size_t n_links;
	struct addr *addrs;
	size_t n_addrs;
	struct addr4 *addrs4;
	size_t n_addrs4;
	struct route *routes; /* main table: defaults, ours, and those on an interface without gateway */
	size_t n_routes;
	struct neigh *neighs; /* proxy entries */
	size_t n_neighs;
	struct nft_table nft;
	bool nft_unknown; /* not allowed to read it */
	/* Positions in the lists, sorted: links by name, addresses and routes by interface, routes by destination; or NULL. */
	uint32_t *links_named, *addrs_on, *routes_on, *routes_to;
};

/* The route by which this host would send to REMOTE. */
struct path {
	bool reachable;
	uint32_t index; /* interface it leaves by */
	struct in_addr source;
	struct in_addr gateway; /* 0: none, it is on the link */
	uint32_t mtu;		/* of the route, 0: that of the interface */
	struct in_addr net;	/* what the route is to */
	uint8_t len;
};

/* Read all of it by dumps. 0, or a negative errno and ERR. Ends with snapshot_free(). */
int snapshot_load(struct conversation *c, struct snapshot *s, struct err *err);
void snapshot_free(struct snapshot *s);

const struct link *snapshot_link(const struct snapshot *s, const char *name);
const struct link *snapshot_link_index(const struct snapshot *s, uint32_t index);

/* The next address or route on that interface, or route to DST; *AT is 0 at first. NULL: no more. */
const struct addr *snapshot_next_addr(const struct snapshot *s, uint32_t index, size_t *at);
const struct route *snapshot_next_route(const struct snapshot *s, uint32_t index, size_t *at);
const struct route *snapshot_next_route_to(const struct snapshot *s, const struct net6 *dst, size_t *at);

/* snapshotfind.c: sort for the functions above, which without it look at everything. 0 or -ENOMEM. */
int snapshot_sort(struct snapshot *s, struct err *err);

/* Is it a tunnel of ours: sit, group 41 (or condemned), alias "sitctl client NAME" or "sitctl server PEER"? */
bool link_ours(const struct link *link);

/* The alias of a tunnel of ours, in BUF. */
void link_alias(bool client, const char *name, char buf[ALIAS_SIZE]);

/* A question for path_lookup(), and its answer. */
struct path_query {
	struct in_addr remote, local;
	uint32_t index;
	struct path path;
};

/* The same for N of them, many in one request. */
int path_lookup_all(struct conversation *c, struct path_query *queries, size_t n, struct err *err);

/* Ask the kernel for the route to REMOTE, leaving by INDEX (0: any), from LOCAL (0: any). 0 or negative errno. */
int path_lookup(struct conversation *c, struct in_addr remote, struct in_addr local, uint32_t index, struct path *path,
		struct err *err);

#endif
