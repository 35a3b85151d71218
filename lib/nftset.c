/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of the sets of table `inet sitctl`: made, sorted, found, compared, written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nft.h"

static int cmp_elem(const void *a, const void *b)
{
	const struct nft_elem *x = a, *y = b;
	int order;

	if (x->set != y->set)
		return x->set < y->set ? -1 : 1;
	order = memcmp(x->key, y->key, sizeof(x->key));
	return order ? order : memcmp(x->end, y->end, sizeof(x->end));
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

static struct nft_elem remote_elem(struct in_addr remote)
{
	struct nft_elem e = { .set = SET_REMOTES };

	memcpy(e.key, &remote, sizeof(remote));
	return e;
}

static struct nft_elem ifname_elem(enum nft_set_id set, const char *ifname)
{
	struct nft_elem e = { .set = set };

	memcpy(e.key, ifname, strnlen(ifname, IFNAMSIZ - 1));
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

	memcpy(e.key, first, sizeof(*first));
	memcpy(e.end, last, sizeof(*last));
	memcpy(e.key + sizeof(*first), ifname, strnlen(ifname, IFNAMSIZ - 1));
	memcpy(e.end + sizeof(*last), ifname, strnlen(ifname, IFNAMSIZ - 1));
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
	if (a->exists != b->exists || a->intact != b->intact || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (cmp_elem(&a->elems[i], &b->elems[i]))
			return false;
	return true;
}

void nft_elem_text(const struct nft_elem *e, char *buf, size_t size)
{
	struct in_addr remote;
	struct in6_addr first, last;
	char a[NET6_TEXT], b[NET6_TEXT];

	if (e->set == SET_REMOTES) {
		memcpy(&remote, e->key, sizeof(remote));
		snprintf(buf, size, "%s", addr4_text(remote, a));
		return;
	}
	if (!nft_sets[e->set].interval) {
		snprintf(buf, size, "\"%.15s\"", (const char *)e->key);
		return;
	}
	memcpy(&first, e->key, sizeof(first));
	memcpy(&last, e->end, sizeof(last));
	addr6_text(&first, a);
	addr6_text(&last, b);
	snprintf(buf, size, "%s%s%s . \"%.15s\"", a, strcmp(a, b) ? "-" : "", strcmp(a, b) ? b : "",
		 (const char *)e->key + sizeof(first));
}
