/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "want.h" /* before linux/: glibc and the kernel define the same names */
#include <linux/rtnetlink.h>

#define UNREACHABLE_METRIC UINT32_MAX /* everything else for the prefix is better */
#define ENCAPSULATION 20	      /* the outer IPv4 header */
#define MTU_UNKNOWN_PATH 1480	      /* an Ethernet's 1500 less the encapsulation */

/* The pair of a /127 is a link of its own; in anything shorter the peer is a host route. */
static bool paired(const struct spec *spec)
{
	return spec->addresses[0].len == 127 && net6_contains(&spec->addresses[0], &spec->server_address);
}

unsigned int want_addrs(const struct spec *spec, struct addr *out)
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

unsigned int want_peer_nets(const struct spec *spec, struct net6 *out)
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

bool want_lan_addr(const struct prefix *p, struct addr *out)
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

bool want_unreachable(const struct prefix *p, struct route *out)
{
	memset(out, 0, sizeof(*out));
	out->type = RTN_UNREACHABLE;
	out->dst = p->net;
	out->metric = UNREACHABLE_METRIC;
	return !p->ifname[0] || p->net.len < 64;
}

bool want_default(const struct spec *spec, struct route *out)
{
	memset(out, 0, sizeof(*out));
	out->type = RTN_UNICAST;
	snprintf(out->ifname, IFNAMSIZ, "%s", spec->dev);
	out->metric = spec->metric;
	out->has_gateway = spec->gateway_mode == GATEWAY_ADDRESS;
	out->gateway = spec->gateway;
	return spec->role == ROLE_CLIENT && spec->gateway_mode != GATEWAY_NONE;
}

void want_peer_route(const struct spec *spec, const struct net6 *net, struct route *out)
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

unsigned int want_proxied(const struct snapshot *s, const char *uplink, const struct spec *peer, struct net6 *out)
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

/* `mtu auto`: what the path to the remote carries, less the encapsulation. */
static int auto_mtu(const struct world *w, const struct spec *spec, struct link *link, struct err *err)
{
	const struct link *now = snapshot_link(w->s, link->name), *out;
	const struct told_tunnel *t = w->paths ? told_find(w->told, spec->role, spec->name) : NULL;
	struct path path;
	uint32_t mtu;
	int ret = 0;

	if (t)
		path = w->paths[t - w->told->tunnels].path;
	else
		ret = path_lookup(w->c, spec->remote, spec->local, link->underlay, &path, err);
	if (ret)
		return ret;
	out = path.reachable ? snapshot_link_index(w->s, path.index) : NULL;
	if (!out) {
		/* The underlay is down: no reason to change a tunnel that exists. */
		link->mtu = now && link_ours(now) ? now->mtu : MTU_UNKNOWN_PATH;
		return 0;
	}
	mtu = (path.mtu ? path.mtu : out->mtu) - ENCAPSULATION;
	link->mtu = mtu < MTU_MIN ? MTU_MIN : mtu > MTU_MAX ? MTU_MAX : mtu;
	return 0;
}

int want_link(const struct world *w, const struct spec *spec, struct link *out, struct err *err)
{
	const struct link *underlay;

	memset(out, 0, sizeof(*out));
	snprintf(out->name, sizeof(out->name), "%s", spec->dev);
	link_alias(spec->role == ROLE_CLIENT, spec->name, out->alias);
	out->up = out->sit = out->pmtudisc = true;
	out->proto = IPPROTO_IPV6;
	out->remote = spec->remote;
	out->local = spec->local;
	out->ttl = spec->ttl;
	out->mtu = spec->mtu;
	if (spec->underlay[0]) {
		underlay = snapshot_link(w->s, spec->underlay);
		if (!underlay) {
			err_usage(err, spec->underlay, "there is no interface of this name");
			err_hint(err, "'dev' names the interface that the outer packets leave by; see 'ip link'");
			return -EINVAL;
		}
		out->underlay = underlay->index;
		snprintf(out->underlay_name, IFNAMSIZ, "%s", underlay->name);
	}
	return spec->mtu ? 0 : auto_mtu(w, spec, out, err);
}

bool spec_has_lan(const struct spec *spec)
{
	for (unsigned int i = 0; spec->role == ROLE_CLIENT && i < spec->n_prefixes; i++)
		if (spec->prefixes[i].ifname[0])
			return true;
	return false;
}

bool want_forwarding(const struct told *t)
{
	if (t->server.uplink[0])
		return true;
	for (size_t i = 0; i < t->n; i++)
		if (spec_has_lan(&t->tunnels[i].spec))
			return true;
	return false;
}

bool spec_has_addr(const struct spec *spec, const struct in6_addr *addr)
{
	if (spec->role != ROLE_PEER || !spec->n_addresses)
		return false;
	if (addr6_equal(&spec->addresses[0].addr, addr))
		return true;
	for (unsigned int i = 0; i < spec->n_prefixes; i++)
		if (net6_contains(&spec->prefixes[i].net, addr))
			return true;
	return false;
}

bool told_wants_neigh(const struct world *w, const struct neigh *n)
{
	const struct told *t = w->told;
	struct net6 ranges[1 + PREFIXES_MAX];

	if (strcmp(n->ifname, t->server.uplink))
		return false;
	for (size_t i = 0; i < t->n; i++) {
		unsigned int count = 0;

		/* The cheap question first: there may be thousands of peers, and of entries. */
		if (spec_has_addr(&t->tunnels[i].spec, &n->addr))
			count = want_proxied(w->s, t->server.uplink, &t->tunnels[i].spec, ranges);
		while (count--)
			if (net6_contains(&ranges[count], &n->addr))
				return true;
	}
	return false;
}

bool told_wants_unreachable(const struct told *t, const struct net6 *dst)
{
	struct route route;

	for (size_t i = 0; i < t->n; i++) {
		const struct spec *spec = &t->tunnels[i].spec;

		for (unsigned int k = 0; spec->role == ROLE_CLIENT && k < spec->n_prefixes; k++)
			if (want_unreachable(&spec->prefixes[k], &route) && net6_equal(&route.dst, dst))
				return true;
	}
	return false;
}

bool told_wants_lan_addr(const struct told *t, const char *ifname, const struct net6 *net)
{
	struct addr addr;

	for (size_t i = 0; i < t->n; i++) {
		const struct spec *spec = &t->tunnels[i].spec;

		for (unsigned int k = 0; spec->role == ROLE_CLIENT && k < spec->n_prefixes; k++)
			if (want_lan_addr(&spec->prefixes[k], &addr) && !strcmp(addr.ifname, ifname) &&
			    net6_equal(&addr.net, net))
				return true;
	}
	return false;
}
