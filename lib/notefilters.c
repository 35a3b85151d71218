/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notes that somebody else's filter would drop what a tunnel or a pass is for (note_filters of rules.h). */
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

/* Whose rules are they, and with what program are they changed? */
enum tool { TOOL_NFT, TOOL_IPTABLES, TOOL_UFW, TOOL_FIREWALLD };

static enum tool tool_of(const struct obstacle *o)
{
	bool of_iptables = !strcmp(o->table, "filter") && (!strcmp(o->base, "FORWARD") || !strcmp(o->base, "INPUT"));

	if (!strcmp(o->table, "firewalld"))
		return TOOL_FIREWALLD;
	if (o->ufw)
		return TOOL_UFW;
	/* Chains of iptables-nft belong to that program. */
	return o->tool == OBSTACLE_XTABLES || (of_iptables && strcmp(o->family, "inet")) ? TOOL_IPTABLES : TOOL_NFT;
}

/* The commands that let pass what comes from and goes to DEV. */
static void remedy_forward(const struct obstacle *o, const struct flow *f, const char *dev, char *buf, size_t size)
{
	bool v4 = f->family == NFPROTO_IPV4;
	const char *extra = v4 ? "ip protocol 41 " : "", *option = v4 ? " -p 41" : "";
	const char *legacy = o->tool == OBSTACLE_XTABLES ? "-legacy" : "", *six = v4 ? "" : "6";
	char name[IFNAMSIZ + 2];

	switch (tool_of(o)) {
	case TOOL_FIREWALLD:
		snprintf(buf, size, "firewall-cmd --permanent --zone=trusted --add-interface=%s; firewall-cmd --reload", dev);
		break;
	case TOOL_UFW:
		snprintf(buf, size, "ufw route allow in on %s; ufw route allow out on %s", dev, dev);
		break;
	case TOOL_IPTABLES:
		device_pattern(dev, '+', name, sizeof(name));
		snprintf(buf, size, "ip%stables%s -I FORWARD -i %s%s -j ACCEPT; ip%stables%s -I FORWARD -o %s%s -j ACCEPT",
			 six, legacy, name, option, six, legacy, name, option);
		break;
	default:
		device_pattern(dev, '*', name, sizeof(name));
		snprintf(buf, size, "nft 'insert rule %s %s %s iifname \"%s\" %saccept; insert rule %s %s %s oifname \"%s\" %saccept'",
			 o->family, o->table, o->base, name, extra, o->family, o->table, o->base, name, extra);
	}
}

/* The commands that let in protocol 41 from REMOTE. */
static void remedy_input(const struct obstacle *o, const char *remote, char *buf, size_t size)
{
	switch (tool_of(o)) {
	case TOOL_FIREWALLD:
		snprintf(buf, size, "firewall-cmd --permanent --add-protocol=ipv6; firewall-cmd --reload");
		break;
	case TOOL_UFW:
		snprintf(buf, size, "ufw allow proto ipv6 from %s", remote);
		break;
	case TOOL_IPTABLES:
		snprintf(buf, size, "iptables%s -I INPUT -s %s -p 41 -j ACCEPT", o->tool == OBSTACLE_XTABLES ? "-legacy" : "", remote);
		break;
	default:
		snprintf(buf, size, "nft insert rule %s %s %s ip saddr %s ip protocol 41 accept", o->family, o->table, o->base, remote);
	}
}

static int note_obstacle(struct plan *plan, const struct obstacle *o, const char *what, const char *remedy, struct err *err)
{
	return plan_note(plan, err, "chain '%s' of table '%s %s'%s drops, by %s, %s; to let it pass: %s", o->chain, o->family,
			 o->table, o->tool == OBSTACLE_XTABLES ? " (iptables-legacy)" : "", o->policy ? "its policy" : "a rule",
			 what, remedy);
}

/* Both ways between the two ends; DEV is that of the two which is the tunnel's, or the pass's outside. */
static int note_flow(struct plan *plan, const struct world *w, struct flow *flow, const char *dev, struct err *err)
{
	struct obstacle o;
	char remedy[512], what[80];
	bool found = false;
	int ret = 0;

	flow->hook = NF_INET_FORWARD;
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
	remedy_forward(&o, flow, dev, remedy, sizeof(remedy));
	snprintf(what, sizeof(what), "what is forwarded from %s to %s", flow->from.ifname, flow->to.ifname);
	return note_obstacle(plan, &o, what, remedy, err);
}

/* The outer packets of a tunnel: not tracked, they are no answers to a filter that lets only answers in. */
static int note_outer(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err)
{
	struct flow flow = { .hook = NF_INET_LOCAL_IN, .untracked = spec->notrack, .family = NFPROTO_IPV4, .proto = IPPROTO_IPV6 };
	char remote[NET6_TEXT], what[80], remedy[512];
	const struct link *link;
	struct obstacle o;
	struct path path;
	bool found;
	int ret = path_lookup(w->c, spec->remote, spec->local, 0, &path, err);

	link = !ret && path.reachable ? snapshot_link_index(w->s, path.index) : NULL;
	if (ret || !link)
		return ret;
	set_end(w, &flow.from, link->name);
	set_addr(&flow.from, &spec->remote, sizeof(spec->remote));
	set_end(w, &flow.to, "");
	if (path.source.s_addr)
		set_addr(&flow.to, &path.source, sizeof(path.source));
	ret = flow_obstacle(w->c, &flow, &o, &found, err);
	if (ret || !found)
		return ret;
	addr4_text(spec->remote, remote);
	remedy_input(&o, remote, remedy, sizeof(remedy));
	snprintf(what, sizeof(what), "protocol 41 from %s", remote);
	return note_obstacle(plan, &o, what, remedy, err);
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

int note_filters(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	const struct told_tunnel *t = scope->role == ROLE_SERVER ? NULL : told_find(w->told, scope->role, scope->name);
	struct spec spec;
	int ret;

	if (scope->role == ROLE_SERVER)
		return w->told->server.uplink[0] ? note_server(plan, w, err) : 0;
	if (!t)
		return 0;
	if (scope->role == ROLE_NAT)
		return note_pass(plan, w, &t->spec, err);
	spec = scope->role == ROLE_PEER ? spec_effective(&t->spec, &w->told->server) : t->spec;
	ret = note_outer(plan, w, &spec, err);
	if (ret)
		return ret;
	return scope->role == ROLE_PEER ? note_peer(plan, w, &spec, err) : note_lans(plan, w, &spec, err);
}
