/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tunnel as the kernel has it, expressed as parameters. */
#include <stdio.h>
#include <string.h>

#include "state/readback.h" /* before linux/: glibc and the kernel define the same names */
#include "base/list.h"
#include "kernel/mark.h"
#include "spec/params.h"
#include "state/snapshotfind.h"

#include <linux/rtnetlink.h>

/* Which routes count as the tunnel's. */
enum whose {
	WHOSE_OURS, /* for our own tunnel: our routes */
	WHOSE_SET,  /* those that another program has set: no others can be taken over */
	WHOSE_ALL,  /* learned ones as well: what matters is where packets go */
};

/* What is read. */
struct reading {
	const struct snapshot *s;
	const struct link *link;
	enum whose whose;
	const struct spec *desired; /* for one of our tunnels: what the kernel cannot show; or NULL */
};

enum role link_role(const struct link *link)
{
	return link_of_client(link) ? ROLE_CLIENT : ROLE_PEER;
}

static void add_address(struct spec *spec, const struct net6 *net)
{
	param_append(spec, "address", net);
}

static void add_prefix(struct spec *spec, const struct net6 *net, const char *ifname)
{
	struct prefix p = { .net = *net };

	name_hold(&p.ifname, ifname);
	param_append(spec, "prefix", &p);
}

static void add_allow(struct spec *spec, const struct allow *allow)
{
	param_append(spec, "allow", allow);
}

static void copy_targets(struct spec *spec, const struct spec *from)
{
	spec->n_targets = from->n_targets;
	spec->targets = list_share(from->targets);
}

static void read_addresses(const struct reading *r, struct spec *spec)
{
	const struct addr *a;

	for (size_t at = 0; (a = snapshot_next_addr(r->s, r->link->index, &at));) {
		struct net6 far = { .len = a->net.len };

		if (addr6_not_host(&a->net.addr))
			continue;
		if (spec->role == ROLE_CLIENT) {
			add_address(spec, &a->net);
			continue;
		}
		/* A peer's `address` is that of the far end; this end's is `server-address`. */
		spec->server_address = a->net.addr;
		spec->has_server_address = true;
		far.addr = addr6_other_half(&a->net.addr);
		add_address(spec, &far);
		return;
	}
}

static bool route_counts(const struct route *route, enum whose whose)
{
	if (whose == WHOSE_SET)
		return route->proto != SITCTL_PROTO && route->proto != RTPROT_KERNEL && route->proto != RTPROT_RA &&
		       route->proto != RTPROT_REDIRECT;
	return whose == WHOSE_ALL || route->proto == SITCTL_PROTO;
}

/* The default route through the interface, or NULL. Of several to take over, the one in use: with the lowest metric. */
static const struct route *find_default(const struct snapshot *s, uint32_t index, enum whose whose)
{
	const struct route *route, *found = NULL;

	for (size_t at = 0; (route = snapshot_next_route(s, index, &at));)
		if (!route->dst.len && route->type == RTN_UNICAST && route_counts(route, whose) &&
		    (!found || whose != WHOSE_SET || route->metric < found->metric))
			found = route;
	return found;
}

const struct route *foreign_default(const struct snapshot *s, uint32_t index)
{
	return find_default(s, index, WHOSE_SET);
}

bool foreign_prefix(const struct route *route)
{
	char text[NET6_TEXT];
	struct net6 net;
	const char *why;

	return route->type == RTN_UNREACHABLE && route->dst.len && route_counts(route, WHOSE_SET) &&
	       parse_ipv6_prefix(net6_text(&route->dst, text), &net, &why);
}

static void read_default(const struct reading *r, struct spec *spec)
{
	const struct route *route = find_default(r->s, r->link->index, r->whose);

	if (spec->role == ROLE_CLIENT)
		spec->gateway_mode = GATEWAY_NONE;
	if (!route)
		return;
	spec->gateway_mode = route->has_gateway ? GATEWAY_ADDRESS : GATEWAY_AUTO;
	spec->gateway = route->gateway;
	spec->metric = route->metric;
}

/* If the two ends are not a /127 pair, the peer's address is a host route: the desired one, else the first. */
static bool take_host_route(const struct route *route, const struct spec *desired, bool *found, struct spec *spec)
{
	struct net6 *net = spec->addresses;

	if (!spec->n_addresses || spec->role != ROLE_PEER || route->proto != SITCTL_PROTO || route->dst.len != 128 ||
	    net->len == 127)
		return false;
	if (desired ? !addr6_equal(&spec_first(desired)->addr, &route->dst.addr) : *found)
		return false;
	*net = desired ? *spec_first(desired) : route->dst;
	*found = true;
	return true;
}

/* Is the destination of the route a prefix of the tunnel? Not through a foreign client, nor if the kernel added it. */
static bool leads_to_prefix(const struct route *route, enum whose whose, enum role role)
{
	return whose == WHOSE_OURS ||
	       (role == ROLE_PEER && route->proto != RTPROT_KERNEL && !addr6_not_host(&route->dst.addr));
}

static void read_prefixes(const struct reading *r, struct spec *spec)
{
	const struct route *route;
	bool found = false;

	for (size_t at = 0; (route = snapshot_next_route(r->s, r->link->index, &at));) {
		if (!route->dst.len || route->type != RTN_UNICAST || !route_counts(route, r->whose))
			continue;
		/* On a foreign device it may also be a prefix. */
		if (take_host_route(route, r->desired, &found, spec) && r->whose == WHOSE_OURS)
			continue;
		if (leads_to_prefix(route, r->whose, spec->role))
			add_prefix(spec, &route->dst, "");
	}
}

/* A client's prefix shows as an unreachable route, or an address on a LAN interface. */
static bool prefix_there(const struct snapshot *s, const struct prefix *p)
{
	if (p->ifname.at)
		for (size_t i = 0; i < s->n_addrs; i++)
			if (!strcmp(s->addrs[i].ifname, name_text(p->ifname)) &&
			    net6_contains(&p->net, &s->addrs[i].net.addr))
				return true;
	for (size_t i = 0; !p->ifname.at && i < s->n_routes; i++)
		if (s->routes[i].type == RTN_UNREACHABLE && net6_equal(&s->routes[i].dst, &p->net))
			return true;
	return false;
}

/* Unreachable routes name no device: they belong to the tunnel if there is no other one. */
static bool only_tunnel(const struct snapshot *s, const struct link *link)
{
	for (size_t i = 0; i < s->n_links; i++)
		if (s->links[i].is_sit && s->links[i].remote.s_addr && s->links[i].index != link->index)
			return false;
	return true;
}

static bool prefix_overlaps(const struct spec *spec, const struct net6 *net)
{
	for (unsigned int i = 0; i < spec->n_prefixes; i++)
		if (net6_overlap(&spec->prefixes[i].net, net))
			return true;
	return false;
}

/* The prefixes behind a client, for which this host has unreachable routes. */
static void read_unreachable(const struct reading *r, struct spec *spec)
{
	const struct spec *desired = r->desired;

	for (unsigned int i = 0; desired && i < desired->n_prefixes; i++)
		if (prefix_there(r->s, &desired->prefixes[i]))
			add_prefix(spec, &desired->prefixes[i].net, name_text(desired->prefixes[i].ifname));
	if (desired || r->whose == WHOSE_ALL || (r->whose == WHOSE_SET && !only_tunnel(r->s, r->link)))
		return;
	for (size_t i = 0; i < r->s->n_routes; i++) {
		const struct route *route = &r->s->routes[i];

		/* Without a record, each of our routes is assumed to be this client's. */
		if (r->whose == WHOSE_OURS ? route->type == RTN_UNREACHABLE && route_counts(route, WHOSE_OURS)
					   : foreign_prefix(route) && !prefix_overlaps(spec, &route->dst))
			add_prefix(spec, &route->dst, "");
	}
}

/* Read what the kernel has of the device itself: its endpoints, addresses and routes. */
static void read_device(const struct reading *r, struct spec *spec)
{
	uint32_t mtu = spec->mtu; /* may be determined again */

	spec->sit = r->link->sit;
	spec->mtu = mtu;
	name_hold(&spec->underlay, r->link->underlay_name);
	read_addresses(r, spec);
	read_default(r, spec);
	read_prefixes(r, spec);
	if (spec->role == ROLE_CLIENT)
		read_unreachable(r, spec);
}

static bool proxied(const struct snapshot *s, const struct spec *spec)
{
	for (size_t i = 0; spec->n_addresses && i < s->n_neighs; i++)
		if (addr6_equal(&s->neighs[i].addr, &spec_first(spec)->addr))
			return true;
	return false;
}

/* The number of leading bits that FIRST and LAST share: the length of the prefix that an interval forms. */
static uint8_t common_bits(const struct in6_addr *first, const struct in6_addr *last)
{
	uint8_t n = 0;

	while (n < 128 && !((first->s6_addr[n / 8] ^ last->s6_addr[n / 8]) & (0x80 >> (n % 8))))
		n++;
	return n;
}

/* Fields of the set `open`: port, address, protocol, interface, each at a multiple of four bytes. */
static void read_allows(const struct nft_table *t, struct spec *spec)
{
	for (size_t i = 0; i < t->n; i++) {
		struct in6_addr last;
		struct nft_elem e;
		struct allow a;

		if (nft_set_of(t, i) != SET_OPEN)
			continue;
		e = nft_elem_at(t, i);
		if (strncmp((const char *)e.key + 24, name_text(spec->dev), IFNAMSIZ))
			continue;
		memset(&a, 0, sizeof(a));
		a.first = (uint16_t)(e.key[0] << 8 | e.key[1]);
		a.last = (uint16_t)(e.end[0] << 8 | e.end[1]);
		memcpy(&a.net.addr, e.key + 4, sizeof(a.net.addr));
		memcpy(&last, e.end + 4, sizeof(last));
		a.net.len = common_bits(&a.net.addr, &last);
		a.proto = e.key[20];
		add_allow(spec, &a);
	}
}

/* Read all that the kernel has of the tunnel of ROLE named NAME. */
static void read_tunnel(const struct reading *r, enum role role, const char *name, struct spec *spec)
{
	const struct link *link = r->link;
	const struct nft_table *nft = &r->s->nft;

	memset(spec, 0, sizeof(*spec));
	spec->role = role;
	name_hold(&spec->name, name);
	name_hold(&spec->dev, link->name);
	spec->metric = METRIC_DEFAULT;
	spec->mtu = link->mtu;
	spec->notrack = nft_has_remote(nft, link->remote);
	/* A server's uplink is a provider as well, even if it is a client's tunnel. */
	spec->source_filter = role == ROLE_PEER ? nft_has_ifname(nft, SET_PEERS, link->name)
						: nft_has_ifname(nft, SET_HAIRPINS, link->name);
	spec->mss_clamp = nft_has_ifname(nft, SET_CLAMPED, link->name);
	spec->simple_security = nft_has_ifname(nft, SET_SECURED, link->name);
	read_allows(nft, spec);
	read_device(r, spec);
	spec->proxy_ndp = proxied(r->s, spec) ? PROXY_NDP_ON : PROXY_NDP_OFF;
	spec_observed(spec);
}

void observe_link(const struct snapshot *s, const struct link *link, const struct spec *desired, struct spec *spec)
{
	struct reading r = { s, link, WHOSE_OURS, desired };

	read_tunnel(&r, link_role(link), link_tunnel_name(link), spec);
	if (!desired)
		return;
	/* The kernel does not have these. */
	if (desired->remote.s_addr == link->remote.s_addr)
		spec->host = list_share(desired->host);
	copy_targets(spec, desired);
}

void observe_foreign(const struct snapshot *s, const struct link *link, enum role role, struct spec *spec)
{
	struct reading r = { s, link, WHOSE_ALL, NULL };

	read_tunnel(&r, role, link->name, spec);
}

void observe_adopted(const struct snapshot *s, const struct link *link, struct spec *spec)
{
	struct reading r = { s, link, WHOSE_SET, NULL };

	read_device(&r, spec);
}

/* The element's comment is the name, its data the inside host (derive_passed() in elements.c). */
bool observe_pass(const struct nft_table *t, size_t i, struct spec *nat)
{
	char underlay[IFNAMSIZ] = "";
	struct nft_elem e;
	struct err ignored;

	if (nft_set_of(t, i) != SET_PASSED)
		return false;
	e = nft_elem_at(t, i);
	if (spec_init(nat, ROLE_NAT, e.comment, &ignored))
		return false;
	memcpy(&nat->remote, e.key, sizeof(nat->remote));
	memcpy(underlay, e.key + sizeof(nat->remote), sizeof(underlay) - 1);
	name_hold(&nat->underlay, underlay);
	memcpy(&nat->to, e.data, sizeof(nat->to));
	spec_observed(nat);
	return true;
}
