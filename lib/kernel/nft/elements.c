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

static int cmp_elem(const void *a, const void *b)
{
	const struct nft_elem *x = a, *y = b;
	int order;

	if (x->set != y->set)
		return x->set < y->set ? -1 : 1;
	order = memcmp(x->key, y->key, sizeof(x->key));
	if (!order)
		order = memcmp(x->end, y->end, sizeof(x->end));
	if (!order)
		order = memcmp(x->data, y->data, sizeof(x->data));
	return order ? order : strcmp(x->comment, y->comment);
}

int nft_add_elem(struct nft_table *table, const struct nft_elem *elem, struct err *err)
{
	if (table->n == table->room) {
		size_t room = table->room ? 2 * table->room : 64;
		struct nft_elem *grown = realloc(table->elems, room * sizeof(*grown));

		if (!grown)
			return err_sys(err, ENOMEM, "nf_tables set");
		table->elems = grown;
		table->room = room;
	}
	table->elems[table->n++] = *elem;
	return 0;
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

void nft_sort(struct nft_table *table)
{
	size_t n = 0;

	if (table->n)
		qsort(table->elems, table->n, sizeof(*table->elems), cmp_elem);
	for (size_t i = 0; i < table->n; i++)
		if (!i || cmp_elem(&table->elems[i], &table->elems[n - 1]))
			table->elems[n++] = table->elems[i];
	table->n = n;
	table->groups = 1U << GROUP_ALWAYS;
	for (size_t i = 0; i < n; i++) {
		if (table->elems[i].set == SET_SECURED)
			table->groups |= 1U << GROUP_SECURITY;
		if (table->elems[i].set == SET_PASSED)
			table->groups |= 1U << GROUP_NAT;
	}
}

const struct nft_elem *nft_find(const struct nft_table *table, const struct nft_elem *elem)
{
	return table->n ? bsearch(elem, table->elems, table->n, sizeof(*elem), cmp_elem) : NULL;
}

bool nft_has_remote(const struct nft_table *table, struct in_addr remote)
{
	struct nft_elem e = remote_elem(remote);

	return nft_find(table, &e);
}

const struct nft_elem *nft_find_ifname(const struct nft_table *table, enum nft_set_id set, const char *ifname)
{
	struct nft_elem e = ifname_elem(set, ifname);

	return nft_find(table, &e);
}

bool nft_equal(const struct nft_table *a, const struct nft_table *b)
{
	if (!a->exists && !b->exists)
		return true;
	if (a->exists != b->exists || a->intact != b->intact || a->groups != b->groups || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (cmp_elem(&a->elems[i], &b->elems[i]))
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

void nft_elem_text(const struct nft_elem *e, char *buf, size_t size)
{
	const struct nft_set *row = &nft_sets[e->set];
	char a[NET6_TEXT], b[NET6_TEXT];
	size_t at = 0, len = 0;

	for (const enum nft_field *f = row->fields; *f; f++) {
		field_text(*f, e->key + at, a, sizeof(a));
		field_text(*f, (row->flags & SET_INTERVAL ? e->end : e->key) + at, b, sizeof(b));
		len += (size_t)snprintf(buf + len, size - len, "%s%s%s%s", at ? " . " : "", a, strcmp(a, b) ? "-" : "",
					strcmp(a, b) ? b : "");
		at += padded(nft_types[*f].len);
	}
	if (e->comment[0])
		len += (size_t)snprintf(buf + len, size - len, " comment \"%s\"", e->comment);
	if (row->flags & SET_MAP) {
		field_text(FIELD_IPV4, e->data, a, sizeof(a));
		snprintf(buf + len, size - len, " : %s", a);
	}
}
