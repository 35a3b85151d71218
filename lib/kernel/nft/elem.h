/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: one element of a set of the table `inet sitctl`, and its key, field by field. */
#ifndef SITCTL_KERNEL_NFT_ELEM_H
#define SITCTL_KERNEL_NFT_ELEM_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The sets of the table `inet sitctl`; rules.c describes their content. */
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

/* An element of a set; in an interval set from KEY to END, both inclusive. */
struct nft_elem {
	enum nft_set_id set;
	uint8_t key[NFT_KEY_SIZE], end[NFT_KEY_SIZE];
	uint8_t data[4]; /* of a map: an IPv4 address */
	char comment[NFT_COMMENT_SIZE];
	uint64_t packets; /* its counter, as the kernel reports it */
};

/* The type of a field of a key. */
enum nft_field { FIELD_END, FIELD_IPV4, FIELD_IPV6, FIELD_PROTO, FIELD_SERVICE, FIELD_IFNAME };

/* nft's name and number for the type of a field (nft: include/datatype.h), and its size in bytes. */
struct nft_type {
	const char *name;
	uint8_t number, len;
};

extern const struct nft_type nft_types[];

/* The key of a set: its length, its type number and its text as in `nft`. */
uint32_t nft_key_len(enum nft_set_id id);
uint32_t nft_key_type(enum nft_set_id id);
void nft_key_text(enum nft_set_id id, char *buf, size_t size);

/* Append a field of LEN bytes, from FIRST to LAST, to the key of ELEM at *AT (concatenated as nf_tables does). */
void nft_put_field(struct nft_elem *elem, size_t *at, const void *first, const void *last, size_t len);
void nft_put_ifname(struct nft_elem *elem, size_t *at, const char *ifname);

/* Does WIDER contain all of E, of the same interval set, field by field? */
bool nft_covers(const struct nft_elem *wider, const struct nft_elem *e);

/* Do two elements of the same interval set have a key in common? */
bool nft_overlaps(const struct nft_elem *a, const struct nft_elem *b);

/* Print an element in the syntax of `nft`. */
void nft_elem_print(const struct nft_elem *elem, FILE *out);

#endif
