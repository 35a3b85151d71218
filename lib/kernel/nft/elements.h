/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the table `inet sitctl` in memory: the elements of its sets. */
#ifndef SITCTL_KERNEL_NFT_ELEMENTS_H
#define SITCTL_KERNEL_NFT_ELEMENTS_H

#include "base/err.h"
#include "kernel/nft/elem.h"

/*
 * Chains that exist only if an element needs them: a rule with `ct` or `dnat` enables connection
 * tracking for the whole network namespace.
 */
enum nft_group { GROUP_ALWAYS, GROUP_SECURITY, GROUP_NAT, GROUP_COUNT };

/* The table `inet sitctl`: the elements of its sets; all the rest follows from them. Free with nft_free(). */
struct nft_table {
	bool exists;
	bool intact;	     /* chains, rules and sets are those that this version creates */
	unsigned int groups; /* bit I: the chains of group I exist */
	/* Packed elements, one after another; and the position of each, sorted, without duplicates. */
	uint8_t *bytes;
	size_t used, size;
	uint32_t *at;
	size_t n, room;
};

void nft_free(struct nft_table *table);

/* Make TO, which is empty, a copy. 0 or -ENOMEM. */
int nft_copy(struct nft_table *to, const struct nft_table *from, struct err *err);

bool nft_equal(const struct nft_table *a, const struct nft_table *b);

/* Add elements to a table: 0 or -ENOMEM. Call nft_sort() after the last one. */
int nft_add_remote(struct nft_table *table, struct in_addr remote, struct err *err);
int nft_add_ifname(struct nft_table *table, enum nft_set_id set, const char *ifname, struct err *err);
int nft_add_range(struct nft_table *table, enum nft_set_id set, const char *ifname, const struct in6_addr *first,
		  const struct in6_addr *last, struct err *err);
int nft_add_elem(struct nft_table *table, const struct nft_elem *elem, struct err *err);

/* After adding: sort, drop duplicates, find the groups of chains that the elements need. */
void nft_sort(struct nft_table *table);

/*
 * Drop elements that another element of the same set covers: the kernel refuses overlapping intervals, and one tunnel's
 * prefix may contain another's. TABLE is sorted. 0; -EEXIST, without ERR, if two overlap and neither covers the other;
 * or -ENOMEM and ERR.
 */
int nft_drop_covered(struct nft_table *table, struct err *err);

/* The set of the I-th element, and the whole element. */
enum nft_set_id nft_set_of(const struct nft_table *table, size_t i);
struct nft_elem nft_elem_at(const struct nft_table *table, size_t i);

/* Does TABLE have an element equal to the I-th of OTHER? And the same for two kinds of element. */
bool nft_has_of(const struct nft_table *table, const struct nft_table *other, size_t i);
bool nft_has_remote(const struct nft_table *table, struct in_addr remote);
bool nft_has_ifname(const struct nft_table *table, enum nft_set_id set, const char *ifname);

/* How many packets the element of IFNAME has counted; 0 if there is none. */
uint64_t nft_counted(const struct nft_table *table, enum nft_set_id set, const char *ifname);

#endif
