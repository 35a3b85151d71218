/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the kernel has now, of everything that a plan can be about. */
#ifndef SITCTL_STATE_SNAPSHOT_H
#define SITCTL_STATE_SNAPSHOT_H

#include "base/arena.h"
#include "kernel/object.h"

struct addr4 {
	uint32_t index;
	struct in_addr addr;	  /* this host's */
	struct in_addr net;	  /* an address in its subnet: on a point-to-point link the other end's */
	struct in_addr broadcast; /* as configured, or 0 */
	uint8_t len;		  /* of the subnet */
};

struct snapshot {
	struct arena arena; /* texts and counters of the links */
	struct link *links;
	size_t n_links;
	struct addr *addrs;
	size_t n_addrs;
	struct addr4 *addrs4;
	size_t n_addrs4;
	struct route *routes; /* main table: default routes, ours, and those to an interface without a gateway */
	size_t n_routes;
	struct neigh *neighs; /* proxy entries */
	size_t n_neighs;
	struct nft_table nft;
	bool nft_unknown; /* no permission to read it */
	/*
	 * Sorted positions in the lists: links by name, addresses and routes by interface, routes by destination; or
	 * NULL.
	 */
	uint32_t *links_named, *addrs_on, *routes_on, *routes_to;
};

/*
 * Read all of it with dumps; the counters of interfaces are certain to be there only with COUNTERS, which takes longer.
 * 0, or a negative errno and ERR. Ends with snapshot_free().
 */
int snapshot_load(struct conversation *c, struct snapshot *s, bool counters, struct err *err);
void snapshot_free(struct snapshot *s);
const struct link *snapshot_link_index(const struct snapshot *s, uint32_t index);

/* Is ADDR an address of this host? On the loopback interface the whole subnet is. */
bool snapshot_has_addr4(const struct snapshot *s, struct in_addr addr);

#endif
