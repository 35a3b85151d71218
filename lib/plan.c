/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "want.h" /* before linux/: glibc and the kernel define the same names */
#include <linux/rtnetlink.h>

int plan_step(struct plan *plan, enum step_op op, enum phase phase, const struct object *was, const struct object *want,
	      struct err *err)
{
	struct step *step;

	if (plan->n == plan->room) {
		size_t room = plan->room ? 2 * plan->room : 32;
		struct step *grown = realloc(plan->steps, room * sizeof(*grown));

		if (!grown)
			return err_sys(err, ENOMEM, "plan");
		plan->steps = grown;
		plan->room = room;
	}
	step = &plan->steps[plan->n++];
	memset(step, 0, sizeof(*step));
	step->op = op;
	step->phase = phase;
	if (was)
		step->was = *was;
	if (want)
		step->want = *want;
	return 0;
}

int plan_conntrack_del(struct plan *plan, enum phase phase, const struct conntrack *ct, struct err *err)
{
	struct object was = { .kind = KIND_CONNTRACK, .conntrack = *ct };

	for (size_t i = 0; i < plan->n; i++) {
		const struct object *o = &plan->steps[i].was;

		if (plan->steps[i].op == STEP_DEL && o->kind == KIND_CONNTRACK &&
		    o->conntrack.source.s_addr == ct->source.s_addr &&
		    o->conntrack.destination.s_addr == ct->destination.s_addr)
			return 0;
	}
	return plan_step(plan, STEP_DEL, phase, &was, NULL, err);
}

int plan_note(struct plan *plan, struct err *err, const char *note, ...)
{
	char(*grown)[NOTE_SIZE] = realloc(plan->notes, (plan->n_notes + 1) * sizeof(*grown));
	va_list ap;

	if (!grown)
		return err_sys(err, ENOMEM, "plan");
	plan->notes = grown;
	va_start(ap, note);
	vsnprintf(plan->notes[plan->n_notes++], sizeof(*grown), note, ap);
	va_end(ap);
	return 0;
}

int plan_key(char (**keys)[SYSCTL_KEY_SIZE], size_t *n, const char *key, struct err *err)
{
	char(*grown)[SYSCTL_KEY_SIZE] = realloc(*keys, (*n + 1) * sizeof(*grown));

	if (!grown)
		return err_sys(err, ENOMEM, "plan");
	*keys = grown;
	snprintf(grown[(*n)++], SYSCTL_KEY_SIZE, "%s", key);
	return 0;
}

bool in_scope(const struct scope *scope, enum role role, const char *name)
{
	if (scope->role == ROLE_SERVER)
		return role == ROLE_PEER;
	return role == scope->role && !strcmp(name, scope->name);
}

bool link_leaves(const struct world *w, const struct link *link)
{
	const struct told_tunnel *t = link_ours(link) ? told_find(w->told, link_role(link), link_tunnel_name(link))
						      : NULL;

	return link_ours(link) && in_scope(w->scope, link_role(link), link_tunnel_name(link)) &&
	       (!t || strcmp(t->spec.dev, link->name));
}

/*
 * Has the tunnel of LINK another device now, or are its name or its endpoints those of another
 * tunnel? Then it and what is on it goes before the new one comes: the kernel has them only once.
 */
static bool renamed(const struct world *w, const struct link *link)
{
	const struct told_tunnel *t = told_find(w->told, link_role(link), link_tunnel_name(link));

	if (t)
		return strcmp(t->spec.dev, link->name);
	for (size_t i = 0; i < w->told->n; i++) {
		const struct spec *spec = &w->told->tunnels[i].spec;
		struct in_addr local = spec->role == ROLE_PEER ? w->told->server.local : spec->local;

		if (spec->role == ROLE_NAT)
			continue;
		if (!strcmp(spec->dev, link->name) ||
		    (spec->remote.s_addr == link->remote.s_addr && local.s_addr == link->local.s_addr))
			return true;
	}
	return false;
}

/* A device of a tunnel in scope whose tunnel, or whose name, is no longer told. */
static int stale_link(struct plan *plan, const struct world *w, const struct link *link, struct err *err)
{
	static const char *const conf[] = { "disable_ipv6", "accept_ra", "forwarding", "force_forwarding" };
	const struct told_tunnel *t = told_find(w->told, link_role(link), link_tunnel_name(link));
	struct object was = { .kind = KIND_LINK, .link = *link };
	enum phase phase = renamed(w, link) ? PHASE_LINK_STALE : PHASE_LINK_DEL;
	int ret = 0;

	if (t && !strcmp(t->spec.dev, link->name))
		return 0;
	/* Undone, the device is a new one: its own values come back after it. */
	for (size_t i = 0; !ret && i < sizeof(conf) / sizeof(*conf); i++) {
		struct object value = { .kind = KIND_SYSCTL };

		snprintf(value.sysctl.key, sizeof(value.sysctl.key), "net/ipv6/conf/%s/%s", link->name, conf[i]);
		if (!sysctl_read(value.sysctl.key, value.sysctl.value, sizeof(value.sysctl.value)))
			ret = plan_step(plan, STEP_DEL, phase, &value, NULL, err);
	}
	return ret ? ret : plan_step(plan, STEP_DEL, phase, &was, NULL, err);
}

/* Was the address on our device put there by what was told before? For kernels without IFA_PROTO. */
static bool told_before(const struct world *w, const struct link *link, const struct addr *addr)
{
	const struct told_tunnel *t = told_find(&w->j->told, link_role(link), link_tunnel_name(link));
	struct addr addrs[ADDRESSES_MAX];
	struct spec spec;
	unsigned int n;

	if (!t || !t->spec.n_addresses)
		return false;
	spec = t->spec.role == ROLE_PEER ? spec_effective(&t->spec, &w->j->told.server) : t->spec;
	n = want_addrs(&spec, addrs);
	while (n--)
		if (addr6_equal(&addrs[n].net.addr, &addr->net.addr))
			return true;
	return false;
}

static bool addr_wanted(const struct world *w, const struct link *link, const struct addr *addr)
{
	const struct told_tunnel *t = told_find(w->told, link_role(link), link_tunnel_name(link));
	struct addr addrs[ADDRESSES_MAX];
	struct spec spec;
	unsigned int n;

	if (!t || strcmp(t->spec.dev, link->name))
		return false;
	spec = t->spec.role == ROLE_PEER ? spec_effective(&t->spec, &w->told->server) : t->spec;
	n = want_addrs(&spec, addrs);
	while (n--)
		if (net6_equal(&addrs[n].net, &addr->net))
			return true;
	return false;
}

/* Is the same address wanted there with another length? The kernel does not have it twice. */
static bool relengthened(const struct world *w, const struct link *link, const struct addr *addr)
{
	for (size_t i = 0; i < w->told->n; i++) {
		const struct spec *told = &w->told->tunnels[i].spec;
		struct addr addrs[ADDRESSES_MAX];
		struct spec spec;
		unsigned int n = 0;

		if (told->role != ROLE_NAT && !strcmp(told->dev, link->name)) {
			spec = told->role == ROLE_PEER ? spec_effective(told, &w->told->server) : *told;
			n = want_addrs(&spec, addrs);
		}
		while (n--)
			if (addr6_equal(&addrs[n].net.addr, &addr->net.addr))
				return true;
		for (unsigned int k = 0; told->role == ROLE_CLIENT && k < told->n_prefixes; k++)
			if (want_lan_addr(&told->prefixes[k], addrs) && !strcmp(addrs->ifname, link->name) &&
			    addr6_equal(&addrs->net.addr, &addr->net.addr))
				return true;
	}
	return false;
}

static int stale_addrs(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < w->s->n_addrs; i++) {
		const struct addr *a = &w->s->addrs[i];
		const struct link *link = snapshot_link_index(w->s, a->index);
		struct object was = { .kind = KIND_ADDR, .addr = *a };
		bool ours = a->proto == SITCTL_PROTO, stale;
		enum phase phase = PHASE_STALE_ADDR;

		if (!link)
			continue;
		if (link_ours(link)) {
			was.addr.nodad = true;
			stale = in_scope(scope, link_role(link), link_tunnel_name(link)) &&
				(ours || (!a->proto && told_before(w, link, a))) && !addr_wanted(w, link, a);
		} else {
			/* Not IFA_PROTO alone: other people may number what they make 41. */
			stale = (ours || !a->proto) && journal_made(w->j, a->ifname, &a->net) &&
				!told_wants_lan_addr(w->told, a->ifname, &a->net);
		}
		if (link_ours(link) && renamed(w, link))
			phase = PHASE_LINK_STALE;
		else if (relengthened(w, link, a))
			phase = PHASE_ADDR_LENGTH;
		if (stale)
			ret = plan_step(plan, STEP_DEL, phase, &was, NULL, err);
	}
	return ret;
}

static bool route_wanted(const struct world *w, const struct link *link, const struct route *r)
{
	const struct told_tunnel *t = told_find(w->told, link_role(link), link_tunnel_name(link));
	struct net6 nets[1 + PREFIXES_MAX];
	struct spec spec;
	struct route want;
	unsigned int n;

	if (!t || strcmp(t->spec.dev, link->name))
		return false;
	if (want_default(&t->spec, &want) && !r->dst.len)
		return r->metric == want.metric && r->has_gateway == want.has_gateway &&
		       (!r->has_gateway || addr6_equal(&r->gateway, &want.gateway));
	if (t->spec.role != ROLE_PEER)
		return false;
	spec = spec_effective(&t->spec, &w->told->server);
	n = want_peer_nets(&spec, nets);
	while (n--) {
		want_peer_route(&spec, &nets[n], &want);
		if (net6_equal(&want.dst, &r->dst) && want.metric == r->metric)
			return true;
	}
	return false;
}

/* Does another tunnel get what is routed here? */
static bool moves(const struct world *w, const struct link *link, const struct route *r)
{
	for (size_t i = 0; r->dst.len && i < w->told->n; i++) {
		const struct spec *spec = &w->told->tunnels[i].spec;

		for (unsigned int k = 0;
		     spec->role == ROLE_PEER && strcmp(spec->dev, link->name) && k < spec->n_prefixes; k++)
			if (net6_equal(&spec->prefixes[k].net, &r->dst))
				return true;
		if (spec->role == ROLE_PEER && r->dst.len == 128 && addr6_equal(&spec->addresses[0].addr, &r->dst.addr))
			return true;
	}
	return false;
}

static int stale_routes(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < w->s->n_routes; i++) {
		const struct route *r = &w->s->routes[i];
		const struct link *link = snapshot_link_index(w->s, r->index);
		struct object was = { .kind = KIND_ROUTE, .route = *r };
		enum phase phase = PHASE_STALE_ROUTE;
		bool stale;

		if (r->proto != SITCTL_PROTO)
			continue;
		if (r->type == RTN_UNREACHABLE)
			stale = !told_wants_unreachable(w->told, &r->dst);
		else
			stale = link && link_ours(link) && in_scope(scope, link_role(link), link_tunnel_name(link)) &&
				!route_wanted(w, link, r);
		if (link && link_ours(link) && renamed(w, link))
			phase = PHASE_LINK_STALE;
		else if (link && moves(w, link, r))
			phase = PHASE_ROUTE_MOVED;
		if (stale)
			ret = plan_step(plan, STEP_DEL, phase, &was, NULL, err);
	}
	return ret;
}

int plan_stale(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	int ret = stale_addrs(plan, w, scope, err);

	if (!ret)
		ret = stale_routes(plan, w, scope, err);
	for (size_t i = 0; !ret && i < w->s->n_neighs; i++) {
		struct object was = { .kind = KIND_NEIGH, .neigh = w->s->neighs[i] };

		if (was.neigh.proto == SITCTL_PROTO && !told_wants_neigh(w, &was.neigh))
			ret = plan_step(plan, STEP_DEL, PHASE_STALE_NEIGH, &was, NULL, err);
	}
	for (size_t i = 0; !ret && i < w->s->n_links; i++) {
		const struct link *link = &w->s->links[i];

		if (link_ours(link) && in_scope(scope, link_role(link), link_tunnel_name(link)))
			ret = stale_link(plan, w, link, err);
	}
	return ret;
}

/* Stable: within a phase the order of planning stays. */
static void sort_steps(struct plan *plan, struct step *to)
{
	size_t n = 0;

	for (int phase = PHASE_ACCEPT_RA; phase <= PHASE_RESTORE_ACCEPT_RA; phase++)
		for (size_t i = 0; i < plan->n; i++)
			if (plan->steps[i].phase == phase)
				to[n++] = plan->steps[i];
}

int plan_build(struct plan *plan, const struct world *of, const struct scope *scope, struct err *err)
{
	struct world scoped = *of;
	const struct world *w = &scoped;
	struct step *sorted;
	int ret = 0;

	scoped.scope = scope;
	memset(plan, 0, sizeof(*plan));
	for (size_t i = 0; !ret && i < w->told->n; i++) {
		const struct spec *spec = &w->told->tunnels[i].spec;
		struct spec effective = *spec;

		if (!in_scope(scope, spec->role, spec->name))
			continue;
		if (spec->role == ROLE_PEER)
			effective = spec_effective(spec, &w->told->server);
		ret = spec->role == ROLE_NAT ? plan_passed(plan, w, spec, err) : plan_tunnel(plan, w, &effective, err);
	}
	if (!ret)
		ret = plan_stale(plan, w, scope, err);
	if (!ret)
		ret = plan_unpassed(plan, w, scope, err);
	if (!ret)
		ret = plan_sysctls(plan, w, err);
	if (!ret)
		ret = plan_nft(plan, w, err);
	if (ret || !plan->n)
		return ret;
	sorted = malloc(plan->n * sizeof(*sorted));
	if (!sorted)
		return err_sys(err, ENOMEM, "plan");
	sort_steps(plan, sorted);
	free(plan->steps);
	plan->steps = sorted;
	plan->room = plan->n;
	return 0;
}

void plan_free(struct plan *plan)
{
	free(plan->steps);
	free(plan->notes);
	free(plan->pins);
	free(plan->drops);
	free(plan->nft_was.elems);
	free(plan->nft_want.elems);
	memset(plan, 0, sizeof(*plan));
}
