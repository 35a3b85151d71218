/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "state/derive.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/mark.h"
#include "state/snapshotfind.h"

#include <linux/rtnetlink.h>

#define UNREACHABLE_METRIC UINT32_MAX /* everything else for the prefix is better */

/* The pair of a /127 is a link of its own; in anything shorter the peer is a host route. */
static bool paired(const struct spec *spec)
{
	return spec->addresses[0].len == 127 && net6_contains(&spec->addresses[0], &spec->server_address);
}

unsigned int derive_addrs(const struct spec *spec, struct addr *out)
{
	unsigned int n = spec->role == ROLE_CLIENT ? spec->n_addresses : 1;

	memset(out, 0, n * sizeof(*out));
	for (unsigned int i = 0; i < n; i++) {
		snprintf(out[i].ifname, IFNAMSIZ, "%s", spec->dev);
		out[i].nodad = true;
		out[i].net = spec->addresses[i];
	}
	if (spec->role == ROLE_CLIENT)
		return n;
	out[0].net.addr = spec->server_address;
	out[0].net.len = paired(spec) ? 127 : 128;
	return 1;
}

unsigned int derive_peer_nets(const struct spec *spec, struct net6 *out)
{
	unsigned int n = 0;

	if (!paired(spec)) {
		out[n].addr = spec->addresses[0].addr;
		out[n++].len = 128;
	}
	for (unsigned int i = 0; i < spec->n_prefixes; i++)
		out[n++] = spec->prefixes[i].net;
	return n;
}

bool derive_lan_addr(const struct prefix *p, struct addr *out)
{
	memset(out, 0, sizeof(*out));
	if (!p->ifname[0])
		return false;
	snprintf(out->ifname, IFNAMSIZ, "%s", p->ifname);
	/* Stateless autoconfiguration needs a /64 (RFC 4862); the rest of a shorter prefix is unreachable. */
	out->net.len = p->net.len < 64 ? 64 : p->net.len;
	out->net.addr = p->net.len == 128 ? p->net.addr : net6_nth(&p->net, 1);
	return true;
}

bool derive_unreachable(const struct prefix *p, struct route *out)
{
	memset(out, 0, sizeof(*out));
	out->type = RTN_UNREACHABLE;
	out->dst = p->net;
	out->metric = UNREACHABLE_METRIC;
	return !p->ifname[0] || p->net.len < 64;
}

bool derive_default(const struct spec *spec, struct route *out)
{
	memset(out, 0, sizeof(*out));
	out->type = RTN_UNICAST;
	snprintf(out->ifname, IFNAMSIZ, "%s", spec->dev);
	out->metric = spec->metric;
	out->has_gateway = spec->gateway_mode == GATEWAY_ADDRESS;
	out->gateway = spec->gateway;
	return spec->role == ROLE_CLIENT && spec->gateway_mode != GATEWAY_NONE;
}

void derive_peer_route(const struct spec *spec, const struct net6 *net, struct route *out)
{
	memset(out, 0, sizeof(*out));
	out->type = RTN_UNICAST;
	out->dst = *net;
	snprintf(out->ifname, IFNAMSIZ, "%s", spec->dev);
	out->metric = METRIC_DEFAULT;
}

/* Is NET inside CANDIDATE, where that is a prefix on a link? */
static bool inside(const struct net6 *candidate, const struct net6 *net)
{
	return candidate->len && candidate->len < 128 && candidate->len <= net->len &&
	       net6_contains(candidate, &net->addr);
}

bool on_link(const struct snapshot *s, const char *uplink, const struct net6 *net, struct net6 *onlink)
{
	const struct link *link = snapshot_link(s, uplink);
	const struct net6 *found = NULL;
	const struct route *r;
	const struct addr *a;

	for (size_t at = 0; link && !found && (a = snapshot_next_addr(s, link->index, &at));)
		if (inside(&a->net, net))
			found = &a->net;
	for (size_t at = 0; link && !found && (r = snapshot_next_route(s, link->index, &at));)
		if (!r->has_gateway && r->proto != SITCTL_PROTO && inside(&r->dst, net))
			found = &r->dst;
	if (found && onlink) {
		onlink->addr = net6_base(found);
		onlink->len = found->len;
	}
	return found;
}

unsigned int derive_proxied(const struct snapshot *s, const char *uplink, const struct spec *peer, struct net6 *out)
{
	struct net6 host = { .addr = peer->addresses[0].addr, .len = 128 };
	unsigned int n = 0;

	if (peer->proxy_ndp == PROXY_NDP_OFF || !uplink[0])
		return 0;
	if (peer->proxy_ndp == PROXY_NDP_ON || on_link(s, uplink, &host, NULL))
		out[n++] = host;
	for (unsigned int i = 0; i < peer->n_prefixes; i++)
		if (peer->prefixes[i].net.len >= PROXIED_LEN_MIN && on_link(s, uplink, &peer->prefixes[i].net, NULL))
			out[n++] = peer->prefixes[i].net;
	return n;
}

bool derive_forwarding(const struct desired *t)
{
	if (t->server.uplink[0])
		return true;
	for (size_t i = 0; i < t->n; i++)
		if (spec_has_lan(&t->tunnels[i].spec))
			return true;
	return false;
}

bool desired_has_unreachable(const struct desired *t, const struct net6 *dst)
{
	struct route route;

	for (size_t i = 0; i < t->n; i++) {
		const struct spec *spec = &t->tunnels[i].spec;

		for (unsigned int k = 0; spec->role == ROLE_CLIENT && k < spec->n_prefixes; k++)
			if (derive_unreachable(&spec->prefixes[k], &route) && net6_equal(&route.dst, dst))
				return true;
	}
	return false;
}

bool desired_has_lan_addr(const struct desired *t, const char *ifname, const struct net6 *net)
{
	struct addr addr;

	for (size_t i = 0; i < t->n; i++) {
		const struct spec *spec = &t->tunnels[i].spec;

		for (unsigned int k = 0; spec->role == ROLE_CLIENT && k < spec->n_prefixes; k++)
			if (derive_lan_addr(&spec->prefixes[k], &addr) && !strcmp(addr.ifname, ifname) &&
			    net6_equal(&addr.net, net))
				return true;
	}
	return false;
}
