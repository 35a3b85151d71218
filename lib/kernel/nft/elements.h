/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the table `inet sitctl` in memory: the elements of its sets. */
#ifndef SITCTL_KERNEL_NFT_ELEMENTS_H
#define SITCTL_KERNEL_NFT_ELEMENTS_H

#include "base/err.h"
#include "kernel/nft/elem.h"

/*
 * Chains that are there only where an element needs them: a rule with `ct` or `dnat` switches
 * connection tracking on for the whole network namespace.
 */
enum nft_group { GROUP_ALWAYS, GROUP_SECURITY, GROUP_NAT, GROUP_COUNT };

/* The table `inet sitctl`: what is in its sets; all the rest follows from that. Ends with nft_free(). */
struct nft_table {
	bool exists;
	bool intact;	     /* chains, rules and sets are those that this version makes */
	unsigned int groups; /* bit I: the chains of group I are there */
	/* Elements as short as their set allows, one behind the other; where each is, sorted, no duplicates. */
	uint8_t *bytes;
	size_t used, size;
	uint32_t *at;
	size_t n, room;
};

void nft_free(struct nft_table *table);

/* TO, which is empty, becomes the same. 0 or -ENOMEM. */
int nft_copy(struct nft_table *to, const struct nft_table *from, struct err *err);

bool nft_equal(const struct nft_table *a, const struct nft_table *b);

/* Elements of a table. Adding: 0 or -ENOMEM; nft_sort() ends it. */
int nft_add_remote(struct nft_table *table, struct in_addr remote, struct err *err);
int nft_add_ifname(struct nft_table *table, enum nft_set_id set, const char *ifname, struct err *err);
int nft_add_range(struct nft_table *table, enum nft_set_id set, const char *ifname, const struct in6_addr *first,
		  const struct in6_addr *last, struct err *err);
int nft_add_elem(struct nft_table *table, const struct nft_elem *elem, struct err *err);

/* Ends the adding: sorts, drops duplicates, finds the groups of chains that the elements need. */
void nft_sort(struct nft_table *table);

/*
 * Leave out what lies in another element of the same set: the kernel refuses intervals that overlap, and tunnels may have
 * prefixes that lie in each other. TABLE is sorted. 0; -EEXIST, without ERR, where two overlap of which neither lies in the
 * other; or -ENOMEM and ERR.
 */
int nft_drop_covered(struct nft_table *table, struct err *err);

/* The set of the I-th element, and all of it. */
enum nft_set_id nft_set_of(const struct nft_table *table, size_t i);
struct nft_elem nft_elem_at(const struct nft_table *table, size_t i);

/* Has TABLE an element like the I-th of OTHER? And two kinds of element to ask for. */
bool nft_has_of(const struct nft_table *table, const struct nft_table *other, size_t i);
bool nft_has_remote(const struct nft_table *table, struct in_addr remote);
bool nft_has_ifname(const struct nft_table *table, enum nft_set_id set, const char *ifname);

/* How many packets the element of IFNAME has counted; 0 where there is none. */
uint64_t nft_counted(const struct nft_table *table, enum nft_set_id set, const char *ifname);

#endif
