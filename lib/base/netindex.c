/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two networks overlap only if one contains the other: sorted, those inside are adjacent; those around are few. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/netindex.h"

int netindex_add(struct netindex *nets, const struct net6 *net, const void *owner, struct err *err)
{
	if (nets->n == nets->room) {
		size_t room = nets->room ? 2 * nets->room : 64;
		struct owned_net *grown = realloc(nets->items, room * sizeof(*grown));

		if (!grown)
			return err_sys(err, ENOMEM, "comparing networks");
		nets->items = grown;
		nets->room = room;
	}
	nets->items[nets->n].net.addr = net6_base(net);
	nets->items[nets->n].net.len = net->len;
	nets->items[nets->n++].owner = owner;
	nets->lens[net->len] = true;
	return 0;
}

static int cmp_net(const void *a, const void *b)
{
	const struct owned_net *x = a, *y = b;
	int ret = memcmp(&x->net.addr, &y->net.addr, sizeof(x->net.addr));

	return ret ? ret : x->net.len - y->net.len;
}

void netindex_sort(struct netindex *nets)
{
	if (nets->n)
		qsort(nets->items, nets->n, sizeof(*nets->items), cmp_net);
}

void netindex_free(struct netindex *nets)
{
	free(nets->items);
	memset(nets, 0, sizeof(*nets));
}

/* The first network that does not sort before NET. */
static size_t lower_bound(const struct netindex *nets, const struct net6 *net)
{
	struct owned_net key = { .net = *net };
	size_t low = 0, high = nets->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cmp_net(&nets->items[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool netindex_overlap(const struct netindex *nets, const struct net6 *net, const void *owner)
{
	struct net6 around = { .addr = net6_base(net), .len = net->len };

	for (size_t i = lower_bound(nets, &around); i < nets->n && net6_contains(net, &nets->items[i].net.addr); i++)
		if (nets->items[i].net.len >= net->len && nets->items[i].owner != owner)
			return true;
	while (around.len > 0) {
		around.len--;
		if (!nets->lens[around.len])
			continue;
		around.addr = net6_base(&around);
		for (size_t i = lower_bound(nets, &around); i < nets->n && net6_equal(&nets->items[i].net, &around);
		     i++)
			if (nets->items[i].owner != owner)
				return true;
	}
	return false;
}
