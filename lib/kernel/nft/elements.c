/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The elements of the table `inet sitctl`: add, sort, find, compare. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nft/elements.h"
#include "kernel/nft/packed.h"
#include "kernel/nft/rules.h"

static const uint8_t *packed_at(const struct nft_table *table, size_t i)
{
	return table->bytes + table->at[i];
}

/* Room for one more element of SIZE bytes. */
static bool make_room(struct nft_table *table, size_t size)
{
	if (table->n == table->room) {
		size_t room = table->room ? 2 * table->room : 64;
		uint32_t *grown = realloc(table->at, room * sizeof(*grown));

		if (!grown)
			return false;
		table->at = grown;
		table->room = room;
	}
	if (size > table->size - table->used) {
		size_t more = 2 * table->size + 4096;
		uint8_t *grown = more > UINT32_MAX ? NULL : realloc(table->bytes, more);

		if (!grown)
			return false;
		table->bytes = grown;
		table->size = more;
	}
	return true;
}

int nft_add_elem(struct nft_table *table, const struct nft_elem *elem, struct err *err)
{
	uint8_t packed[NFT_PACKED_SIZE];
	size_t size = nft_pack(elem, packed);

	if (!make_room(table, size))
		return err_sys(err, ENOMEM, "nf_tables set");
	memcpy(table->bytes + table->used, packed, size);
	table->at[table->n++] = (uint32_t)table->used;
	table->used += size;
	return 0;
}

void nft_free(struct nft_table *table)
{
	free(table->bytes);
	free(table->at);
	memset(table, 0, sizeof(*table));
}

int nft_copy(struct nft_table *to, const struct nft_table *from, struct err *err)
{
	*to = *from;
	to->size = from->used;
	to->room = from->n;
	to->bytes = from->n ? malloc(from->used) : NULL;
	to->at = from->n ? malloc(from->n * sizeof(*to->at)) : NULL;
	if (from->n && (!to->bytes || !to->at)) {
		nft_free(to);
		return err_sys(err, ENOMEM, "nf_tables set");
	}
	if (from->n) {
		memcpy(to->bytes, from->bytes, from->used);
		memcpy(to->at, from->at, from->n * sizeof(*to->at));
	}
	return 0;
}

enum nft_set_id nft_set_of(const struct nft_table *table, size_t i)
{
	return packed_at(table, i)[0];
}

struct nft_elem nft_elem_at(const struct nft_table *table, size_t i)
{
	return nft_unpack(packed_at(table, i));
}

static struct nft_elem remote_elem(struct in_addr remote)
{
	struct nft_elem e = { .set = SET_REMOTES };
	size_t at = 0;

	nft_put_field(&e, &at, &remote, &remote, sizeof(remote));
	return e;
}

/* If the key has several names, as for a path from one interface to another, all are IFNAME. */
static struct nft_elem ifname_elem(enum nft_set_id set, const char *ifname)
{
	struct nft_elem e = { .set = set };
	size_t at = 0;

	for (const enum nft_field *f = nft_sets[set].fields; *f == FIELD_IFNAME; f++)
		nft_put_ifname(&e, &at, ifname);
	return e;
}

int nft_add_remote(struct nft_table *table, struct in_addr remote, struct err *err)
{
	struct nft_elem e = remote_elem(remote);

	return nft_add_elem(table, &e, err);
}

int nft_add_ifname(struct nft_table *table, enum nft_set_id set, const char *ifname, struct err *err)
{
	struct nft_elem e = ifname_elem(set, ifname);

	return nft_add_elem(table, &e, err);
}

int nft_add_range(struct nft_table *table, enum nft_set_id set, const char *ifname, const struct in6_addr *first,
		  const struct in6_addr *last, struct err *err)
{
	struct nft_elem e = { .set = set };
	size_t at = 0;

	nft_put_field(&e, &at, first, last, sizeof(*first));
	nft_put_ifname(&e, &at, ifname);
	return nft_add_elem(table, &e, err);
}

static int cmp_at(const void *a, const void *b, void *bytes)
{
	const uint8_t *all = bytes;

	return nft_cmp_packed(all + *(const uint32_t *)a, all + *(const uint32_t *)b);
}

/* Return memory that was allocated in advance. */
static void shrink(struct nft_table *table)
{
	uint8_t *bytes = table->used ? realloc(table->bytes, table->used) : NULL;
	uint32_t *at = table->n ? realloc(table->at, table->n * sizeof(*at)) : NULL;

	if (bytes) {
		table->bytes = bytes;
		table->size = table->used;
	}
	if (at) {
		table->at = at;
		table->room = table->n;
	}
}

int nft_drop_covered(struct nft_table *table, struct err *err)
{
	/* An element that covers another precedes it, and its first field does not end before the other's begins. */
	size_t *open = malloc(table->n * sizeof(*open) + 1), n_open = 0, n = 0;
	bool overlap = false;

	if (!open)
		return err_sys(err, ENOMEM, "nf_tables set");
	for (size_t i = 0; i < table->n; i++) {
		struct nft_elem e = nft_elem_at(table, i);
		size_t len = nft_types[nft_sets[e.set].fields[0]].len, still = 0;
		bool covered = false;

		for (size_t k = 0; nft_sets[e.set].flags & SET_INTERVAL && k < n_open; k++) {
			struct nft_elem o = nft_elem_at(table, open[k]);

			if (o.set != e.set || memcmp(o.end, e.key, len) < 0)
				continue;
			covered = covered || nft_covers(&o, &e);
			overlap = overlap || (nft_overlaps(&o, &e) && !nft_covers(&o, &e));
			open[still++] = open[k];
		}
		if (nft_sets[e.set].flags & SET_INTERVAL) {
			n_open = still;
			if (!covered)
				open[n_open++] = n;
		}
		if (!covered)
			table->at[n++] = table->at[i];
	}
	free(open);
	table->n = n;
	return overlap ? -EEXIST : 0;
}

void nft_sort(struct nft_table *table)
{
	size_t n = 0;

	if (table->n)
		qsort_r(table->at, table->n, sizeof(*table->at), cmp_at, table->bytes);
	for (size_t i = 0; i < table->n; i++)
		if (!i || nft_cmp_packed(packed_at(table, i), packed_at(table, n - 1)))
			table->at[n++] = table->at[i];
	table->n = n;
	shrink(table);
	table->groups = 1U << GROUP_ALWAYS;
	for (size_t i = 0; i < n; i++) {
		if (nft_set_of(table, i) == SET_SECURED)
			table->groups |= 1U << GROUP_SECURITY;
		if (nft_set_of(table, i) == SET_PASSED)
			table->groups |= 1U << GROUP_NAT;
	}
}

/* The position of an element equal to the packed one, or N. */
static size_t find(const struct nft_table *table, const uint8_t *packed)
{
	size_t low = 0, high = table->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (nft_cmp_packed(packed_at(table, middle), packed) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < table->n && !nft_cmp_packed(packed_at(table, low), packed) ? low : table->n;
}

static size_t find_elem(const struct nft_table *table, const struct nft_elem *elem)
{
	uint8_t packed[NFT_PACKED_SIZE];

	nft_pack(elem, packed);
	return find(table, packed);
}

bool nft_has_of(const struct nft_table *table, const struct nft_table *other, size_t i)
{
	return find(table, packed_at(other, i)) < table->n;
}

bool nft_has_remote(const struct nft_table *table, struct in_addr remote)
{
	struct nft_elem e = remote_elem(remote);

	return find_elem(table, &e) < table->n;
}

bool nft_has_ifname(const struct nft_table *table, enum nft_set_id set, const char *ifname)
{
	struct nft_elem e = ifname_elem(set, ifname);

	return find_elem(table, &e) < table->n;
}

uint64_t nft_counted(const struct nft_table *table, enum nft_set_id set, const char *ifname)
{
	struct nft_elem e = ifname_elem(set, ifname);
	size_t i = find_elem(table, &e);

	return i < table->n ? nft_elem_at(table, i).packets : 0;
}

bool nft_equal(const struct nft_table *a, const struct nft_table *b)
{
	if (!a->exists && !b->exists)
		return true;
	if (a->exists != b->exists || a->intact != b->intact || a->groups != b->groups || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (nft_cmp_packed(packed_at(a, i), packed_at(b, i)))
			return false;
	return true;
}
