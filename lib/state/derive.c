/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "state/derive.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/mark.h"
#include "state/derivations.h"
#include "state/snapshotfind.h"

#include <linux/rtnetlink.h>

#define UNREACHABLE_METRIC UINT32_MAX /* every other route for the prefix is better */

bool derive_addr(const struct spec *spec, unsigned int i, struct addr *out)
{
	const struct derivation *d = derivation_of(spec);

	return d && d->addr(spec, i, out);
}

bool derive_route(const struct spec *spec, unsigned int i, struct route *out)
{
	const struct derivation *d = derivation_of(spec);

	return d && d->route(spec, i, out);
}

const struct prefix *derive_site(const struct spec *spec, unsigned int i)
{
	const struct derivation *d = derivation_of(spec);

	return d ? d->site(spec, i) : NULL;
}

bool derive_given(const struct spec *spec, unsigned int i, struct net6 *out)
{
	const struct derivation *d = derivation_of(spec);

	return d && d->given(spec, i, out);
}

void derive_device(const struct spec *spec, struct link *out)
{
	derivation_of(spec)->device(spec, out);
}

bool derive_lan_addr(const struct prefix *p, struct addr *out)
{
	memset(out, 0, sizeof(*out));
	if (!p->ifname.at)
		return false;
	snprintf(out->ifname, IFNAMSIZ, "%s", name_text(p->ifname));
	/* Stateless autoconfiguration needs a /64 (RFC 4862); the rest of a shorter prefix is unreachable. */
	out->net.len = p->net.len < 64 ? 64 : p->net.len;
	out->net.addr = net6_first(&p->net);
	return true;
}

bool derive_unreachable(const struct prefix *p, struct route *out)
{
	memset(out, 0, sizeof(*out));
	out->type = RTN_UNREACHABLE;
	out->dst = p->net;
	out->metric = UNREACHABLE_METRIC;
	return !p->ifname.at || p->net.len < 64;
}

/* Is NET inside CANDIDATE, and is that the prefix of a link? */
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

bool derive_proxied(const struct snapshot *s, const char *uplink, const struct spec *spec, unsigned int *at,
		    struct net6 *out)
{
	while (spec->proxy_ndp != PROXY_NDP_OFF && uplink[0] && derive_given(spec, *at, out)) {
		bool host = !(*at)++;

		if (host && spec->proxy_ndp == PROXY_NDP_ON)
			return true;
		if (out->len >= PROXIED_LEN_MIN && on_link(s, uplink, out, NULL))
			return true;
	}
	return false;
}

bool derive_forwarding(const struct desired *t)
{
	if (t->server.uplink.at)
		return true;
	for (size_t i = 0; i < t->n; i++)
		if (spec_has_lan(&t->tunnels[i].spec))
			return true;
	return false;
}

bool derive_forwards(const struct desired *t, const struct spec *spec)
{
	return derive_forwarding(t) && derivation_of(spec)->forwards(spec);
}

bool desired_has_unreachable(const struct desired *t, const struct net6 *dst)
{
	struct route route;

	for (size_t i = 0; i < t->n; i++) {
		const struct prefix *p;

		for (unsigned int k = 0; (p = derive_site(&t->tunnels[i].spec, k)); k++)
			if (derive_unreachable(p, &route) && net6_equal(&route.dst, dst))
				return true;
	}
	return false;
}

bool desired_has_lan_addr(const struct desired *t, const char *ifname, const struct net6 *net)
{
	struct addr addr;

	for (size_t i = 0; i < t->n; i++) {
		const struct prefix *p;

		for (unsigned int k = 0; (p = derive_site(&t->tunnels[i].spec, k)); k++)
			if (derive_lan_addr(p, &addr) && !strcmp(addr.ifname, ifname) && net6_equal(&addr.net, net))
				return true;
	}
	return false;
}
