/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the table `inet sitctl` shall hold for all tunnels that are desired. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/nft.h"

static int add_net(struct nft_table *t, enum nft_set_id set, const char *ifname, const struct net6 *net,
		   struct err *err)
{
	struct in6_addr first = net6_base(net), last = net6_last(net);

	return nft_add_range(t, set, ifname, &first, &last, err);
}

/* A peer may use its address and its prefixes as inner source, nothing else. */
static int derive_allowed(struct nft_table *t, const struct spec *peer, struct err *err)
{
	struct net6 own = { .addr = peer->addresses[0].addr, .len = 128 };
	int ret = nft_add_ifname(t, SET_PEERS, peer->dev, err);
	bool covered = false;

	for (unsigned int i = 0; !ret && i < peer->n_prefixes; i++) {
		covered = covered || net6_contains(&peer->prefixes[i].net, &own.addr);
		ret = add_net(t, SET_ALLOWED, peer->dev, &peer->prefixes[i].net, err);
	}
	/* Intervals of one set must not overlap. */
	return ret || covered ? ret : add_net(t, SET_ALLOWED, peer->dev, &own, err);
}

/* RFC 4213 section 3.6: inner sources that no tunnel delivers; and this site's own prefixes. */
static int derive_forbidden(struct nft_table *t, const struct spec *client, struct err *err)
{
	static const struct net6 multicast = { .addr.s6_addr = { 0xff }, .len = 8 };
	static const struct net6 mapped = { .addr.s6_addr = { [10] = 0xff, [11] = 0xff }, .len = 96 };
	/* ::/96 but for ::, which duplicate address detection uses; ::1 is in it */
	static const struct in6_addr first = { .s6_addr = { [15] = 1 } };
	static const struct in6_addr last = { .s6_addr = { [12] = 0xff, [13] = 0xff, [14] = 0xff, [15] = 0xff } };
	int ret = nft_add_ifname(t, SET_CLIENTS, client->dev, err);

	if (!ret)
		ret = add_net(t, SET_FORBIDDEN, client->dev, &multicast, err);
	if (!ret)
		ret = add_net(t, SET_FORBIDDEN, client->dev, &mapped, err);
	if (!ret)
		ret = nft_add_range(t, SET_FORBIDDEN, client->dev, &first, &last, err);
	for (unsigned int i = 0; !ret && i < client->n_prefixes; i++)
		ret = add_net(t, SET_FORBIDDEN, client->dev, &client->prefixes[i].net, err);
	return ret;
}

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

static int derive_elements(struct nft_table *t, const struct spec *spec, struct err *err)
{
	int ret;

	if (spec->role == ROLE_NAT)
		return derive_passed(t, spec, err);
	ret = spec->notrack ? nft_add_remote(t, spec->remote, err) : 0;
	if (!ret && spec->source_filter)
		ret = spec->role == ROLE_PEER ? derive_allowed(t, spec, err) : derive_forbidden(t, spec, err);
	if (!ret && spec->source_filter)
		ret = nft_add_ifname(t, SET_DROPPED, spec->dev, err);
	if (!ret && spec->mss_clamp)
		ret = nft_add_ifname(t, SET_CLAMPED, spec->dev, err);
	if (!ret && spec->simple_security)
		ret = derive_secured(t, spec, err);
	return ret;
}

static int derive_table(const struct desired *desired, struct nft_table *t, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < desired->n; i++) {
		struct spec spec = desired->tunnels[i].spec;

		if (spec.role == ROLE_PEER)
			spec = spec_effective(&desired->tunnels[i].spec, &desired->server);
		ret = derive_elements(t, &spec, err);
	}
	nft_sort(t);
	t->exists = t->intact = t->n;
	return ret;
}

/* The kernel's table belongs to the snapshot, the plan may live longer. */
static int copy_table(const struct nft_table *from, struct nft_table *to, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < from->n; i++)
		ret = nft_add_elem(to, &from->elems[i], err);
	to->exists = from->exists;
	to->intact = from->intact;
	to->groups = from->groups;
	return ret;
}

int plan_nft(struct plan *plan, const struct world *w, struct err *err)
{
	struct object was = { .kind = KIND_NFT }, want = { .kind = KIND_NFT };
	bool adds = false;
	int ret = derive_table(w->desired, &plan->nft_want, err);

	if (!ret)
		ret = copy_table(&w->s->nft, &plan->nft_was, err);
	if (ret || nft_equal(&plan->nft_was, &plan->nft_want))
		return ret;
	was.nft = plan->nft_was;
	want.nft = plan->nft_want;
	if (!want.nft.exists)
		return plan_step(plan, STEP_DEL, PHASE_NFT_DEL, &was, NULL, err);
	if (!was.nft.exists)
		return plan_step(plan, STEP_ADD, PHASE_NFT, NULL, &want, err);
	for (size_t i = 0; i < want.nft.n; i++)
		adds = adds || !nft_find(&was.nft, &want.nft.elems[i]);
	return plan_step(plan, STEP_CHANGE, adds || !was.nft.intact ? PHASE_NFT : PHASE_NFT_DEL, &was, &want, err);
}
