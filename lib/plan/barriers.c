/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notes about foreign filters that would drop the traffic of a tunnel or a pass. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "plan/barriers.h" /* before linux/: glibc and the kernel define the same names */
#include "plan/points.h"
#include "plan/remedies.h"
#include "base/quote.h"
#include "filters/filters.h"
#include "kernel/mark.h"
#include "plan/wanted.h"
#include "state/snapshotfind.h"

#include <linux/netfilter.h>

/* The next one in the list, filled in except for its remedy; if the list is full, the last one. */
static struct barred *add_barrier(struct barriers *b, const struct barrier *o, enum point point)
{
	struct barred *barred = &b->items[b->n < BARRIERS_MAX ? b->n++ : BARRIERS_MAX - 1];

	barred->barrier = *o;
	barred->point = point;
	return barred;
}

void barrier_text(const struct barred *b, char *buf, size_t size)
{
	const struct barrier *o = &b->barrier;
	char by[64] = "its policy";

	if (!o->policy && o->handle)
		snprintf(by, sizeof(by), "the rule with handle %llu", (unsigned long long)o->handle);
	else if (!o->policy && o->position)
		snprintf(by, sizeof(by), "rule %u", o->position);
	else if (!o->policy)
		snprintf(by, sizeof(by), "a rule");
	snprintf(buf, size, "chain '%s' of table '%s %s'%s: %s drops %s", o->chain, o->family, o->table,
		 o->tool == BARRIER_XTABLES ? " (iptables-legacy)" : "", by, b->what);
}

/* Foreign rules, each read only once, and what was found. */
struct looking {
	struct barriers *list;
	struct filters filters;
};

/* Check both directions: the packets back have the state BACK. */
static int find_forward(struct looking *l, struct flow *flow, enum flow_state back, const struct passage *p,
			struct err *err)
{
	struct barred *barred;
	struct barrier o;
	bool found = false;
	int ret = 0;

	flow->hook = NF_INET_FORWARD;
	for (int way = 0; way < 2; way++) {
		struct flow_end from = flow->from;

		ret = filters_barrier(&l->filters, flow, &o, &found, err);
		if (ret || found)
			break;
		flow->from = flow->to;
		flow->to = from;
		flow->state = back;
		flow->dnat = false;
	}
	if (ret || !found)
		return ret;
	barred = add_barrier(l->list, &o, POINT_COUNT);
	remedy_forward(&o, p, barred->remedy, sizeof(barred->remedy));
	snprintf(barred->what, sizeof(barred->what), "traffic forwarded from %s to %s", flow->from.ifname,
		 flow->to.ifname);
	return 0;
}

/* The outer packets of a tunnel in both directions: once in, once out. */
static int find_outer(struct looking *l, const struct world *w, const struct spec *spec, struct err *err)
{
	static const enum point outer[] = { POINT_OUTER_PREROUTING, POINT_OUTER_INPUT, POINT_OUTER_OUTPUT,
					    POINT_OUTER_POSTROUTING };
	struct passing p = { .remote = spec->remote, .notrack = spec->notrack };
	const struct link *link;
	struct path path;
	int ret = path_lookup(w->c, spec->remote, spec->local, 0, spec->fwmark, &path, err);

	link = !ret && path.reachable ? snapshot_link_index(w->s, path.index) : NULL;
	if (ret || !link)
		return ret;
	p.underlay = link->name;
	p.local = path.source;
	for (size_t i = 0; !ret && i < sizeof(outer) / sizeof(*outer); i++) {
		struct barred *barred;
		struct barrier o;
		bool found;

		ret = point_barrier(&l->filters, w, &p, outer[i], &o, &found, err);
		if (ret || !found)
			continue;
		barred = add_barrier(l->list, &o, outer[i]);
		point_remedy(&p, outer[i], &o, barred->remedy, sizeof(barred->remedy));
		point_text(&p, outer[i], barred->what, sizeof(barred->what));
	}
	return ret;
}

static int find_peer(struct looking *l, const struct world *w, const struct spec *peer, struct err *err)
{
	struct flow flow = { .family = NFPROTO_IPV6 };

	flow_end(w, &flow.from, name_text(peer->dev), &spec_first(peer)->addr, sizeof(struct in6_addr));
	flow.from.group = SITCTL_GROUP;
	flow_end(w, &flow.to, name_text(w->desired->server.uplink), NULL, 0);
	return find_forward(l, &flow, FLOW_ANSWER, &(struct passage){ .dev = name_text(peer->dev) }, err);
}

/* Before the first peer exists, check for a typical one. */
static int find_server(struct looking *l, const struct world *w, struct err *err)
{
	struct flow flow = { .family = NFPROTO_IPV6, .hook = NF_INET_FORWARD };
	struct barrier o;
	bool found;
	int ret = filters_barrier(&l->filters, &flow, &o, &found, err);

	/* Do not check thousands of peers one by one if there are no filters. */
	if (ret || (!found && o.no_filters))
		return ret;
	for (size_t i = 0; !ret && !l->list->n && i < w->desired->n; i++)
		if (w->desired->tunnels[i].spec.role == ROLE_PEER)
			ret = find_peer(l, w, &w->desired->tunnels[i].spec, err);
	if (ret || desired_has(w->desired, ROLE_PEER))
		return ret;
	flow_end(w, &flow.from, PEER_PREFIX "PEER", NULL, 0);
	flow.from.group = SITCTL_GROUP;
	flow_end(w, &flow.to, name_text(w->desired->server.uplink), NULL, 0);
	return find_forward(l, &flow, FLOW_ANSWER, &(struct passage){ .dev = PEER_PREFIX "PEER" }, err);
}

static int find_lans(struct looking *l, const struct world *w, const struct spec *client, struct err *err)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < client->n_prefixes; i++) {
		struct flow flow = { .family = NFPROTO_IPV6 };

		if (!client->prefixes[i].ifname.at)
			continue;
		/*
		 * Unsolicited traffic may be dropped, often on purpose: the LAN sends first, and the answers must come
		 * back.
		 */
		flow_end(w, &flow.from, name_text(client->prefixes[i].ifname), NULL, 0);
		flow_end(w, &flow.to, name_text(client->dev), NULL, 0);
		flow.to.group = SITCTL_GROUP;
		ret = find_forward(l, &flow, FLOW_ANSWER,
				   &(struct passage){ .dev = name_text(client->dev),
						      .lan = name_text(client->prefixes[i].ifname) },
				   err);
	}
	return ret;
}

static int find_pass(struct looking *l, const struct world *w, const struct spec *nat, struct err *err)
{
	struct flow flow = { .family = NFPROTO_IPV4, .proto = IPPROTO_IPV6, .dnat = true };

	if (!nat->inside.at)
		return 0;
	flow_end(w, &flow.from, name_text(nat->underlay), &nat->remote, sizeof(nat->remote));
	flow_end(w, &flow.to, name_text(nat->inside), &nat->to, sizeof(nat->to));
	return find_forward(l, &flow, FLOW_FIRST, &(struct passage){ .dev = name_text(nat->underlay), .v4 = true },
			    err);
}

static int find_passes(struct looking *l, const struct world *w, const struct scope *scope, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < w->desired->n; i++)
		if (in_scope(scope, w->desired->tunnels[i].spec.role, name_text(w->desired->tunnels[i].spec.name)))
			ret = find_pass(l, w, &w->desired->tunnels[i].spec, err);
	return ret;
}

static int find_all(struct looking *l, const struct world *w, const struct scope *scope, struct err *err)
{
	const struct desired_tunnel *t = scope->role == ROLE_SERVER
						 ? NULL
						 : desired_find(w->desired, scope->role, scope->name);
	struct spec spec;
	int ret;

	if (scope->role == ROLE_SERVER)
		return w->desired->server.uplink.at ? find_server(l, w, err) : 0;
	if (scope->role == ROLE_NAT)
		return find_passes(l, w, scope, err);
	if (!t)
		return 0;
	spec = desired_effective(w->desired, &t->spec);
	ret = find_outer(l, w, &spec, err);
	if (ret)
		return ret;
	return scope->role == ROLE_PEER ? find_peer(l, w, &spec, err) : find_lans(l, w, &spec, err);
}

int find_barriers(struct barriers *list, const struct world *w, const struct scope *scope, unsigned int most,
		  struct err *err)
{
	struct looking l = { .list = list };
	int ret;

	list->n = 0;
	filters_begin(&l.filters, w->c, most);
	ret = find_all(&l, w, scope, err);
	list->unknown = filters_unknown(&l.filters);
	filters_end(&l.filters);
	return ret;
}

/* The doctor examines only clients and peers. */
static int warn_unknown(struct plan *plan, const struct scope *scope, struct err *err)
{
	bool examined = scope->role == ROLE_CLIENT || scope->role == ROLE_PEER;

	return plan_warn(plan, err,
			 "filters: only the first %d chains and rules of other programs were examined, so others may "
			 "drop the tunnel's traffic%s%s%s",
			 FILTERS_GLANCE, examined ? "; run 'sitctl doctor " : "", examined ? scope->name : "",
			 examined ? "' to examine more of them" : "");
}

int warn_filters(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	struct barriers list;
	int ret = find_barriers(&list, w, scope, FILTERS_GLANCE, err);

	for (unsigned int i = 0; !ret && i < list.n; i++) {
		char text[BARRIER_TEXT];

		barrier_text(&list.items[i], text, sizeof(text));
		ret = plan_warn(plan, err, "%s%s%s", text, *list.items[i].remedy ? "; to accept it: " : "",
				list.items[i].remedy);
	}
	if (!ret && list.unknown)
		ret = warn_unknown(plan, scope, err);
	return ret;
}
