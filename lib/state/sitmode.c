/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mode sit (RFC 4213): the tunnel has one far end. Rows of the table in state/derivations.h. */
#include <stdio.h>
#include <string.h>

#include "state/derivations.h" /* before linux/: glibc and the kernel define the same names */

#include <linux/rtnetlink.h>

static void device(const struct spec *spec, struct link *out)
{
	out->sit = spec->sit;
	out->proto = IPPROTO_IPV6;
	out->pmtudisc = true;
}

static void put_addr(const struct spec *spec, const struct net6 *net, struct addr *out)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->ifname, IFNAMSIZ, "%s", name_text(spec->dev));
	out->nodad = true;
	out->net = *net;
}

static void put_route(const struct spec *spec, uint32_t metric, struct route *out)
{
	memset(out, 0, sizeof(*out));
	out->type = RTN_UNICAST;
	snprintf(out->ifname, IFNAMSIZ, "%s", name_text(spec->dev));
	out->metric = metric;
}

static bool client_addr(const struct spec *spec, unsigned int i, struct addr *out)
{
	if (i >= spec->n_addresses)
		return false;
	put_addr(spec, &spec->addresses[i], out);
	return true;
}

/* The default route. */
static bool client_route(const struct spec *spec, unsigned int i, struct route *out)
{
	if (i || spec->gateway_mode == GATEWAY_NONE)
		return false;
	put_route(spec, spec->metric, out);
	out->has_gateway = spec->gateway_mode == GATEWAY_ADDRESS;
	out->gateway = spec->gateway;
	return true;
}

static const struct prefix *client_site(const struct spec *spec, unsigned int i)
{
	return i < spec->n_prefixes ? &spec->prefixes[i] : NULL;
}

static bool client_given(const struct spec *spec, unsigned int i, struct net6 *out)
{
	(void)spec;
	(void)i;
	(void)out;
	return false;
}

static int add_net(struct nft_table *t, enum nft_set_id set, const char *ifname, const struct net6 *net,
		   struct err *err)
{
	struct in6_addr first = net6_base(net), last = net6_last(net);

	return nft_add_range(t, set, ifname, &first, &last, err);
}

/* RFC 4213 section 3.6: inner sources that no tunnel may deliver; and this site's own prefixes. */
static int client_sources(const struct spec *spec, struct nft_table *t, struct err *err)
{
	static const struct net6 multicast = { .addr.s6_addr = { 0xff }, .len = 8 };
	static const struct net6 mapped = { .addr.s6_addr = { [10] = 0xff, [11] = 0xff }, .len = 96 };
	/* ::/96 except ::, which duplicate address detection uses; it includes ::1 */
	static const struct in6_addr first = { .s6_addr = { [15] = 1 } };
	static const struct in6_addr last = { .s6_addr = { [12] = 0xff, [13] = 0xff, [14] = 0xff, [15] = 0xff } };
	int ret = nft_add_ifname(t, SET_PROVIDERS, name_text(spec->dev), err);

	if (!ret)
		ret = nft_add_ifname(t, SET_HAIRPINS, name_text(spec->dev), err);
	if (!ret)
		ret = add_net(t, SET_FORBIDDEN, name_text(spec->dev), &multicast, err);
	if (!ret)
		ret = add_net(t, SET_FORBIDDEN, name_text(spec->dev), &mapped, err);
	if (!ret)
		ret = nft_add_range(t, SET_FORBIDDEN, name_text(spec->dev), &first, &last, err);
	for (unsigned int i = 0; !ret && i < spec->n_prefixes; i++)
		ret = add_net(t, SET_FORBIDDEN, name_text(spec->dev), &spec->prefixes[i].net, err);
	return ret;
}

const struct derivation sit_client = {
	.device = device,
	.addr = client_addr,
	.route = client_route,
	.site = client_site,
	.given = client_given,
	.sources = client_sources,
	.forwards = spec_has_lan,
};

/* A /127 pair is a link of its own; with a shorter prefix the peer gets a host route. */
static bool paired(const struct spec *spec)
{
	return spec_first(spec)->len == 127 && net6_contains(spec_first(spec), &spec->server_address);
}

static bool peer_addr(const struct spec *spec, unsigned int i, struct addr *out)
{
	struct net6 own = { .addr = spec->server_address, .len = paired(spec) ? 127 : 128 };

	if (i)
		return false;
	put_addr(spec, &own, out);
	return true;
}

/* The peer's address, unless it is on-link, then its prefixes. */
static bool peer_route(const struct spec *spec, unsigned int i, struct route *out)
{
	bool host_route = !paired(spec);

	put_route(spec, METRIC_DEFAULT, out);
	if (host_route && !i) {
		out->dst.addr = spec_first(spec)->addr;
		out->dst.len = 128;
		return true;
	}
	if (i - host_route >= spec->n_prefixes)
		return false;
	out->dst = spec->prefixes[i - host_route].net;
	return true;
}

static const struct prefix *peer_site(const struct spec *spec, unsigned int i)
{
	(void)spec;
	(void)i;
	return NULL;
}

static bool peer_given(const struct spec *spec, unsigned int i, struct net6 *out)
{
	/* A foreign device may have no address. */
	unsigned int hosts = spec->n_addresses ? 1 : 0;

	if (i >= hosts + spec->n_prefixes)
		return false;
	if (i < hosts)
		*out = (struct net6){ .addr = spec->addresses[i].addr, .len = 128 };
	else
		*out = spec->prefixes[i - hosts].net;
	return true;
}

static bool peer_forwards(const struct spec *spec)
{
	(void)spec;
	return true;
}

const struct derivation sit_peer = {
	.device = device,
	.addr = peer_addr,
	.route = peer_route,
	.site = peer_site,
	.given = peer_given,
	.forwards = peer_forwards,
};
