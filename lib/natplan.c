/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this host's NAT passes on for a tunnel client behind it: the rules for it, and the
 * connection tracking entries that would stand in its way (rules.h, plan.h). The translation
 * itself is two elements of the nf_tables table: a packet from either side makes the same
 * mapping anew, so that none is lost when an entry's time is up.
 */
#include <errno.h>
#include <string.h>

#include "rules.h"
#include "want.h"

static bool own_address(const struct snapshot *s, struct in_addr addr)
{
	for (size_t i = 0; i < s->n_addrs4; i++)
		if (s->addrs4[i].addr.s_addr == addr.s_addr)
			return true;
	return false;
}

static int rule_addresses(const struct world *w, const struct spec *nat, struct err *err)
{
	char text[NET6_TEXT];

	if (own_address(w->s, nat->to)) {
		err_usage(err, "to", "%s is an address of this host", addr4_text(nat->to, text));
		err_hint(err, "a tunnel that ends here needs no pass: see 'sitctl client up help'");
		return -EINVAL;
	}
	if (own_address(w->s, nat->remote)) {
		err_usage(err, "remote", "%s is an address of this host", addr4_text(nat->remote, text));
		err_hint(err, "'remote' is the address of the tunnel server, outside");
		return -EINVAL;
	}
	if (nat->to.s_addr == nat->remote.s_addr)
		return err_usage(err, "to", "%s is the remote itself", addr4_text(nat->to, text));
	return 0;
}

/* Protocol 41 has no ports: the server's address is all that tells to whom a packet goes. */
static int rule_one_inside(const struct world *w, const struct spec *nat, struct err *err)
{
	char remote[NET6_TEXT], to[NET6_TEXT];

	addr4_text(nat->remote, remote);
	for (size_t i = 0; i < w->told->n; i++) {
		const struct spec *other = &w->told->tunnels[i].spec;

		if (other->remote.s_addr != nat->remote.s_addr ||
		    (other->role == ROLE_NAT && !strcmp(other->name, nat->name)))
			continue;
		if (other->role == ROLE_NAT) {
			err_usage(err, "remote",
				  "%s is passed to %s by '%s' already: protocol 41 has no ports, so one server can "
				  "have one inside host",
				  remote, addr4_text(other->to, to), other->name);
			err_hint(err, "'sitctl nat unpass %s' first, or have the server give another address",
				 other->name);
		} else {
			err_usage(err, "remote", "%s is the far end of this host's own tunnel '%s'", remote,
				  other->name);
			err_hint(err, "one of the two must go: protocol 41 has no ports to tell them apart");
		}
		return -EINVAL;
	}
	return 0;
}

int rule_not_passed(const struct world *w, const struct spec *spec, struct err *err)
{
	char remote[NET6_TEXT], to[NET6_TEXT];

	for (size_t i = 0; (!w->rivals || w->rivals->passes) && i < w->told->n; i++) {
		const struct spec *nat = &w->told->tunnels[i].spec;

		if (nat->role != ROLE_NAT || nat->remote.s_addr != spec->remote.s_addr)
			continue;
		err_usage(err, "remote", "what comes from %s is passed on to %s by 'nat pass %s'",
			  addr4_text(spec->remote, remote), addr4_text(nat->to, to), nat->name);
		err_hint(err, "'sitctl nat unpass %s' first", nat->name);
		return -EINVAL;
	}
	return 0;
}

/*
 * The interface behind which the inside host is, as far as it can be told now: while the LAN is
 * down, what was found before stays.
 */
static int find_inside(const struct world *w, struct spec *nat, struct err *err)
{
	static const struct in_addr any;
	const struct told_tunnel *before = told_find(w->told, ROLE_NAT, nat->name);
	const struct link *link;
	struct path path;
	int ret = path_lookup(w->c, nat->to, any, 0, &path, err);

	link = !ret && path.reachable ? snapshot_link_index(w->s, path.index) : NULL;
	if (link && strcmp(link->name, nat->underlay))
		snprintf(nat->inside, sizeof(nat->inside), "%s", link->name);
	else if (before && before->spec.to.s_addr == nat->to.s_addr)
		memcpy(nat->inside, before->spec.inside, sizeof(nat->inside));
	return ret;
}

int rule_nat(const struct world *w, struct spec *nat, struct err *err)
{
	static const struct in_addr any;
	const struct link *link;
	char text[NET6_TEXT];
	struct path path;
	int ret = rule_addresses(w, nat, err);

	if (!ret)
		ret = rule_one_inside(w, nat, err);
	if (ret)
		return ret;
	if (nat->underlay[0]) {
		if (snapshot_link(w->s, nat->underlay))
			return find_inside(w, nat, err);
		err_usage(err, nat->underlay, "there is no interface of this name");
		err_hint(err, "'interface' names the outside interface; see 'ip link'");
		return -EINVAL;
	}
	ret = path_lookup(w->c, nat->remote, any, 0, &path, err);
	if (ret)
		return ret;
	link = path.reachable ? snapshot_link_index(w->s, path.index) : NULL;
	if (link) {
		char *const words[] = { "interface", (char *)link->name };

		ret = spec_words(nat, 2, words, err);
		return ret ? ret : find_inside(w, nat, err);
	}
	err_usage(err, "remote", "this host has no route to %s", addr4_text(nat->remote, text));
	err_hint(err, "name the outside interface: 'interface IFACE'");
	return -EINVAL;
}

int note_nat(struct plan *plan, const struct world *w, const struct spec *nat, struct err *err)
{
	static const struct in_addr any;
	char text[NET6_TEXT];
	struct path path;
	int ret = path_lookup(w->c, nat->to, any, 0, &path, err);
	const struct link *link = !ret && path.reachable ? snapshot_link_index(w->s, path.index) : NULL;

	addr4_text(nat->to, text);
	if (!ret && !link)
		ret = plan_note(plan, err, "to: this host has no route to %s yet", text);
	else if (!ret && !strcmp(link->name, nat->underlay))
		ret = plan_note(plan, err,
				"to: this host reaches %s by %s, which is the outside interface: is the address right?",
				text, link->name);
	return ret;
}

/* The inside host of an entry between it and the remote of NAT, whoever spoke first. */
static struct in_addr inside_of(const struct conntrack *ct, const struct spec *nat)
{
	return ct->source.s_addr == nat->remote.s_addr ? ct->reply_source : ct->source;
}

/* It leads elsewhere, or the inside host's packets leave untranslated. */
static bool is_stale(const struct conntrack *ct, const struct spec *nat)
{
	return inside_of(ct, nat).s_addr != nat->to.s_addr ||
	       (ct->source.s_addr == nat->to.s_addr && ct->reply_destination.s_addr == nat->to.s_addr);
}

static bool leads_there(const struct conntrack *ct, const struct spec *nat)
{
	return inside_of(ct, nat).s_addr == nat->to.s_addr;
}

/* Remove the entries of the two that UNWANTED says are so. */
static int plan_entries(struct plan *plan, const struct world *w, enum phase phase, const struct spec *nat,
			bool (*unwanted)(const struct conntrack *, const struct spec *), struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i <= w->s->n_addrs4; i++) {
		struct conntrack ct = { .source = nat->remote };
		bool found;

		/* Asked for by each address of this host that the server may know, and by the inside host's. */
		if (i < w->s->n_addrs4) {
			ct.destination = w->s->addrs4[i].addr;
		} else {
			ct.source = nat->to;
			ct.destination = nat->remote;
		}
		ret = conntrack_find(w->c, &ct, &found, err);
		if (!ret && found && unwanted(&ct, nat))
			ret = plan_conntrack_del(plan, phase, &ct, err);
	}
	return ret;
}

/* The server's packet came before the pass: it went to this host, and the entry says so for 600 s. */
int plan_passed(struct plan *plan, const struct world *w, const struct spec *nat, struct err *err)
{
	return plan_entries(plan, w, PHASE_CONNTRACK, nat, is_stale, err);
}

/* Is the same passed to the same host still? */
static bool still_passed(const struct told *t, const struct spec *nat)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct spec *now = &t->tunnels[i].spec;

		if (now->role == ROLE_NAT && now->remote.s_addr == nat->remote.s_addr &&
		    now->to.s_addr == nat->to.s_addr && !strcmp(now->underlay, nat->underlay))
			return true;
	}
	return false;
}

int plan_unpassed(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < w->j->told.n; i++) {
		const struct spec *nat = &w->j->told.tunnels[i].spec;

		if (nat->role != ROLE_NAT || !in_scope(scope, ROLE_NAT, nat->name) || still_passed(w->told, nat))
			continue;
		/* Without this, traffic that goes on would keep the translation for ever. */
		ret = plan_entries(plan, w, PHASE_CONNTRACK_DEL, nat, leads_there, err);
	}
	return ret;
}
