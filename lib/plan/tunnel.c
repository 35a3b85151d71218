/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps that make one tunnel what is desired. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan/tunnel.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/sitattrs.h"
#include "kernel/linkmsg.h"
#include "kernel/mark.h"
#include "plan/adopted.h"
#include "plan/forwarding.h"
#include "plan/wanted.h"
#include "state/derive.h"
#include "state/readback.h"
#include "state/saved.h"
#include "state/snapshotfind.h"

#include <linux/rtnetlink.h>

/* Does the kernel have the device as wanted, except being up? */
static bool same_link(const struct link *has, const struct link *want)
{
	return !has->half_made && !link_condemned(has) && !strcmp(has->alias, want->alias) &&
	       sit_attrs_and_link_equal(has, want);
}

/* The device NAME, unless the plan removes it first. */
static const struct link *staying(const struct world *w, const char *name)
{
	const struct link *link = snapshot_link(w->s, name);

	return link && link_leaves(w, link) ? NULL : link;
}

/* Does HAS lose its endpoints to another tunnel? */
static bool endpoints_wanted(const struct world *w, const struct link *has, const struct link *want)
{
	if (has->remote.s_addr == want->remote.s_addr && has->local.s_addr == want->local.s_addr)
		return false;
	for (size_t i = 0; i < w->desired->n; i++) {
		const struct spec *spec = &w->desired->tunnels[i].spec;
		struct in_addr local = desired_local(w->desired, spec);

		if (spec->role != ROLE_NAT && spec->remote.s_addr == has->remote.s_addr &&
		    local.s_addr == has->local.s_addr)
			return true;
	}
	return false;
}

/* If two tunnels exchange endpoints, one of them temporarily gets endpoints that no other tunnel can have. */
static int plan_park(struct plan *plan, struct object *was, struct err *err)
{
	struct object parked = *was;
	int ret;

	parked.link.local.s_addr = htonl(INADDR_LOOPBACK);
	ret = plan_step(plan, STEP_CHANGE, PHASE_LINK_PARK, was, &parked, err);
	*was = parked;
	return ret;
}

static int plan_link(struct plan *plan, const struct world *w, const struct spec *spec, struct link *want,
		     struct err *err)
{
	struct object was = { .kind = KIND_LINK }, object = { .kind = KIND_LINK };
	const struct link *has = staying(w, want->name);
	int ret = 0;

	if (has && has->index != w->adopt &&
	    (!link_ours(has) || link_role(has) != spec->role || strcmp(link_tunnel_name(has), name_text(spec->name)))) {
		err_sys(err, EEXIST, "tunnel device %s", want->name);
		if (link_ours(has))
			err_why(err, "the name is taken by the tunnel of '%s'", link_tunnel_name(has));
		else
			err_why(err, "the name is taken by a device that sitctl did not make");
		if (!link_ours(has) && spec->role == ROLE_CLIENT && has->is_sit &&
		    has->remote.s_addr == spec->remote.s_addr)
			err_hint(err,
				 "take it over with 'sitctl client adopt %s' (it has the same remote), choose another "
				 "name, or remove that device",
				 want->name);
		else
			err_hint(err, "choose another name, or remove that device");
		return -EEXIST;
	}
	if (!has) {
		object.link = *want;
		object.link.up = false;
		ret = plan_step(plan, STEP_ADD, PHASE_LINK, NULL, &object, err);
		object.link = *want;
		return ret ? ret : plan_change_made(plan, PHASE_LINK_UP, &object, err);
	}
	want->index = has->index;
	was.link = *has;
	object.link = *want;
	if (!same_link(has, want)) {
		object.link.up = has->up;
		if (endpoints_wanted(w, has, want))
			ret = plan_park(plan, &was, err);
		if (!ret)
			ret = plan_step(plan, STEP_CHANGE, PHASE_LINK, &was, &object, err);
		if (ret)
			return ret;
		was.link = object.link;
	}
	object.link.up = true;
	return has->up ? 0 : plan_step(plan, STEP_CHANGE, PHASE_LINK_UP, &was, &object, err);
}

/*
 * One sysctl of the tunnel's own device; that of a new device is checked once it exists. Avoids reading a file for
 * each.
 */
static int device_sysctl(struct plan *plan, const struct link *has, const char *dev, const char *name,
			 const char *value, struct err *err)
{
	struct object want = { .kind = KIND_SYSCTL,
			       .sysctl = { .version = 6, .ifname = dev, .leaf = name, .value = value } };
	char key[SYSCTL_KEY_SIZE], now[SYSCTL_VALUE_SIZE];
	struct object was = want;
	int32_t known;

	if (!has)
		return plan_step(plan, STEP_ADD, PHASE_LINK_SYSCTL, NULL, &want, err);
	sysctl_key(&want.sysctl, key);
	if (link_conf(has, name, &known))
		snprintf(now, sizeof(now), "%d", known);
	else if (sysctl_read(key, now, sizeof(now)))
		return 0; /* does not exist in this kernel */
	was.sysctl.value = now;
	return strcmp(now, value) ? plan_step(plan, STEP_CHANGE, PHASE_LINK_SYSCTL, &was, &want, err) : 0;
}

static int plan_device_forwarding(struct plan *plan, const struct world *w, const struct spec *spec,
				  const struct link *has, struct err *err)
{
	enum forwarding_mode mode = w->mode;
	const struct desired_tunnel *before = desired_find(&w->j->desired, spec->role, name_text(spec->name));

	if (!derive_forwards(w->desired, spec)) {
		/*
		 * If a change failed half-way, or was killed, the journal may already have the new spec, and former
		 * values.
		 */
		bool did = (before && derive_forwards(&w->j->desired, &before->spec)) ||
			   saved_has_leaf(&w->j->saved, "force_forwarding");

		if (mode == FORWARDING_FORCE && has && did)
			return device_sysctl(plan, has, name_text(spec->dev), "force_forwarding", "0", err);
		return 0;
	}
	if (mode == FORWARDING_FORCE)
		return device_sysctl(plan, has, name_text(spec->dev), "force_forwarding", "1", err);
	return device_sysctl(plan, has, name_text(spec->dev), "forwarding", "1", err);
}

static int plan_device_sysctls(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err)
{
	const struct link *has = staying(w, name_text(spec->dev));
	int ret;

	/* Hosts without IPv6 often have default.disable_ipv6=1. */
	ret = device_sysctl(plan, has, name_text(spec->dev), "disable_ipv6", "0", err);
	/*
	 * A tunnel's far end must not configure this host with router advertisements, nor change its routes with
	 * redirects.
	 */
	if (!ret)
		ret = device_sysctl(plan, has, name_text(spec->dev), "accept_ra", "0", err);
	if (!ret)
		ret = device_sysctl(plan, has, name_text(spec->dev), "accept_redirects", "0", err);
	return ret ? ret : plan_device_forwarding(plan, w, spec, has, err);
}

static bool has_addr(const struct world *w, const struct addr *want)
{
	const struct link *link = staying(w, want->ifname);
	const struct addr *a;

	for (size_t at = 0; link && (a = snapshot_next_addr(w->s, link->index, &at));)
		if (net6_equal(&a->net, &want->net))
			return true;
	return false;
}

static int plan_addr(struct plan *plan, const struct world *w, const struct addr *want, struct err *err)
{
	struct object object = { .kind = KIND_ADDR, .addr = *want };

	return has_addr(w, want) ? 0 : plan_step(plan, STEP_ADD, PHASE_ADDR, NULL, &object, err);
}

static bool same_route(const struct route *a, const struct route *b)
{
	return a->type == b->type && net6_equal(&a->dst, &b->dst) && a->metric == b->metric &&
	       a->has_gateway == b->has_gateway && (!a->has_gateway || addr6_equal(&a->gateway, &b->gateway)) &&
	       (a->type != RTN_UNICAST || !strcmp(a->ifname, b->ifname));
}

static int plan_route(struct plan *plan, const struct world *w, struct route *want, const char *dev, struct err *err)
{
	struct object object = { .kind = KIND_ROUTE };
	const struct route *r;

	for (size_t at = 0; (r = snapshot_next_route_to(w->s, &want->dst, &at));) {
		if (r->ifname[0] && !staying(w, r->ifname))
			continue;
		/*
		 * A foreign route does not count as ours, except on our device: there a multipath route has a single
		 * protocol.
		 */
		if ((r->proto == SITCTL_PROTO || (!w->adopt && !strcmp(r->ifname, dev))) && same_route(r, want))
			return 0;
		/* Beside a foreign default route, and beside our own one that is about to be removed. */
		if (r->metric == want->metric &&
		    (!want->dst.len || (r->proto == SITCTL_PROTO && !strcmp(r->ifname, want->ifname))))
			want->append = true;
	}
	object.route = *want;
	return plan_step(plan, STEP_ADD, PHASE_ROUTE, NULL, &object, err);
}

static int plan_proxied(struct plan *plan, const struct world *w, const struct net6 *range, struct err *err)
{
	const char *uplink = name_text(w->desired->server.uplink);
	uint32_t count = range->len == 128 ? 1 : UINT32_C(1) << (128 - range->len);

	for (uint32_t i = 0; i < count; i++) {
		struct object object = { .kind = KIND_NEIGH };
		bool there = false;
		int ret;

		object.neigh.addr = net6_nth(range, i);
		snprintf(object.neigh.ifname, IFNAMSIZ, "%s", uplink);
		for (size_t k = 0; k < w->s->n_neighs && !there; k++)
			there = !strcmp(w->s->neighs[k].ifname, uplink) &&
				addr6_equal(&w->s->neighs[k].addr, &object.neigh.addr);
		ret = there ? 0 : plan_step(plan, STEP_ADD, PHASE_NEIGH, NULL, &object, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int plan_site(struct plan *plan, const struct world *w, const struct spec *spec, const struct prefix *p,
		     struct err *err)
{
	struct route route;
	struct addr addr;
	int ret = 0;

	if (derive_lan_addr(p, &addr)) {
		if (!snapshot_link(w->s, name_text(p->ifname))) {
			err_usage(err, name_text(p->ifname),
				  "no interface has this name, which 'prefix' gives for the LAN");
			err_hint(err, "see 'ip link'");
			return -EINVAL;
		}
		ret = plan_addr(plan, w, &addr, err);
	}
	if (!ret && derive_unreachable(p, &route))
		ret = plan_route(plan, w, &route, name_text(spec->dev), err);
	return ret;
}

static int plan_leftover_entry(struct plan *plan, const struct world *w, struct in_addr source,
			       struct in_addr destination, struct err *err)
{
	struct conntrack ct = { .source = source, .destination = destination };
	bool found;
	int ret = conntrack_find(w->c, &ct, &found, err);

	return ret || !found ? ret : plan_conntrack_del(plan, PHASE_CONNTRACK, &ct, err);
}

/* NOTRACK does not affect an entry that an earlier packet created, from either side. */
static int plan_conntrack(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && spec->notrack && i < w->s->n_addrs4; i++) {
		struct in_addr own = w->s->addrs4[i].addr;

		ret = plan_leftover_entry(plan, w, spec->remote, own, err);
		if (!ret)
			ret = plan_leftover_entry(plan, w, own, spec->remote, err);
	}
	return ret;
}

int plan_tunnel(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err)
{
	const struct prefix *site;
	char alias[ALIAS_SIZE];
	struct route route;
	struct net6 range;
	struct link link;
	struct addr addr;
	unsigned int at = 0;
	int ret = wanted_link(w, spec, &link, alias, err);

	if (!ret)
		ret = plan_link(plan, w, spec, &link, err);
	if (!ret)
		ret = plan_conntrack(plan, w, spec, err);
	if (!ret)
		ret = plan_device_sysctls(plan, w, spec, err);
	for (unsigned int i = 0; !ret && derive_addr(spec, i, &addr); i++)
		ret = plan_addr(plan, w, &addr, err);
	if (!ret && w->adopt)
		ret = plan_adopted(plan, w, spec, err);
	for (unsigned int i = 0; !ret && derive_route(spec, i, &route); i++)
		ret = plan_route(plan, w, &route, name_text(spec->dev), err);
	for (unsigned int i = 0; !ret && (site = derive_site(spec, i)); i++)
		ret = plan_site(plan, w, spec, site, err);
	while (!ret && derive_proxied(w->s, name_text(w->desired->server.uplink), spec, &at, &range))
		ret = plan_proxied(plan, w, &range, err);
	return ret;
}
