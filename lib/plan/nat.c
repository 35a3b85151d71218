/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this host's NAT passes on for a tunnel client behind it: connection tracking entries that
 * would prevent it. The translation itself is two elements of the nf_tables table: a packet from
 * either side creates the same mapping again, so that no packet is lost when an entry expires.
 */
#include <errno.h>
#include <string.h>

#include "plan/nat.h"
#include "plan/wanted.h"

/* The inside host in an entry between it and the remote of NAT, whichever end sent first. */
static struct in_addr inside_of(const struct conntrack *ct, const struct spec *nat)
{
	return ct->source.s_addr == nat->remote.s_addr ? ct->reply_source : ct->source;
}

/* Does the entry lead elsewhere, or do the inside host's packets leave untranslated? */
static bool is_leftover(const struct conntrack *ct, const struct spec *nat)
{
	return inside_of(ct, nat).s_addr != nat->to.s_addr ||
	       (ct->source.s_addr == nat->to.s_addr && ct->reply_destination.s_addr == nat->to.s_addr);
}

static bool leads_there(const struct conntrack *ct, const struct spec *nat)
{
	return inside_of(ct, nat).s_addr == nat->to.s_addr;
}

/* Remove the entries between the two for which UNWANTED is true. */
static int plan_entries(struct plan *plan, const struct world *w, enum phase phase, const struct spec *nat,
			bool (*unwanted)(const struct conntrack *, const struct spec *), struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i <= w->s->n_addrs4; i++) {
		struct conntrack ct = { .source = nat->remote };
		bool found;

		/* Query each address of this host that the server may know, and the inside host's. */
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

/* If the server's packet came before the pass, it went to this host, and the entry keeps it so for 600 s. */
int plan_passed(struct plan *plan, const struct world *w, const struct spec *nat, struct err *err)
{
	return plan_entries(plan, w, PHASE_CONNTRACK, nat, is_leftover, err);
}

/* Is the same remote still passed to the same host? */
static bool still_passed(const struct desired *t, const struct spec *nat)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct spec *now = &t->tunnels[i].spec;

		if (now->role == ROLE_NAT && now->remote.s_addr == nat->remote.s_addr &&
		    now->to.s_addr == nat->to.s_addr && name_equal(now->underlay, nat->underlay))
			return true;
	}
	return false;
}

int plan_unpassed(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < w->j->desired.n; i++) {
		const struct spec *nat = &w->j->desired.tunnels[i].spec;

		if (nat->role != ROLE_NAT || !in_scope(scope, ROLE_NAT, name_text(nat->name)) ||
		    still_passed(w->desired, nat))
			continue;
		/* Without this, continuing traffic would keep the translation indefinitely. */
		ret = plan_entries(plan, w, PHASE_CONNTRACK_DEL, nat, leads_there, err);
	}
	return ret;
}
