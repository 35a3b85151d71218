/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps that remove what is ours and no longer desired. */
#include <stdio.h>
#include <string.h>

#include "plan/leftover.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/linkmsg.h"
#include "kernel/mark.h"
#include "plan/wanted.h"
#include "state/derive.h"
#include "state/readback.h"
#include "state/saved.h"

#include <linux/rtnetlink.h>

/*
 * Does the tunnel of LINK have another device now, or does another tunnel have its name or endpoints?
 * Then it is removed, with all that is on it, before the new one is added: these are unique in the kernel.
 */
static bool renamed(const struct world *w, const struct link *link)
{
	const struct desired_tunnel *t = desired_find(w->desired, link_role(link), link_tunnel_name(link));

	if (t)
		return strcmp(name_text(t->spec.dev), link->name);
	for (size_t i = 0; i < w->desired->n; i++) {
		const struct spec *spec = &w->desired->tunnels[i].spec;
		struct in_addr local = desired_local(w->desired, spec);

		if (spec->role == ROLE_NAT)
			continue;
		if (!strcmp(name_text(spec->dev), link->name) ||
		    (spec->remote.s_addr == link->remote.s_addr && local.s_addr == link->local.s_addr))
			return true;
	}
	return false;
}

static enum phase phase_of_link(const struct world *w, const struct link *link)
{
	return renamed(w, link) ? PHASE_LINK_LEFTOVER : PHASE_LINK_DEL;
}

/* On undo, the device is a new one: its own values are restored after it. */
static int leftover_values(struct plan *plan, const struct world *w, const struct link *link, struct err *err)
{
	enum phase phase = phase_of_link(w, link);
	int ret = 0;

	for (int i = 0; !ret && i <= LINK_CONFS; i++) {
		const char *name = i < LINK_CONFS ? link_conf_names[i] : "force_forwarding";
		char key[SYSCTL_KEY_SIZE], now[SYSCTL_VALUE_SIZE];
		struct object value = { .kind = KIND_SYSCTL,
					.sysctl = { .version = 6, .ifname = link->name, .leaf = name, .value = now } };
		int32_t known;

		sysctl_key(&value.sysctl, key);
		if (link_conf(link, name, &known))
			snprintf(now, sizeof(now), "%d", known);
		else if (sysctl_read(key, now, sizeof(now)))
			continue;
		ret = plan_step(plan, STEP_DEL, phase, &value, NULL, err);
	}
	return ret;
}

/* First all values, then all devices: so the devices are removed together, and on undo restored before the values. */
static int leftover_links(struct plan *plan, const struct world *w, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < w->s->n_links; i++)
		if (link_leaves(w, &w->s->links[i]))
			ret = leftover_values(plan, w, &w->s->links[i], err);
	for (size_t i = 0; !ret && i < w->s->n_links; i++) {
		struct object was = { .kind = KIND_LINK, .link = w->s->links[i] };

		if (link_leaves(w, &was.link))
			ret = plan_step(plan, STEP_DEL, phase_of_link(w, &was.link), &was, NULL, err);
	}
	return ret;
}

/* Does SPEC have ADDR on its device, with that length or, with ANY_LENGTH, another? */
static bool derives_addr(const struct spec *spec, const struct addr *addr, bool any_length)
{
	struct addr own;

	for (unsigned int i = 0; derive_addr(spec, i, &own); i++)
		if (any_length ? addr6_equal(&own.net.addr, &addr->net.addr) : net6_equal(&own.net, &addr->net))
			return true;
	return false;
}

/* Was the address on our device there because of what was desired before? For kernels without IFA_PROTO. */
static bool desired_before(const struct world *w, const struct link *link, const struct addr *addr)
{
	const struct desired_tunnel *t = desired_find(&w->j->desired, link_role(link), link_tunnel_name(link));
	struct spec spec;

	if (!t || !t->spec.n_addresses)
		return false;
	spec = desired_effective(&w->j->desired, &t->spec);
	return derives_addr(&spec, addr, true);
}

static bool addr_wanted(const struct world *w, const struct link *link, const struct addr *addr)
{
	const struct desired_tunnel *t = desired_find(w->desired, link_role(link), link_tunnel_name(link));
	struct spec spec;

	if (!t || strcmp(name_text(t->spec.dev), link->name))
		return false;
	spec = desired_effective(w->desired, &t->spec);
	return derives_addr(&spec, addr, false);
}

/* Is the same address wanted there with another length? It is unique in the kernel. */
static bool relengthened(const struct world *w, const struct link *link, const struct addr *addr)
{
	for (size_t i = 0; i < w->desired->n; i++) {
		struct spec spec = desired_effective(w->desired, &w->desired->tunnels[i].spec);
		const struct prefix *site;
		struct addr lan;

		if (!strcmp(name_text(spec.dev), link->name) && derives_addr(&spec, addr, true))
			return true;
		for (unsigned int k = 0; (site = derive_site(&spec, k)); k++)
			if (derive_lan_addr(site, &lan) && !strcmp(lan.ifname, link->name) &&
			    addr6_equal(&lan.net.addr, &addr->net.addr))
				return true;
	}
	return false;
}

static int leftover_addrs(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < w->s->n_addrs; i++) {
		const struct addr *a = &w->s->addrs[i];
		const struct link *link = snapshot_link_index(w->s, a->index);
		struct object was = { .kind = KIND_ADDR, .addr = *a };
		bool ours = a->proto == SITCTL_PROTO, leftover;
		enum phase phase = PHASE_LEFTOVER_ADDR;

		if (!link)
			continue;
		if (link_ours(link)) {
			was.addr.nodad = true;
			leftover = in_scope(scope, link_role(link), link_tunnel_name(link)) &&
				   (ours || (!a->proto && (desired_before(w, link, a) ||
							   saved_has_addr(&w->j->saved, a->ifname, &a->net)))) &&
				   !addr_wanted(w, link, a);
		} else {
			/* Not by IFA_PROTO alone: other programs may use 41 as well. */
			leftover = (ours || !a->proto) && saved_has_addr(&w->j->saved, a->ifname, &a->net) &&
				   !desired_has_lan_addr(w->desired, a->ifname, &a->net);
		}
		if (!leftover)
			continue;
		if (link_ours(link) && renamed(w, link))
			phase = PHASE_LINK_LEFTOVER;
		else if (relengthened(w, link, a))
			phase = PHASE_ADDR_LENGTH;
		ret = plan_step(plan, STEP_DEL, phase, &was, NULL, err);
	}
	return ret;
}

static bool route_wanted(const struct world *w, const struct link *link, const struct route *r)
{
	const struct desired_tunnel *t = desired_find(w->desired, link_role(link), link_tunnel_name(link));
	struct spec spec;
	struct route want;

	if (!t || strcmp(name_text(t->spec.dev), link->name))
		return false;
	spec = desired_effective(w->desired, &t->spec);
	for (unsigned int i = 0; derive_route(&spec, i, &want); i++)
		if (net6_equal(&want.dst, &r->dst) && want.metric == r->metric && want.has_gateway == r->has_gateway &&
		    (!r->has_gateway || addr6_equal(&r->gateway, &want.gateway)))
			return true;
	return false;
}

/* Does another tunnel get the destination of this route? */
static bool moves(const struct world *w, const struct link *link, const struct route *r)
{
	struct net6 net;

	for (size_t i = 0; r->dst.len && i < w->desired->n; i++) {
		const struct spec *spec = &w->desired->tunnels[i].spec;

		/* The first one is the peer's own address: its route may be removed because it is on-link now. */
		for (unsigned int k = 0; derive_given(spec, k, &net); k++)
			if (net6_equal(&net, &r->dst) && (!k || strcmp(name_text(spec->dev), link->name)))
				return true;
	}
	return false;
}

static int leftover_routes(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < w->s->n_routes; i++) {
		const struct route *r = &w->s->routes[i];
		const struct link *link = snapshot_link_index(w->s, r->index);
		struct object was = { .kind = KIND_ROUTE, .route = *r };
		enum phase phase = PHASE_LEFTOVER_ROUTE;
		bool leftover;

		if (r->proto != SITCTL_PROTO)
			continue;
		if (r->type == RTN_UNREACHABLE)
			leftover = !desired_has_unreachable(w->desired, &r->dst);
		else
			leftover = link && link_ours(link) &&
				   in_scope(scope, link_role(link), link_tunnel_name(link)) &&
				   !route_wanted(w, link, r);
		if (!leftover)
			continue;
		if (link && link_ours(link) && renamed(w, link))
			phase = PHASE_LINK_LEFTOVER;
		else if (link && moves(w, link, r))
			phase = PHASE_ROUTE_MOVED;
		ret = plan_step(plan, STEP_DEL, phase, &was, NULL, err);
	}
	return ret;
}

int plan_leftover(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	int ret = leftover_addrs(plan, w, scope, err);

	if (!ret)
		ret = leftover_routes(plan, w, scope, err);
	for (size_t i = 0; !ret && i < w->s->n_neighs; i++) {
		struct object was = { .kind = KIND_NEIGH, .neigh = w->s->neighs[i] };

		if (was.neigh.proto == SITCTL_PROTO && !desired_has_neigh(w, &was.neigh))
			ret = plan_step(plan, STEP_DEL, PHASE_LEFTOVER_NEIGH, &was, NULL, err);
	}
	return ret ? ret : leftover_links(plan, w, err);
}
