/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan/wanted.h"
#include "kernel/mark.h"
#include "state/derive.h"
#include "state/readback.h"
#include "state/snapshotfind.h"

#define ENCAPSULATION 20      /* the outer IPv4 header */
#define MTU_UNKNOWN_PATH 1480 /* 1500 of Ethernet less the encapsulation */

/* `mtu auto`: the MTU of the path to the remote, less the encapsulation. */
static int auto_mtu(const struct world *w, const struct spec *spec, struct link *link, struct err *err)
{
	const struct link *now = snapshot_link(w->s, link->name), *out;
	const struct desired_tunnel *t = w->paths ? desired_find(w->desired, spec->role, name_text(spec->name)) : NULL;
	struct path path;
	uint32_t mtu;
	int ret = 0;

	if (t)
		path = w->paths[t - w->desired->tunnels].path;
	else
		ret = path_lookup(w->c, spec->remote, spec->local, link->underlay, spec->fwmark, &path, err);
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

int wanted_link(const struct world *w, const struct spec *spec, struct link *out, char alias[ALIAS_SIZE],
		struct err *err)
{
	const struct link *underlay;

	memset(out, 0, sizeof(*out));
	snprintf(out->name, sizeof(out->name), "%s", name_text(spec->dev));
	link_alias(spec->role == ROLE_CLIENT, name_text(spec->name), alias);
	out->alias = alias;
	out->up = out->is_sit = true;
	derive_device(spec, out);
	if (spec->underlay.at) {
		underlay = snapshot_link(w->s, name_text(spec->underlay));
		if (!underlay) {
			err_usage(err, name_text(spec->underlay), "no interface has this name");
			err_hint(err, "give the interface through which the outer packets leave; see 'ip link'");
			return -EINVAL;
		}
		out->underlay = underlay->index;
		snprintf(out->underlay_name, IFNAMSIZ, "%s", underlay->name);
	}
	return spec->mtu ? 0 : auto_mtu(w, spec, out, err);
}

int wanted_mtu(const struct world *w, const struct spec *spec, uint32_t *mtu, struct err *err)
{
	char alias[ALIAS_SIZE];
	struct link link;
	int ret = wanted_link(w, spec, &link, alias, err);

	*mtu = link.mtu;
	return ret;
}

bool desired_has_neigh(const struct world *w, const struct neigh *n)
{
	const struct desired *t = w->desired;
	struct net6 range;

	if (strcmp(n->ifname, name_text(t->server.uplink)))
		return false;
	for (size_t i = 0; i < t->n; i++) {
		unsigned int at = 0;

		/* The cheap check first: there may be thousands of peers, and of entries. */
		if (!spec_has_addr(&t->tunnels[i].spec, &n->addr))
			continue;
		while (derive_proxied(w->s, name_text(t->server.uplink), &t->tunnels[i].spec, &at, &range))
			if (net6_contains(&range, &n->addr))
				return true;
	}
	return false;
}

bool in_scope(const struct scope *scope, enum role role, const char *name)
{
	if (scope->role == ROLE_SERVER)
		return role == ROLE_PEER;
	return role == scope->role && (!strcmp(name, scope->name) || (role == ROLE_NAT && !scope->name[0]));
}

bool link_leaves(const struct world *w, const struct link *link)
{
	const struct desired_tunnel *t = link_ours(link)
						 ? desired_find(w->desired, link_role(link), link_tunnel_name(link))
						 : NULL;

	return link_ours(link) && in_scope(w->scope, link_role(link), link_tunnel_name(link)) &&
	       (!t || strcmp(name_text(t->spec.dev), link->name));
}
