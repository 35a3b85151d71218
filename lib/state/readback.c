/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tunnel of ours as the kernel has it, in the words of the parameters. */
#include <stdio.h>
#include <string.h>

#include "state/readback.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/mark.h"

#include <linux/rtnetlink.h>

enum role link_role(const struct link *link)
{
	return link_of_client(link) ? ROLE_CLIENT : ROLE_PEER;
}

static void observe_addresses(const struct snapshot *s, const struct link *link, struct spec *spec)
{
	for (size_t i = 0; i < s->n_addrs; i++) {
		const struct addr *a = &s->addrs[i];
		struct net6 *net = &spec->addresses[spec->n_addresses];

		if (a->index != link->index || addr6_not_host(&a->net.addr) || spec->n_addresses == ADDRESSES_MAX)
			continue;
		if (spec->role == ROLE_CLIENT) {
			*net = a->net;
			spec->n_addresses++;
			continue;
		}
		if (spec->n_addresses)
			continue;
		/* A peer's parameter is the other end's address. */
		spec->n_addresses = 1;
		spec->server_address = a->net.addr;
		spec->has_server_address = true;
		net->addr = addr6_other_half(&a->net.addr);
		net->len = a->net.len;
	}
}

/* Where the two ends are no /127 pair, the peer's address is a host route: that which was desired, else the first. */
static bool take_host_route(const struct route *r, const struct spec *desired, bool *found, struct spec *spec)
{
	struct net6 *net = &spec->addresses[0];

	if (spec->role != ROLE_PEER || r->dst.len != 128 || net->len == 127)
		return false;
	if (desired ? !addr6_equal(&desired->addresses[0].addr, &r->dst.addr) : *found)
		return false;
	*net = desired ? desired->addresses[0] : r->dst;
	*found = true;
	return true;
}

static void add_prefix(struct spec *spec, const struct net6 *net, const char *ifname)
{
	struct prefix *p = &spec->prefixes[spec->n_prefixes];

	if (spec->n_prefixes == PREFIXES_MAX)
		return;
	p->net = *net;
	snprintf(p->ifname, sizeof(p->ifname), "%s", ifname);
	spec->n_prefixes++;
}

/* A client's prefix leaves an unreachable route, or an address on a LAN interface. */
static bool prefix_there(const struct snapshot *s, const struct prefix *p)
{
	if (p->ifname[0])
		for (size_t i = 0; i < s->n_addrs; i++)
			if (!strcmp(s->addrs[i].ifname, p->ifname) && net6_contains(&p->net, &s->addrs[i].net.addr))
				return true;
	for (size_t i = 0; !p->ifname[0] && i < s->n_routes; i++)
		if (s->routes[i].type == RTN_UNREACHABLE && net6_equal(&s->routes[i].dst, &p->net))
			return true;
	return false;
}

static void observe_routes(const struct snapshot *s, const struct link *link, const struct spec *desired,
			   struct spec *spec)
{
	bool found = false;

	if (spec->role == ROLE_CLIENT)
		spec->gateway_mode = GATEWAY_NONE;
	for (size_t i = 0; i < s->n_routes; i++) {
		const struct route *r = &s->routes[i];

		if (r->proto != SITCTL_PROTO || r->index != link->index || r->type != RTN_UNICAST)
			continue;
		if (r->dst.len) {
			if (!take_host_route(r, desired, &found, spec))
				add_prefix(spec, &r->dst, "");
			continue;
		}
		spec->gateway_mode = r->has_gateway ? GATEWAY_ADDRESS : GATEWAY_AUTO;
		spec->gateway = r->gateway;
		spec->metric = r->metric;
	}
	for (unsigned int i = 0; desired && spec->role == ROLE_CLIENT && i < desired->n_prefixes; i++)
		if (prefix_there(s, &desired->prefixes[i]))
			add_prefix(spec, &desired->prefixes[i].net, desired->prefixes[i].ifname);
	/* Without a record every unreachable route of ours is taken for this client's. */
	for (size_t i = 0; !desired && spec->role == ROLE_CLIENT && i < s->n_routes; i++)
		if (s->routes[i].type == RTN_UNREACHABLE && s->routes[i].proto == SITCTL_PROTO)
			add_prefix(spec, &s->routes[i].dst, "");
}

static bool proxied(const struct snapshot *s, const struct spec *spec)
{
	for (size_t i = 0; spec->n_addresses && i < s->n_neighs; i++)
		if (addr6_equal(&s->neighs[i].addr, &spec->addresses[0].addr))
			return true;
	return false;
}

/* The number of bits that FIRST and LAST share: the length of a prefix that is an interval. */
static uint8_t common_bits(const struct in6_addr *first, const struct in6_addr *last)
{
	uint8_t n = 0;

	while (n < 128 && !((first->s6_addr[n / 8] ^ last->s6_addr[n / 8]) & (0x80 >> (n % 8))))
		n++;
	return n;
}

/* Fields of the set `open`: port, address, protocol, interface, each at a multiple of four bytes. */
static void observe_allows(const struct nft_table *t, struct spec *spec)
{
	for (size_t i = 0; i < t->n && spec->n_allows < ALLOWS_MAX; i++) {
		const struct nft_elem *e = &t->elems[i];
		struct allow *a = &spec->allows[spec->n_allows];
		struct in6_addr last;

		if (e->set != SET_OPEN || strncmp((const char *)e->key + 24, spec->dev, IFNAMSIZ))
			continue;
		a->first = (uint16_t)(e->key[0] << 8 | e->key[1]);
		a->last = (uint16_t)(e->end[0] << 8 | e->end[1]);
		memcpy(&a->net.addr, e->key + 4, sizeof(a->net.addr));
		memcpy(&last, e->end + 4, sizeof(last));
		a->net.len = common_bits(&a->net.addr, &last);
		a->proto = e->key[20];
		spec->n_allows++;
	}
}

void observe_link(const struct snapshot *s, const struct link *link, const struct spec *desired, struct spec *spec)
{
	memset(spec, 0, sizeof(*spec));
	spec->role = link_role(link);
	snprintf(spec->name, sizeof(spec->name), "%s", link_tunnel_name(link));
	snprintf(spec->dev, sizeof(spec->dev), "%s", link->name);
	snprintf(spec->underlay, sizeof(spec->underlay), "%s", link->underlay_name);
	spec->metric = METRIC_DEFAULT;
	spec->remote = link->remote;
	spec->local = link->local;
	spec->ttl = link->ttl;
	spec->mtu = link->mtu;
	spec->notrack = nft_has_remote(&s->nft, link->remote);
	spec->source_filter = nft_find_ifname(&s->nft, spec->role == ROLE_PEER ? SET_PEERS : SET_CLIENTS, link->name);
	spec->mss_clamp = nft_find_ifname(&s->nft, SET_CLAMPED, link->name);
	spec->simple_security = nft_find_ifname(&s->nft, SET_SECURED, link->name);
	observe_allows(&s->nft, spec);
	observe_addresses(s, link, spec);
	observe_routes(s, link, desired, spec);
	spec->proxy_ndp = proxied(s, spec) ? PROXY_NDP_ON : PROXY_NDP_OFF;
	spec_observed(spec);
	if (desired && desired->host[0] && desired->remote.s_addr == link->remote.s_addr)
		snprintf(spec->host, sizeof(spec->host), "%s", desired->host);
	/* The kernel has nothing of them. */
	if (desired) {
		spec->n_targets = desired->n_targets;
		memcpy(spec->targets, desired->targets, sizeof(spec->targets));
	}
}

/* The name stands in the element's comment, the inside host in its data (derive_passed() of nftplan.c). */
bool observe_pass(const struct nft_elem *e, struct spec *nat)
{
	struct err ignored;

	if (e->set != SET_PASSED || spec_init(nat, ROLE_NAT, e->comment, &ignored))
		return false;
	memcpy(&nat->remote, e->key, sizeof(nat->remote));
	memcpy(nat->underlay, e->key + sizeof(nat->remote), sizeof(nat->underlay) - 1);
	memcpy(&nat->to, e->data, sizeof(nat->to));
	spec_observed(nat);
	return true;
}
