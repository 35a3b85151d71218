/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "state/elements.h"
#include "state/derivations.h"
#include "state/derive.h"
#include "state/wildcards.h"

/* The ports and the protocol of ALLOW, with the addresses of NET and, if the set has one, the tunnel DEV. */
static int add_service(struct nft_table *t, enum nft_set_id set, const struct allow *allow, const struct net6 *net,
		       const char *dev, struct err *err)
{
	uint16_t first = htons(allow->first), last = htons(allow->last);
	struct in6_addr base = net6_base(net), end = net6_last(net);
	struct nft_elem e = { .set = set };
	size_t at = 0;

	nft_put_field(&e, &at, &first, &last, sizeof(first));
	nft_put_field(&e, &at, &base, &end, sizeof(base));
	nft_put_field(&e, &at, &allow->proto, &allow->proto, 1);
	if (dev)
		nft_put_ifname(&e, &at, dev);
	return nft_add_elem(t, &e, err);
}

/* The prefix behind a secured tunnel, and the answers of services there that are open to the outside. */
static int derive_site_of(struct nft_table *t, const struct spec *client, const struct net6 *prefix, struct err *err)
{
	static const uint8_t first = 0, last = UINT8_MAX;
	struct in6_addr base = net6_base(prefix), end = net6_last(prefix);
	struct nft_elem e = { .set = SET_SITE };
	size_t at = 0;
	int ret;

	nft_put_field(&e, &at, &base, &end, sizeof(base));
	nft_put_field(&e, &at, &first, &last, 1);
	ret = nft_add_elem(t, &e, err);
	for (unsigned int i = 0; !ret && i < client->n_allows; i++) {
		const struct net6 *of = &client->allows[i].net;

		if (net6_overlap(of, prefix))
			ret = add_service(t, SET_ANSWERS, &client->allows[i], of->len > prefix->len ? of : prefix, NULL,
					  err);
	}
	return ret;
}

/* Simple security, with its exceptions: port, destination, protocol, tunnel. */
static int derive_secured(struct nft_table *t, const struct spec *client, struct err *err)
{
	int ret = nft_add_ifname(t, SET_SECURED, name_text(client->dev), err);

	if (!ret)
		ret = nft_add_ifname(t, SET_UNSOLICITED, name_text(client->dev), err);
	for (unsigned int i = 0; !ret && i < client->n_allows; i++)
		ret = add_service(t, SET_OPEN, &client->allows[i], &client->allows[i].net, name_text(client->dev), err);
	for (unsigned int i = 0; !ret && i < client->n_prefixes; i++)
		ret = derive_site_of(t, client, &client->prefixes[i].net, err);
	return ret;
}

/* What this host's NAT passes on: inbound by server and interface, outbound by inside host, server and interface. */
static int derive_passed(struct nft_table *t, const struct spec *nat, struct err *err)
{
	struct nft_elem in = { .set = SET_PASSED }, out = { .set = SET_MASQUERADED };
	size_t at = 0;
	int ret;

	nft_put_field(&in, &at, &nat->remote, &nat->remote, sizeof(nat->remote));
	nft_put_ifname(&in, &at, name_text(nat->underlay));
	memcpy(in.data, &nat->to, sizeof(nat->to));
	snprintf(in.comment, sizeof(in.comment), "%s", name_text(nat->name));
	at = 0;
	nft_put_field(&out, &at, &nat->to, &nat->to, sizeof(nat->to));
	nft_put_field(&out, &at, &nat->remote, &nat->remote, sizeof(nat->remote));
	nft_put_ifname(&out, &at, name_text(nat->underlay));
	ret = nft_add_elem(t, &in, err);
	return ret ? ret : nft_add_elem(t, &out, err);
}

/* Add what is given to PEER, its address and its prefixes, to SET, each with IFNAME. */
static int add_given(struct nft_table *t, enum nft_set_id set, const struct spec *peer, const char *ifname,
		     struct err *err)
{
	struct net6 net;
	int ret = 0;

	for (unsigned int i = 0; !ret && derive_given(peer, i, &net); i++) {
		struct in6_addr first = net6_base(&net), last = net6_last(&net);

		ret = nft_add_range(t, set, ifname, &first, &last, err);
	}
	return ret;
}

/* Which inner sources may come through the tunnel: a peer uses only what is given to it. */
static int derive_sources(const struct spec *spec, struct nft_table *t, struct err *err)
{
	int ret;

	if (spec->role != ROLE_PEER)
		return derivation_of(spec)->sources(spec, t, err);
	ret = nft_add_ifname(t, SET_PEERS, name_text(spec->dev), err);
	return ret ? ret : add_given(t, SET_ALLOWED, spec, name_text(spec->dev), err);
}

int derive_elements(const struct spec *spec, struct nft_table *t, struct err *err)
{
	int ret;

	if (spec->role == ROLE_NAT)
		return derive_passed(t, spec, err);
	ret = spec->notrack ? nft_add_remote(t, spec->remote, err) : 0;
	if (!ret && spec->source_filter)
		ret = derive_sources(spec, t, err);
	if (!ret && spec->source_filter)
		ret = nft_add_ifname(t, SET_DROPPED, name_text(spec->dev), err);
	if (!ret && spec->mss_clamp)
		ret = nft_add_ifname(t, SET_CLAMPED, name_text(spec->dev), err);
	if (!ret && spec->simple_security)
		ret = derive_secured(t, spec, err);
	return ret;
}

int derive_host_elements(const struct desired *d, const struct snapshot *s, struct nft_table *t, struct err *err)
{
	const char *uplink = name_text(d->server.uplink);
	bool clients = false, peers = false;
	const struct link *link;
	int ret = 0;

	for (size_t i = 0; !ret && i < d->n; i++) {
		struct spec spec = desired_effective(d, &d->tunnels[i].spec);

		if (spec.role == ROLE_NAT || !spec.source_filter)
			continue;
		clients = clients || spec.role == ROLE_CLIENT;
		if (spec.role != ROLE_PEER || !uplink[0])
			continue;
		peers = true;
		ret = add_given(t, SET_FORBIDDEN, &spec, uplink, err);
	}
	if (!ret && peers)
		ret = nft_add_ifname(t, SET_PROVIDERS, uplink, err);
	if (!ret && peers)
		ret = nft_add_ifname(t, SET_DROPPED, uplink, err);
	if (!derive_forwarding(d) || (!peers && !clients))
		return ret;
	/* The kernel's own device may appear later, with its module, and can be set up at any time. */
	if (!ret)
		ret = nft_add_ifname(t, SET_WILDCARDS, WILDCARD_FALLBACK, err);
	for (size_t at = 0; !ret && (link = next_wildcard(s, &at));)
		ret = nft_add_ifname(t, SET_WILDCARDS, link->name, err);
	return ret;
}
