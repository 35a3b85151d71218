/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of the sets of table `inet sitctl`: made, sorted, found, compared, written. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nft/elements.h"
#include "base/inet6.h"
#include "kernel/nft/rules.h"

const struct nft_type nft_types[] = {
	[FIELD_IPV4] = { "ipv4_addr", 7, 4 },	     [FIELD_IPV6] = { "ipv6_addr", 8, 16 },
	[FIELD_PROTO] = { "inet_proto", 12, 1 },     [FIELD_SERVICE] = { "inet_service", 13, 2 },
	[FIELD_IFNAME] = { "ifname", 41, IFNAMSIZ },
};

/* In a concatenation each field starts at a register of four bytes. */
static size_t padded(size_t len)
{
	return (len + 3) / 4 * 4;
}

uint32_t nft_key_len(enum nft_set_id id)
{
	size_t len = 0;

	for (const enum nft_field *f = nft_sets[id].fields; *f; f++)
		len += padded(nft_types[*f].len);
	return (uint32_t)len;
}

/* Six bits for each field. */
uint32_t nft_key_type(enum nft_set_id id)
{
	uint32_t type = 0;

	for (const enum nft_field *f = nft_sets[id].fields; *f; f++)
		type = type << 6 | nft_types[*f].number;
	return type;
}

void nft_key_text(enum nft_set_id id, char *buf, size_t size)
{
	*buf = '\0';
	for (const enum nft_field *f = nft_sets[id].fields; *f; f++)
		snprintf(buf + strlen(buf), size - strlen(buf), "%s%s", *buf ? " . " : "", nft_types[*f].name);
}

/*
 * An element takes as few bytes as it can, for there are several to a peer: its set; the key without the zeros at its
 * end, and how many bytes that is; of an interval's end what is not as in the key, and how many bytes before and behind
 * that are; of a map the data and the comment with its zero; whether it has counted, and what.
 */
#define COVERS_MAX 64 /* elements that an element is compared with: tunnels have fewer prefixes in one another */
#define AT_LEN 1
#define AT_KEY 2

static size_t data_size(enum nft_set_id set)
{
	return nft_sets[set].flags & SET_MAP ? sizeof(((struct nft_elem *)NULL)->data) : 0;
}

/* ELEM packed into BUF, which has room for a whole one. Returns how many bytes it takes. */
static size_t pack(const struct nft_elem *elem, uint8_t buf[NFT_PACKED_SIZE])
{
	uint8_t len = (uint8_t)nft_key_len(elem->set), used = len, before = 0, other;
	unsigned int flags = nft_sets[elem->set].flags;
	uint8_t *to = buf + AT_KEY;

	while (used && !elem->key[used - 1])
		used--;
	buf[0] = (uint8_t)elem->set;
	buf[AT_LEN] = used;
	memcpy(to, elem->key, used);
	to += used;
	if (flags & SET_INTERVAL) {
		while (before < len && elem->key[before] == elem->end[before])
			before++;
		other = (uint8_t)(len - before);
		while (other && elem->key[before + other - 1] == elem->end[before + other - 1])
			other--;
		*to++ = before;
		*to++ = (uint8_t)(len - before - other);
		memcpy(to, elem->end + before, other);
		to += other;
	}
	memcpy(to, elem->data, data_size(elem->set));
	to += data_size(elem->set);
	if (flags & SET_MAP)
		to += snprintf((char *)to, sizeof(elem->comment), "%s", elem->comment) + 1;
	if (flags & SET_COUNTED)
		*to++ = elem->packets > 0;
	if (flags & SET_COUNTED && elem->packets) {
		memcpy(to, &elem->packets, sizeof(elem->packets));
		to += sizeof(elem->packets);
	}
	return (size_t)(to - buf);
}

static struct nft_elem unpack(const uint8_t *bytes)
{
	struct nft_elem e = { .set = bytes[0] };
	size_t len = nft_key_len(e.set);
	unsigned int flags = nft_sets[e.set].flags;
	const uint8_t *from = bytes + AT_KEY + bytes[AT_LEN];

	memcpy(e.key, bytes + AT_KEY, bytes[AT_LEN]);
	if (flags & SET_INTERVAL) {
		size_t before = *from++, other = len - before - *from++;

		memcpy(e.end, e.key, len);
		memcpy(e.end + before, from, other);
		from += other;
	}
	memcpy(e.data, from, data_size(e.set));
	from += data_size(e.set);
	if (flags & SET_MAP)
		memcpy(e.comment, from, strlen((const char *)from) + 1);
	else if (flags & SET_COUNTED && *from)
		memcpy(&e.packets, from + 1, sizeof(e.packets));
	return e;
}

/* Two packed elements by set, key, and end, what is wider first: what they count is no matter. */
static int cmp_packed(const uint8_t *x, const uint8_t *y)
{
	size_t shorter = x[AT_LEN] < y[AT_LEN] ? x[AT_LEN] : y[AT_LEN], rest;
	int order;

	if (x[0] != y[0])
		return x[0] < y[0] ? -1 : 1;
	order = memcmp(x + AT_KEY, y + AT_KEY, shorter);
	if (order || x[AT_LEN] != y[AT_LEN])
		return order ? order : x[AT_LEN] < y[AT_LEN] ? -1 : 1;
	rest = AT_KEY + shorter;
	if (nft_sets[x[0]].flags & SET_INTERVAL) {
		struct nft_elem a = unpack(x), b = unpack(y);

		order = memcmp(b.end, a.end, sizeof(a.end));
		if (order)
			return order;
		rest += 2 + nft_key_len(x[0]) - x[rest] - x[rest + 1];
	}
	order = memcmp(x + rest, y + rest, data_size(x[0]));
	rest += data_size(x[0]);
	return order || !data_size(x[0]) ? order : strcmp((const char *)x + rest, (const char *)y + rest);
}

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
	size_t size = pack(elem, packed);

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
	return unpack(packed_at(table, i));
}

void nft_put_field(struct nft_elem *elem, size_t *at, const void *first, const void *last, size_t len)
{
	memcpy(elem->key + *at, first, len);
	if (nft_sets[elem->set].flags & SET_INTERVAL)
		memcpy(elem->end + *at, last, len);
	*at += padded(len);
}

void nft_put_ifname(struct nft_elem *elem, size_t *at, const char *ifname)
{
	char name[IFNAMSIZ] = "";

	memcpy(name, ifname, strnlen(ifname, IFNAMSIZ - 1));
	nft_put_field(elem, at, name, name, sizeof(name));
}

static struct nft_elem remote_elem(struct in_addr remote)
{
	struct nft_elem e = { .set = SET_REMOTES };
	size_t at = 0;

	nft_put_field(&e, &at, &remote, &remote, sizeof(remote));
	return e;
}

static struct nft_elem ifname_elem(enum nft_set_id set, const char *ifname)
{
	struct nft_elem e = { .set = set };
	size_t at = 0;

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

	return cmp_packed(all + *(const uint32_t *)a, all + *(const uint32_t *)b);
}

/* What was asked for while it grew is given back. */
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

/* Is all of E in WIDER, field by field? */
static bool covers(const struct nft_elem *wider, const struct nft_elem *e)
{
	size_t at = 0;

	for (const enum nft_field *f = nft_sets[e->set].fields; *f; f++) {
		size_t len = nft_types[*f].len;

		if (memcmp(wider->key + at, e->key + at, len) > 0 || memcmp(wider->end + at, e->end + at, len) < 0)
			return false;
		at += padded(len);
	}
	return true;
}

/* What may cover an element stands before it: those are looked at whose first field does not end before this one begins. */
void nft_drop_covered(struct nft_table *table)
{
	struct nft_elem open[COVERS_MAX];
	size_t n_open = 0, n = 0;

	for (size_t i = 0; i < table->n; i++) {
		struct nft_elem e = nft_elem_at(table, i);
		size_t len = nft_types[nft_sets[e.set].fields[0]].len, still = 0;
		bool covered = false;

		if (nft_sets[e.set].flags & SET_INTERVAL) {
			for (size_t k = 0; k < n_open; k++)
				if (open[k].set == e.set && memcmp(open[k].end, e.key, len) >= 0) {
					covered = covered || covers(&open[k], &e);
					open[still++] = open[k];
				}
			n_open = still;
			if (!covered && n_open < COVERS_MAX)
				open[n_open++] = e;
		}
		if (!covered)
			table->at[n++] = table->at[i];
	}
	table->n = n;
}

void nft_sort(struct nft_table *table)
{
	size_t n = 0;

	if (table->n)
		qsort_r(table->at, table->n, sizeof(*table->at), cmp_at, table->bytes);
	for (size_t i = 0; i < table->n; i++)
		if (!i || cmp_packed(packed_at(table, i), packed_at(table, n - 1)))
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

/* The place of an element like the packed one, or N. */
static size_t find(const struct nft_table *table, const uint8_t *packed)
{
	size_t low = 0, high = table->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cmp_packed(packed_at(table, middle), packed) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < table->n && !cmp_packed(packed_at(table, low), packed) ? low : table->n;
}

static size_t find_elem(const struct nft_table *table, const struct nft_elem *elem)
{
	uint8_t packed[NFT_PACKED_SIZE];

	pack(elem, packed);
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
		if (cmp_packed(packed_at(a, i), packed_at(b, i)))
			return false;
	return true;
}

static void field_text(enum nft_field field, const uint8_t *value, char *buf, size_t size)
{
	struct in_addr addr4;
	struct in6_addr addr6;

	switch (field) {
	case FIELD_IPV4:
		memcpy(&addr4, value, sizeof(addr4));
		addr4_text(addr4, buf);
		break;
	case FIELD_IPV6:
		memcpy(&addr6, value, sizeof(addr6));
		addr6_text(&addr6, buf);
		break;
	case FIELD_PROTO: snprintf(buf, size, "%u", *value); break;
	case FIELD_SERVICE: snprintf(buf, size, "%d", value[0] << 8 | value[1]); break;
	default: snprintf(buf, size, "\"%.15s\"", (const char *)value);
	}
}

/* The length of the prefix that the interval is, or -1: it is none. */
static int prefix_len(const uint8_t *first, const uint8_t *last)
{
	int len = 0;

	while (len < 128 && !((first[len / 8] ^ last[len / 8]) >> (7 - len % 8) & 1))
		len++;
	for (int i = len; i < 128; i++)
		if (first[i / 8] >> (7 - i % 8) & 1 || !(last[i / 8] >> (7 - i % 8) & 1))
			return -1;
	return len;
}

/* Behind the first value of an interval: as a prefix, or up to the last one. */
static void print_end(enum nft_field field, const uint8_t *first, const uint8_t *last, FILE *out)
{
	int len = field == FIELD_IPV6 ? prefix_len(first, last) : -1;
	char text[NET6_TEXT];

	if (len >= 0) {
		fprintf(out, "/%d", len);
		return;
	}
	field_text(field, last, text, sizeof(text));
	fprintf(out, "-%s", text);
}

void nft_elem_print(const struct nft_elem *e, FILE *out)
{
	const struct nft_set *row = &nft_sets[e->set];
	char text[NET6_TEXT];
	size_t at = 0;

	for (const enum nft_field *f = row->fields; *f; f++) {
		if (at)
			fputs(" . ", out);
		field_text(*f, e->key + at, text, sizeof(text));
		fputs(text, out);
		if (row->flags & SET_INTERVAL && memcmp(e->key + at, e->end + at, nft_types[*f].len))
			print_end(*f, e->key + at, e->end + at, out);
		at += padded(nft_types[*f].len);
	}
	if (e->comment[0])
		fprintf(out, " comment \"%s\"", e->comment);
	if (row->flags & SET_MAP) {
		field_text(FIELD_IPV4, e->data, text, sizeof(text));
		fprintf(out, " : %s", text);
	}
}
