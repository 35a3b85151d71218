/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Assemble what importers have read: which tunnel does an address, route or prefix belong to? */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "import/assemble.h"
#include "kernel/addr.h"
#include "spec/params.h"
#include "state/derive.h"

/* From now on, errors refer to ITEM. */
static void at(struct import *im, const struct import_item *item)
{
	im->file = item->file;
	im->line = item->line;
}

static struct imported *owner_by_gateway(struct import *im, const struct import_item *item)
{
	for (size_t i = 0; item->has_gateway && i < im->n; i++)
		for (unsigned int k = 0; k < im->tunnels[i].spec.n_addresses; k++)
			if (net6_contains(&im->tunnels[i].spec.addresses[k], &item->gateway))
				return &im->tunnels[i];
	return NULL;
}

/* An item without an interface belongs to the tunnel before it, or to the first one. */
static struct imported *nearby(struct import *im, const struct import_item *item)
{
	return im->n ? &im->tunnels[item->after ? item->after - 1 : 0] : NULL;
}

/* The tunnel that an item is about: by its interface, else by its gateway. */
static struct imported *owner(struct import *im, const struct import_item *item)
{
	return item->ifname[0] ? import_find(im, item->ifname) : owner_by_gateway(im, item);
}

static void take_wrong_address(struct import *im, const struct import_item *item)
{
	struct imported *t = import_find(im, item->ifname);

	if (t)
		spec_set_given(&t->spec, "address");
}

static void take_address(struct import *im, const struct import_item *item)
{
	struct imported *t = import_find(im, item->ifname);
	char text[NET6_TEXT];

	/* A repeated address is ignored. */
	for (unsigned int i = 0; t && i < t->spec.n_addresses; i++)
		if (net6_equal(&t->spec.addresses[i], &item->net))
			return;
	if (t)
		import_set(im, t, "address", net6_text(&item->net, text));
}

static void take_mtu(struct import *im, const struct import_item *item)
{
	struct imported *t = import_find(im, item->ifname);

	if (t)
		import_set(im, t, "mtu", item->value);
}

static bool same_way(const struct import_item *a, const struct import_item *b)
{
	return a->has_gateway == b->has_gateway && a->metric == b->metric && addr6_equal(&a->gateway, &b->gateway);
}

static void take_default(struct import *im, const struct import_item *item)
{
	struct imported *t = owner(im, item);
	char text[NET6_TEXT], word[NET6_TEXT + 16];

	if (!t)
		return; /* through another interface: not the tunnel's */
	if (t->dflt && same_way(t->dflt, item))
		return;
	addr6_text(&item->gateway, text);
	if (spec_given(&t->spec, "gateway")) {
		snprintf(word, sizeof(word), "default%s%s", item->has_gateway ? " via " : "",
			 item->has_gateway ? text : "");
		import_error(im, word, "is a second default route through %s: sitctl makes only one",
			     name_text(t->spec.name));
		return;
	}
	t->dflt = item;
	import_set(im, t, "gateway", item->has_gateway ? text : "auto");
	snprintf(text, sizeof(text), "%u", item->metric);
	if (item->metric != METRIC_DEFAULT)
		import_set(im, t, "metric", text);
}

/* Does an address of T imply this route? A routed prefix may be used on the tunnel itself. */
static bool brought_by_address(const struct imported *t, const struct import_item *item)
{
	for (unsigned int i = 0; !item->has_gateway && i < t->spec.n_addresses; i++)
		if (t->spec.addresses[i].len <= item->net.len && net6_contains(&t->spec.addresses[i], &item->net.addr))
			return true;
	return false;
}

/* Is it the gateway of T's default route? That is on-link already. */
static bool is_gateway(const struct imported *t, const struct net6 *net)
{
	return net->len == 128 && t->spec.gateway_mode == GATEWAY_ADDRESS && addr6_equal(&t->spec.gateway, &net->addr);
}

static void take_route(struct import *im, const struct import_item *item)
{
	struct imported *t = owner(im, item);
	char text[NET6_TEXT];

	if (!t || (!item->has_gateway && is_gateway(t, &item->net)) || brought_by_address(t, item))
		return;
	import_error(im, net6_text(&item->net, text),
		     "is not a route that sitctl makes for a client: it makes only a default route");
}

/* The prefix NET of T, or NULL. */
static struct prefix *prefix_of(struct imported *t, const struct net6 *net)
{
	for (unsigned int i = 0; i < t->spec.n_prefixes; i++)
		if (net6_equal(&t->spec.prefixes[i].net, net))
			return &t->spec.prefixes[i];
	return NULL;
}

static void add_prefix(struct import *im, struct imported *t, const struct net6 *net, const char *ifname)
{
	struct prefix *p = prefix_of(t, net);
	char value[VALUE_TEXT], text[NET6_TEXT];
	const char *why;

	if (p && !p->ifname.at) {
		if (!parse_ifname(ifname, &why) || (why = ifname_unfit(ifname)))
			import_error(im, ifname, "%s", why);
		else
			name_hold(&p->ifname, ifname);
		return;
	}
	snprintf(value, sizeof(value), "%s%s%s", net6_text(net, text), *ifname ? "," : "", ifname);
	import_set(im, t, "prefix", value);
}

static void take_unreachable(struct import *im, const struct import_item *item)
{
	struct imported *t = nearby(im, item);

	if (t && !prefix_of(t, &item->net))
		add_prefix(im, t, &item->net, "");
}

/* Is it the address that sitctl would give its interface for this prefix? */
static bool first_address(const struct net6 *prefix, const struct import_item *item)
{
	struct prefix p = { .net = *prefix };
	struct addr want;

	return name_hold(&p.ifname, item->ifname) && derive_lan_addr(&p, &want) && net6_equal(&want.net, &item->net);
}

/* An address of another interface: part of a prefix that is routed to this host. */
static void take_lan(struct import *im, const struct import_item *item)
{
	struct imported *t = nearby(im, item);
	struct net6 own = { .addr = net6_base(&item->net), .len = item->net.len };
	char text[NET6_TEXT];

	if (!t || import_find(im, item->ifname) || import_is_other(im, item->ifname) || !im->all_interfaces)
		return;
	for (unsigned int i = 0; i < t->spec.n_prefixes; i++) {
		const struct prefix *p = &t->spec.prefixes[i];

		if (first_address(&p->net, item) && !p->ifname.at) {
			add_prefix(im, t, &p->net, item->ifname);
			return;
		}
	}
	if (first_address(&own, item))
		add_prefix(im, t, &own, item->ifname);
	else
		import_error(im, net6_text(&item->net, text),
			     "is not the address that sitctl would give to a LAN, the first one of its prefix (%s)",
			     item->ifname);
}

static bool is_lan(const struct import *im, const char *ifname)
{
	for (size_t i = 0; i < im->n; i++)
		for (unsigned int k = 0; k < im->tunnels[i].spec.n_prefixes; k++)
			if (!strcmp(name_text(im->tunnels[i].spec.prefixes[k].ifname), ifname))
				return true;
	return false;
}

static void take_odd(struct import *im, const struct import_item *item)
{
	if (owner(im, item) || (item->kind == IMPORT_ODD_ADDRESS && item->ifname[0] && is_lan(im, item->ifname)))
		import_error(im, item->value, "is not understood in '%s'", item->param);
}

/* A client forwards only for its LANs. Reported once, whichever sysctl is set. */
static void check_forwarding(struct import *im)
{
	for (size_t i = 0; i < im->n; i++)
		if (spec_has_lan(&im->tunnels[i].spec))
			return;
	for (size_t i = 0; im->n && i < im->n_items; i++)
		if (im->items[i].kind == IMPORT_FORWARDING) {
			at(im, &im->items[i]);
			import_error(im, im->items[i].value,
				     "is set by sitctl only for a LAN, as in 'prefix P/LEN,IFACE'");
			return;
		}
}

/* Settings for a tunnel that precede its creation were not read. */
static void take_early(struct import *im, const struct import_item *item)
{
	for (size_t i = item->after; i < im->n; i++) {
		struct spec *spec = &im->tunnels[i].spec;

		if (fnmatch(item->ifname, name_text(spec->name), 0))
			continue;
		import_error(im, item->ifname,
			     "is about %s, which is created later: move its creation before this line",
			     name_text(spec->name));
		spec_set_given(spec, "address");
		return;
	}
}

/* Only what the text itself does not say: it may have been changed without the comment. */
static void take_comment(struct import *im, const struct import_item *item)
{
	struct imported *t = im->n ? &im->tunnels[item->after < im->n ? item->after : im->n - 1] : NULL;
	const struct param *p = param_find(ROLE_CLIENT, item->param);
	const char *comma = strchr(item->value, ',');
	const char *why;
	char text[NET6_TEXT];
	struct net6 net;
	uint64_t bit;

	if (!t || !p)
		return;
	bit = param_bit(p);
	if (!strcmp(item->param, "prefix") && comma) {
		snprintf(text, sizeof(text), "%.*s", (int)(comma - item->value), item->value);
		if (parse_ipv6_prefix(text, &net, &why) && parse_ifname(comma + 1, &why)) {
			add_prefix(im, t, &net, comma + 1);
			return;
		}
	}
	if (spec_given(&t->spec, item->param) && !(p->repeats & ROLE_CLIENT && t->noted & bit))
		return;
	t->noted |= bit;
	import_set(im, t, item->param, item->value);
}

static void for_each(struct import *im, enum import_kind kind,
		     void (*take)(struct import *im, const struct import_item *item))
{
	for (size_t i = 0; i < im->n_items; i++)
		if (im->items[i].kind == kind) {
			at(im, &im->items[i]);
			take(im, &im->items[i]);
		}
}

static void check(struct import *im, struct imported *t)
{
	struct err err;

	im->file = t->file;
	im->line = t->line;
	/* Other tools make a default route only if told to; sitctl makes one by default. */
	if (!t->own_words && !spec_given(&t->spec, "gateway"))
		import_set(im, t, "gateway", "none");
	if (!t->own_words && !spec_given(&t->spec, "ttl"))
		import_set(im, t, "ttl", "inherit");
	if (spec_check(&t->spec, &err))
		import_error(im, err.step, "%s", err.why);
}

int import_end(struct import *im, struct err *err)
{
	for_each(im, IMPORT_MTU, take_mtu);
	for_each(im, IMPORT_ADDRESS, take_address);
	for_each(im, IMPORT_WRONG_ADDRESS, take_wrong_address);
	for_each(im, IMPORT_DEFAULT, take_default);
	for_each(im, IMPORT_ROUTE, take_route);
	for_each(im, IMPORT_UNREACHABLE, take_unreachable);
	for_each(im, IMPORT_ADDRESS, take_lan);
	for_each(im, IMPORT_COMMENT, take_comment);
	for_each(im, IMPORT_ODD, take_odd);
	for_each(im, IMPORT_ODD_ADDRESS, take_odd);
	for_each(im, IMPORT_EARLY, take_early);
	check_forwarding(im);
	for (size_t i = 0; i < im->n; i++)
		check(im, &im->tunnels[i]);
	return im->no_memory ? err_sys(err, ENOMEM, "import") : 0;
}
