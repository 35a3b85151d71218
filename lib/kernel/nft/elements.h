/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the table `inet sitctl` in memory: the elements of its sets. */
#ifndef SITCTL_KERNEL_NFT_ELEMENTS_H
#define SITCTL_KERNEL_NFT_ELEMENTS_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

/* The sets of the table `inet sitctl`; rules.c says what is in them. */
enum nft_set_id {
	SET_REMOTES,
	SET_PEERS,
	SET_PROVIDERS,
	SET_ALLOWED,
	SET_FORBIDDEN,
	SET_DROPPED,
	SET_CLAMPED,
	SET_HAIRPINS,
	SET_WILDCARDS,
	SET_SECURED,
	SET_OPEN,
	SET_SITE,
	SET_ANSWERS,
	SET_UNSOLICITED,
	SET_PASSED,
	SET_MASQUERADED,
	SET_COUNT
};

#define NFT_KEY_SIZE 40
#define NFT_COMMENT_SIZE 40 /* holds the name of a `nat pass` */

/* An element of a set; in an interval set from KEY to END, both included. */
struct nft_elem {
	enum nft_set_id set;
	uint8_t key[NFT_KEY_SIZE], end[NFT_KEY_SIZE];
	uint8_t data[4]; /* of a map: an IPv4 address */
	char comment[NFT_COMMENT_SIZE];
	uint64_t packets; /* its counter, as the kernel tells */
};

#define NFT_PACKED_SIZE (sizeof(struct nft_elem) + 4) /* of one that has all, at most */

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

/* Append a field of LEN bytes to the key of ELEM, at *AT, from FIRST to LAST (concatenated as nf_tables does). */
void nft_put_field(struct nft_elem *elem, size_t *at, const void *first, const void *last, size_t len);
void nft_put_ifname(struct nft_elem *elem, size_t *at, const char *ifname);

/* Ends the adding: sorts, drops duplicates, finds the groups of chains that the elements need. */
void nft_sort(struct nft_table *table);

/*
 * Leave out what lies in another element of the same set: the kernel refuses intervals that overlap, and tunnels may have
 * prefixes that lie in each other. TABLE is sorted.
 */
void nft_drop_covered(struct nft_table *table);

/* The set of the I-th element, and all of it. */
enum nft_set_id nft_set_of(const struct nft_table *table, size_t i);
struct nft_elem nft_elem_at(const struct nft_table *table, size_t i);

/* Has TABLE an element like the I-th of OTHER? And two kinds of element to ask for. */
bool nft_has_of(const struct nft_table *table, const struct nft_table *other, size_t i);
bool nft_has_remote(const struct nft_table *table, struct in_addr remote);
bool nft_has_ifname(const struct nft_table *table, enum nft_set_id set, const char *ifname);

/* How many packets the element of IFNAME has counted; 0 where there is none. */
uint64_t nft_counted(const struct nft_table *table, enum nft_set_id set, const char *ifname);

/* What a field of a key holds. */
enum nft_field { FIELD_END, FIELD_IPV4, FIELD_IPV6, FIELD_PROTO, FIELD_SERVICE, FIELD_IFNAME };

/* nft's name and number of the type of a field (nft: include/datatype.h), and its bytes. */
struct nft_type {
	const char *name;
	uint8_t number, len;
};

extern const struct nft_type nft_types[];

/* The key of a set: its length, its number and its text as `nft` has them. */
uint32_t nft_key_len(enum nft_set_id id);
uint32_t nft_key_type(enum nft_set_id id);
void nft_key_text(enum nft_set_id id, char *buf, size_t size);

/* Write an element as `nft` takes it. */
void nft_elem_print(const struct nft_elem *elem, FILE *out);

#endif
