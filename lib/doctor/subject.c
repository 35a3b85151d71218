/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is examined: a desired tunnel, or a foreign device as read from the kernel. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor/subject.h" /* before linux/: glibc and the kernel define the same names */
#include "doctor/policy.h"
#include "doctor/resolver.h"
#include "doctor/way.h"
#include "state/derive.h"
#include "state/readback.h"
#include "state/snapshotfind.h"

#include <linux/rtnetlink.h>

#define PREFIXES_LOOKED_AT 16

int conf_value(uint8_t version, const char *ifname, const char *leaf)
{
	const struct sysctl sysctl = { .ifname = ifname, .leaf = leaf, .version = version };
	char key[SYSCTL_KEY_SIZE], value[SYSCTL_VALUE_SIZE];
	uint32_t number;
	const char *why;

	sysctl_key(&sysctl, key);
	if (sysctl_read(key, value, sizeof(value)) || !parse_u32(value, 0, INT32_MAX, &number, &why))
		return -1;
	return (int)number;
}

/* The interface other than DEV through which this host reaches the IPv6 Internet; "" if there is none. */
static void other_default(const struct snapshot *s, const char *dev, char *ifname)
{
	const struct route *best = NULL;

	for (size_t i = 0; i < s->n_routes; i++) {
		const struct route *r = &s->routes[i];

		if (!r->dst.len && r->type == RTN_UNICAST && strcmp(r->ifname, dev) &&
		    (!best || r->metric < best->metric))
			best = r;
	}
	snprintf(ifname, IFNAMSIZ, "%s", best ? best->ifname : "");
}

static void find_underlay(struct exam *e)
{
	struct subject *p = &e->subject;
	struct in_addr local = p->link ? p->link->local : p->spec.local;
	uint32_t index = p->link ? p->link->underlay : 0, mark = p->link ? p->link->fwmark : p->spec.fwmark;
	struct err ignored;

	if (!p->remote.s_addr || path_lookup(&e->host->c, p->remote, local, index, mark, &p->path, &ignored))
		return;
	if (!p->path.reachable) /* nothing is routed from a local address that this host does not have */
		path_lookup(&e->host->c, p->remote, (struct in_addr){ 0 }, index, mark, &p->path, &ignored);
	p->underlay = p->path.reachable ? snapshot_link_index(&e->host->s, p->path.index) : NULL;
	p->local = local.s_addr ? local : p->path.source;
}

/*
 * Without any default route, the uplink may be the interface that the tunnel itself leaves through, if that has an IPv6
 * address and forwarding has removed its route (server.c). Else IFNAME stays "".
 */
static void lost_default(const struct exam *e, char *ifname)
{
	const struct link *l = e->subject.underlay;
	bool global = false;

	if (!l || conf_value(6, l->name, "forwarding") != 1 || conf_value(6, l->name, "accept_ra") != 1)
		return;
	for (size_t i = 0; i < e->host->s.n_addrs; i++)
		global = global ||
			 (e->host->s.addrs[i].index == l->index && !addr6_not_host(&e->host->s.addrs[i].net.addr));
	if (global)
		snprintf(ifname, IFNAMSIZ, "%s", l->name);
}

/* Are packets from SOURCE routed into the device LINK? */
static bool leads_into(struct exam *e, const struct link *link, const struct in6_addr *source)
{
	struct way_query q = { .dst = &way_internet, .source = source };
	struct way way = way_look_up(&e->host->c, &q);

	return way.reachable && way.index == link->index;
}

/* Store in NETS the prefixes, at most PREFIXES_LOOKED_AT, that this host has as a whole and sends from into LINK. */
static unsigned int own_prefixes(struct exam *e, const struct link *link, struct net6 *nets)
{
	unsigned int all = policy_local_prefixes(&e->host->c, nets, PREFIXES_LOOKED_AT), n = 0;

	for (unsigned int i = 0; i < all; i++) {
		struct in6_addr source = net6_first(&nets[i]);

		if (leads_into(e, link, &source))
			nets[n++] = nets[i];
	}
	return n;
}

/*
 * The default route may be in a separate table, which a rule selects for packets from the rule's prefix, from the
 * tunnel's own addresses, or from one of own_prefixes() (N_LOCAL of them in LOCAL).
 */
static bool find_table(struct exam *e, const struct link *link, const struct net6 *local, unsigned int n_local)
{
	struct subject *p = &e->subject;
	struct net6 nets[PREFIXES_LOOKED_AT];
	const struct addr *a;
	unsigned int n;

	p->table = policy_default_table(&e->host->c, link->index);
	if (!p->table)
		return false;
	n = policy_sources(&e->host->c, p->table, nets, PREFIXES_LOOKED_AT);
	for (size_t at = 0; !p->has_source && (a = snapshot_next_addr(&e->host->s, link->index, &at));) {
		p->source = a->net.addr;
		p->has_source = !addr6_not_host(&p->source) && leads_into(e, link, &p->source);
	}
	for (unsigned int i = 0; !p->has_source && i < n + n_local; i++) {
		const struct net6 *net = i < n ? &nets[i] : &local[i - n];

		p->source = net6_first(net);
		p->has_source = leads_into(e, link, &p->source);
	}
	/* No packets are routed there: use the prefix that the rule names. */
	if (!p->has_source && n) {
		p->source = net6_first(nets);
		p->has_source = true;
	}
	return true;
}

/* The addresses of the two ends inside the tunnel. */
static void find_ends(struct subject *p)
{
	const struct spec *spec = &p->spec;

	if (spec->role == ROLE_PEER) {
		p->has_inner = spec->has_server_address || spec->n_addresses;
		p->inner = spec->has_server_address ? spec->server_address
			   : spec->n_addresses	    ? addr6_other_half(&spec_first(spec)->addr)
						    : p->inner;
		p->has_far = spec->n_addresses;
		if (p->has_far)
			p->far = spec_first(spec)->addr;
		return;
	}
	p->has_inner = spec->n_addresses;
	if (p->has_inner)
		p->inner = spec_first(spec)->addr;
	p->has_far = spec->gateway_mode == GATEWAY_ADDRESS || (spec->n_addresses && spec_first(spec)->len >= 126);
	if (spec->gateway_mode == GATEWAY_ADDRESS)
		p->far = spec->gateway;
	else if (spec->n_addresses && spec_first(spec)->len == 126) /* base + 1 and base + 2, as on IPv4 */
		p->far = net6_nth(spec_first(spec), spec_first(spec)->addr.s6_addr[15] & 1 ? 2 : 1);
	else if (spec->n_addresses)
		p->far = addr6_other_half(&spec_first(spec)->addr);
}

bool subject_range(const struct subject *p, unsigned int i, struct net6 *out)
{
	return p->server && derive_given(&p->spec, i, out);
}

/* Fill in the rest when the spec, the device's name and the uplink are known. */
static void complete(struct exam *e)
{
	struct subject *p = &e->subject;

	p->link = snapshot_link(&e->host->s, p->dev);
	p->remote = p->spec.remote;
	find_underlay(e);
	find_ends(p);
	if (!p->has_source && p->has_inner) {
		p->has_source = true;
		p->source = p->inner;
	}
}

void subject_desired(struct exam *e, const struct spec *spec)
{
	struct subject *p = &e->subject;
	FILE *out = fmemopen(p->repair, sizeof(p->repair), "w");
	struct spec effective;

	p->desired = true;
	p->server = spec->role == ROLE_PEER;
	effective = desired_effective(e->desired, spec);
	spec_copy(&p->spec, &effective);
	snprintf(p->name, sizeof(p->name), "%s", name_text(spec->name));
	snprintf(p->dev, sizeof(p->dev), "%s", name_text(spec->dev));
	if (p->server)
		snprintf(p->uplink, sizeof(p->uplink), "%s", name_text(e->desired->server.uplink));
	if (out) {
		fputs(e->prefix, out);
		spec_command(spec, out);
		fclose(out);
	}
	complete(e);
}

int subject_device(struct exam *e, const struct link *link, struct err *err)
{
	struct subject *p = &e->subject;
	struct spec *spec = &p->spec;
	struct net6 local[PREFIXES_LOOKED_AT];
	char uplink[IFNAMSIZ];
	unsigned int n_local;
	const char *why;

	if (!parse_ifname(link->name, &why))
		return err_usage(err, link->name, "%s", why);
	if (!link->is_sit) {
		err_usage(err, link->name, "is an interface, but not a SIT tunnel");
		err_hint(err, "see 'ip -d link show type sit'");
		return -EINVAL;
	}
	if (!link->remote.s_addr) {
		err_usage(err, link->name,
			  "is a SIT device without a remote (6to4, 6rd, or the kernel's own sit0), so there is no far "
			  "end to examine");
		return -EINVAL;
	}
	spec->gateway_mode = GATEWAY_NONE;
	for (size_t i = 0; i < e->host->s.n_routes; i++)
		if (!e->host->s.routes[i].dst.len && e->host->s.routes[i].index == link->index)
			spec->gateway_mode = GATEWAY_AUTO;
	n_local = own_prefixes(e, link, local);
	if (spec->gateway_mode == GATEWAY_NONE && find_table(e, link, local, n_local))
		spec->gateway_mode = GATEWAY_AUTO;
	p->link = link;
	p->remote = link->remote;
	find_underlay(e);
	/*
	 * A host with another route to the IPv6 Internet and no default route into the tunnel provides IPv6 to the far
	 * end; but not a host that has a whole prefix for itself and sends from it into the tunnel.
	 */
	other_default(&e->host->s, link->name, uplink);
	if (!*uplink && spec->gateway_mode == GATEWAY_NONE)
		lost_default(e, uplink);
	p->server = *uplink && spec->gateway_mode == GATEWAY_NONE && !n_local;
	observe_foreign(&e->host->s, link, p->server ? ROLE_PEER : ROLE_CLIENT, spec);
	if (p->table)
		spec->gateway_mode = GATEWAY_AUTO;
	snprintf(p->name, sizeof(p->name), "%s", link->name);
	snprintf(p->dev, sizeof(p->dev), "%s", link->name);
	if (p->server)
		snprintf(p->uplink, sizeof(p->uplink), "%s", uplink);
	complete(e);
	/* For code that looks at everything desired, such as the check of other filters. */
	if (p->server)
		name_hold(&e->desired->server.uplink, uplink);
	return desired_put(e->desired, spec, false, err);
}
