/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The note that somebody else's filter would drop what a tunnel or a pass is for (note_forward of rules.h). */
#include <string.h>
#include "flow.h"	/* before linux/: glibc and the kernel define the same names */
#include "rules.h"
#include "want.h"
#include <linux/netfilter.h>

#define PEER_PREFIX "sit-"	/* of the device names that peers have by default */

static void set_end(const struct world *w, struct flow_end *end, const char *ifname)
{
	const struct link *link = snapshot_link(w->s, ifname);

	memset(end, 0, sizeof(*end));
	snprintf(end->ifname, sizeof(end->ifname), "%s", ifname);
	end->index = link ? link->index : 0;
	end->group = link ? link->group : 0;
}

static void set_addr(struct flow_end *end, const void *addr, size_t len)
{
	memcpy(end->addr, addr, len);
	end->has_addr = true;
}

/* What to write for the device, so that one rule serves all peers: sit-* of nft, sit-+ of iptables. */
static void device_pattern(const char *dev, char wildcard, char *buf, size_t size)
{
	if (strncmp(dev, PEER_PREFIX, strlen(PEER_PREFIX)))
		snprintf(buf, size, "%s", dev);
	else
		snprintf(buf, size, PEER_PREFIX "%c", wildcard);
}

/* The commands, of the tool that the rules belong to, that let pass what comes from and goes to DEV. */
static void remedy(const struct obstacle *o, const struct flow *f, const char *dev, char *buf, size_t size)
{
	bool v4 = f->family == NFPROTO_IPV4, iptables = o->tool == OBSTACLE_XTABLES;
	const char *extra = v4 ? "ip protocol 41 " : "", *option = v4 ? " -p 41" : "";
	char name[IFNAMSIZ + 2];

	/* Chains of iptables-nft belong to that program. */
	if (!strcmp(o->table, "filter") && !strcmp(o->base, "FORWARD") && strcmp(o->family, "inet"))
		iptables = true;
	if (!strcmp(o->table, "firewalld")) {
		snprintf(buf, size, "firewall-cmd --permanent --zone=trusted --add-interface=%s; firewall-cmd --reload", dev);
	} else if (o->ufw) {
		snprintf(buf, size, "ufw route allow in on %s; ufw route allow out on %s", dev, dev);
	} else if (iptables) {
		const char *tool = v4 ? "iptables" : "ip6tables", *legacy = o->tool == OBSTACLE_XTABLES ? "-legacy" : "";

		device_pattern(dev, '+', name, sizeof(name));
		snprintf(buf, size, "%s%s -I FORWARD -i %s%s -j ACCEPT; %s%s -I FORWARD -o %s%s -j ACCEPT",
			 tool, legacy, name, option, tool, legacy, name, option);
	} else {
		device_pattern(dev, '*', name, sizeof(name));
		snprintf(buf, size, "nft 'insert rule %s %s %s iifname \"%s\" %saccept; insert rule %s %s %s oifname \"%s\" %saccept'",
			 o->family, o->table, o->base, name, extra, o->family, o->table, o->base, name, extra);
	}
}

/* Both ways between A and B; DEV is that of the two which is the tunnel's, or the pass's outside. */
static int note_flow(struct plan *plan, const struct world *w, struct flow *flow, const char *dev, struct err *err)
{
	struct obstacle o;
	char commands[512], what[40];
	bool found;
	int ret = 0;

	for (int way = 0; way < 2; way++) {
		struct flow_end from = flow->from;

		ret = flow_obstacle(w->c, flow, &o, &found, err);
		if (ret || found)
			break;
		flow->from = flow->to;
		flow->to = from;
	}
	if (ret || !found)
		return ret;
	remedy(&o, flow, dev, commands, sizeof(commands));
	if (o.policy)
		snprintf(what, sizeof(what), "by its policy");
	else
		snprintf(what, sizeof(what), "by a rule");
	return plan_note(plan, err, "chain '%s' of table '%s %s'%s drops, %s, what is forwarded from %s to %s; to let it pass: %s",
			 o.chain, o.family, o.table, o.tool == OBSTACLE_XTABLES ? " (iptables-legacy)" : "", what,
			 flow->from.ifname, flow->to.ifname, commands);
}

static int note_peer(struct plan *plan, const struct world *w, const struct spec *peer, struct err *err)
{
	struct flow flow = { .family = NFPROTO_IPV6 };

	set_end(w, &flow.from, peer->dev);
	flow.from.group = SITCTL_GROUP;
	set_addr(&flow.from, &peer->addresses[0].addr, sizeof(struct in6_addr));
	set_end(w, &flow.to, w->told->server.uplink);
	return note_flow(plan, w, &flow, peer->dev, err);
}

/* Before the first peer: one as it will be. */
static int note_server(struct plan *plan, const struct world *w, struct err *err)
{
	struct flow flow = { .family = NFPROTO_IPV6 };
	size_t before = plan->n_notes;
	int ret = 0;

	for (size_t i = 0; !ret && plan->n_notes == before && i < w->told->n; i++)
		if (w->told->tunnels[i].spec.role == ROLE_PEER)
			ret = note_peer(plan, w, &w->told->tunnels[i].spec, err);
	if (ret || told_has_peers(w->told))
		return ret;
	set_end(w, &flow.from, PEER_PREFIX "PEER");
	flow.from.group = SITCTL_GROUP;
	set_end(w, &flow.to, w->told->server.uplink);
	return note_flow(plan, w, &flow, flow.from.ifname, err);
}

static int note_lans(struct plan *plan, const struct world *w, const struct spec *client, struct err *err)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < client->n_prefixes; i++) {
		struct flow flow = { .family = NFPROTO_IPV6 };

		if (!client->prefixes[i].ifname[0])
			continue;
		set_end(w, &flow.from, client->dev);
		flow.from.group = SITCTL_GROUP;
		set_end(w, &flow.to, client->prefixes[i].ifname);
		ret = note_flow(plan, w, &flow, client->dev, err);
	}
	return ret;
}

static int note_pass(struct plan *plan, const struct world *w, const struct spec *nat, struct err *err)
{
	struct flow flow = { .family = NFPROTO_IPV4, .proto = IPPROTO_IPV6 };
	const struct link *inside;
	int ret = nat_inside(w, nat, &inside, err);

	if (ret || !inside)
		return ret;
	set_end(w, &flow.from, nat->underlay);
	set_addr(&flow.from, &nat->remote, sizeof(nat->remote));
	set_end(w, &flow.to, inside->name);
	set_addr(&flow.to, &nat->to, sizeof(nat->to));
	return note_flow(plan, w, &flow, nat->underlay, err);
}

int note_forward(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	const struct told_tunnel *t = scope->role == ROLE_SERVER ? NULL : told_find(w->told, scope->role, scope->name);

	if (scope->role == ROLE_SERVER)
		return w->told->server.uplink[0] ? note_server(plan, w, err) : 0;
	if (!t)
		return 0;
	switch (scope->role) {
	case ROLE_PEER: return note_peer(plan, w, &t->spec, err);
	case ROLE_CLIENT: return note_lans(plan, w, &t->spec, err);
	default: return note_pass(plan, w, &t->spec, err);
	}
}
