/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Find objects in a snapshot without looking at all of it: there may be thousands of tunnels. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state/snapshotfind.h"

/* Compares the item at a position with a key. */
typedef int (*compare)(const struct snapshot *s, uint32_t at, const void *key);

static int link_named(const struct snapshot *s, uint32_t at, const void *key)
{
	return strcmp(s->links[at].name, key);
}

static int order(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int addr_on(const struct snapshot *s, uint32_t at, const void *key)
{
	return order(s->addrs[at].index, *(const uint32_t *)key);
}

static int route_on(const struct snapshot *s, uint32_t at, const void *key)
{
	return order(s->routes[at].index, *(const uint32_t *)key);
}

static int route_to(const struct snapshot *s, uint32_t at, const void *key)
{
	const struct net6 *dst = key;
	int ret = memcmp(&s->routes[at].dst.addr, &dst->addr, sizeof(dst->addr));

	return ret ? ret : s->routes[at].dst.len - dst->len;
}

/* The next position from *AT on whose item matches KEY, or N. LIST (or NULL) has the N positions in order. */
static size_t next(const struct snapshot *s, const uint32_t *list, size_t n, compare cmp, const void *key, size_t *at)
{
	size_t low = *at, high = n;

	if (list && !*at)
		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (cmp(s, list[middle], key) < 0)
				low = middle + 1;
			else
				high = middle;
		}
	while (low < n && !list && cmp(s, (uint32_t)low, key))
		low++;
	*at = low + 1;
	if (low >= n || (list && cmp(s, list[low], key)))
		return n;
	return list ? list[low] : low;
}

const struct link *snapshot_link(const struct snapshot *s, const char *name)
{
	size_t at = 0, i = next(s, s->links_named, s->n_links, link_named, name, &at);

	return i < s->n_links ? &s->links[i] : NULL;
}

const struct addr *snapshot_next_addr(const struct snapshot *s, uint32_t index, size_t *at)
{
	size_t i = next(s, s->addrs_on, s->n_addrs, addr_on, &index, at);

	return i < s->n_addrs ? &s->addrs[i] : NULL;
}

const struct route *snapshot_next_route(const struct snapshot *s, uint32_t index, size_t *at)
{
	size_t i = next(s, s->routes_on, s->n_routes, route_on, &index, at);

	return i < s->n_routes ? &s->routes[i] : NULL;
}

const struct route *snapshot_next_route_to(const struct snapshot *s, const struct net6 *dst, size_t *at)
{
	size_t i = next(s, s->routes_to, s->n_routes, route_to, dst, at);

	return i < s->n_routes ? &s->routes[i] : NULL;
}

struct sorting {
	const struct snapshot *s;
	compare cmp;
	/* The key of the item at a position. */
	const void *(*key)(const struct snapshot *s, uint32_t at);
};

static const void *link_name(const struct snapshot *s, uint32_t at)
{
	return s->links[at].name;
}

static const void *addr_index(const struct snapshot *s, uint32_t at)
{
	return &s->addrs[at].index;
}

static const void *route_index(const struct snapshot *s, uint32_t at)
{
	return &s->routes[at].index;
}

static const void *route_dst(const struct snapshot *s, uint32_t at)
{
	return &s->routes[at].dst;
}

/* Equal items stay in the kernel's order. */
static int cmp_positions(const void *a, const void *b, void *data)
{
	const struct sorting *how = data;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int ret = how->cmp(how->s, x, how->key(how->s, y));

	return ret ? ret : order(x, y);
}

static int sort(uint32_t **list, size_t n, struct sorting how, struct err *err)
{
	*list = malloc((n + !n) * sizeof(**list));
	if (!*list)
		return err_sys(err, ENOMEM, "reading the kernel's state");
	for (size_t i = 0; i < n; i++)
		(*list)[i] = (uint32_t)i;
	qsort_r(*list, n, sizeof(**list), cmp_positions, &how);
	return 0;
}

int snapshot_sort(struct snapshot *s, struct err *err)
{
	int ret = sort(&s->links_named, s->n_links, (struct sorting){ s, link_named, link_name }, err);

	if (!ret)
		ret = sort(&s->addrs_on, s->n_addrs, (struct sorting){ s, addr_on, addr_index }, err);
	if (!ret)
		ret = sort(&s->routes_on, s->n_routes, (struct sorting){ s, route_on, route_index }, err);
	if (!ret)
		ret = sort(&s->routes_to, s->n_routes, (struct sorting){ s, route_to, route_dst }, err);
	return ret;
}
