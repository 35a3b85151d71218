/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "state/elements.h"
#include "state/derivations.h"

/* Simple security, with its exceptions: port, destination, protocol, tunnel. */
static int derive_secured(struct nft_table *t, const struct spec *client, struct err *err)
{
	int ret = nft_add_ifname(t, SET_SECURED, client->dev, err);

	if (!ret)
		ret = nft_add_ifname(t, SET_UNSOLICITED, client->dev, err);
	for (unsigned int i = 0; !ret && i < client->n_allows; i++) {
		const struct allow *allow = &client->allows[i];
		uint16_t first = htons(allow->first), last = htons(allow->last);
		struct in6_addr base = net6_base(&allow->net), end = net6_last(&allow->net);
		struct nft_elem e = { .set = SET_OPEN };
		size_t at = 0;

		nft_put_field(&e, &at, &first, &last, sizeof(first));
		nft_put_field(&e, &at, &base, &end, sizeof(base));
		nft_put_field(&e, &at, &allow->proto, &allow->proto, 1);
		nft_put_ifname(&e, &at, client->dev);
		ret = nft_add_elem(t, &e, err);
	}
	return ret;
}

/* What this host's NAT passes on: in by server and interface, out by inside host, server and interface. */
static int derive_passed(struct nft_table *t, const struct spec *nat, struct err *err)
{
	struct nft_elem in = { .set = SET_PASSED }, out = { .set = SET_MASQUERADED };
	size_t at = 0;
	int ret;

	nft_put_field(&in, &at, &nat->remote, &nat->remote, sizeof(nat->remote));
	nft_put_ifname(&in, &at, nat->underlay);
	memcpy(in.data, &nat->to, sizeof(nat->to));
	snprintf(in.comment, sizeof(in.comment), "%s", nat->name);
	at = 0;
	nft_put_field(&out, &at, &nat->to, &nat->to, sizeof(nat->to));
	nft_put_field(&out, &at, &nat->remote, &nat->remote, sizeof(nat->remote));
	nft_put_ifname(&out, &at, nat->underlay);
	ret = nft_add_elem(t, &in, err);
	return ret ? ret : nft_add_elem(t, &out, err);
}

int derive_elements(const struct spec *spec, struct nft_table *t, struct err *err)
{
	int ret;

	if (spec->role == ROLE_NAT)
		return derive_passed(t, spec, err);
	ret = spec->notrack ? nft_add_remote(t, spec->remote, err) : 0;
	if (!ret && spec->source_filter)
		ret = derivation_of(spec)->sources(spec, t, err);
	if (!ret && spec->source_filter)
		ret = nft_add_ifname(t, SET_DROPPED, spec->dev, err);
	if (!ret && spec->mss_clamp)
		ret = nft_add_ifname(t, SET_CLAMPED, spec->dev, err);
	if (!ret && spec->simple_security)
		ret = derive_secured(t, spec, err);
	return ret;
}
