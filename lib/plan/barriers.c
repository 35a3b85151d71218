/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notes that somebody else's filter would drop what a tunnel or a pass is for. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "plan/barriers.h" /* before linux/: glibc and the kernel define the same names */
#include "base/quote.h"
#include "filters/filters.h"
#include "kernel/mark.h"
#include "state/snapshotfind.h"

#include <linux/netfilter.h>

#define PEER_PREFIX "sit-" /* of the device names that peers have by default */

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

#define QUOTED (4 * IFNAMSIZ + 4)

/* The same, as a word of the shell: the kernel takes names that a shell would take apart. */
static const char *shell_pattern(const char *dev, char wildcard, char buf[QUOTED])
{
	char name[IFNAMSIZ + 2];

	device_pattern(dev, wildcard, name, sizeof(name));
	return quote_word(name, buf, QUOTED);
}

/* A name of a table or chain that nft can write; whoever makes one by netlink may name it as he likes. */
static bool is_nft_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isascii((unsigned char)*p) || (!isalnum((unsigned char)*p) && !strchr("_-./", *p)))
			return false;
	return isalpha((unsigned char)*name) || *name == '_';
}

/* Whose rules are they, and with what program are they changed? */
enum tool { TOOL_NFT, TOOL_IPTABLES, TOOL_UFW, TOOL_FIREWALLD };

static enum tool tool_of(const struct barrier *o)
{
	bool of_iptables = !strcmp(o->table, "filter") && (!strcmp(o->base, "FORWARD") || !strcmp(o->base, "INPUT"));

	if (!strcmp(o->table, "firewalld"))
		return TOOL_FIREWALLD;
	if (o->ufw)
		return TOOL_UFW;
	/* Chains of iptables-nft belong to that program. */
	return o->tool == BARRIER_XTABLES || (of_iptables && strcmp(o->family, "inet")) ? TOOL_IPTABLES : TOOL_NFT;
}

/* What shall be let pass: from and to DEV; or from LAN to DEV, and the answers; in IPv4 protocol 41 only. */
struct passage {
	const char *dev, *lan;
	bool v4;
};

static void print_policy(FILE *out, const char *name, const char *from, const char *to, const char *how)
{
	fprintf(out,
		"$f --new-policy=%s; $f --policy=%s --add-ingress-zone=%s; $f --policy=%s --add-egress-zone=%s; $f "
		"--policy=%s %s; ",
		name, name, from, name, to, name, how);
}

/* A zone of its own for the devices, and policies between it and all others: a zone's rules are about this host itself. */
static void remedy_firewalld(const struct passage *p, char *buf, size_t size)
{
	FILE *out = fmemopen(buf, size, "w");
	char name[QUOTED];

	*buf = '\0';
	if (!out)
		return;
	fputs("f='firewall-cmd --permanent'; ", out);
	if (p->v4) {
		print_policy(out, "sitctl-pass", "ANY", "ANY", "--add-protocol=ipv6");
	} else {
		fprintf(out, "$f --new-zone=sitctl; $f --zone=sitctl --add-interface=%s; ",
			shell_pattern(p->dev, '+', name));
		print_policy(out, "sitctl-in", "ANY", "sitctl", "--set-target=ACCEPT");
		if (!p->lan)
			print_policy(out, "sitctl-out", "sitctl", "ANY", "--set-target=ACCEPT");
	}
	fputs("firewall-cmd --reload", out);
	fclose(out);
}

static void remedy_iptables(const struct barrier *o, const struct passage *p, char *buf, size_t size)
{
	const char *legacy = o->tool == BARRIER_XTABLES ? "-legacy" : "", *six = p->v4 ? "" : "6",
		   *option = p->v4 ? " -p 41" : "";
	char name[QUOTED], lan[QUOTED], insert[48];

	shell_pattern(p->dev, '+', name);
	snprintf(insert, sizeof(insert), "ip%stables%s -I FORWARD", six, legacy);
	if (p->lan)
		snprintf(
			buf, size,
			"%s -i %s -o %s -j ACCEPT; %s -i %s -o %s -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
			insert, shell_pattern(p->lan, '+', lan), name, insert, name, lan);
	else
		snprintf(buf, size, "%s -i %s%s -j ACCEPT; %s -o %s%s -j ACCEPT", insert, name, option, insert, name,
			 option);
}

/* None where a name would be more to nft than a name. */
static void remedy_nft(const struct barrier *o, const struct passage *p, char *buf, size_t size)
{
	const char *extra = p->v4 ? "ip protocol 41 " : "";
	char name[IFNAMSIZ + 2], insert[600], script[sizeof(((struct barred *)0)->remedy)];

	*buf = '\0';
	device_pattern(p->dev, '*', name, sizeof(name));
	if (!is_nft_name(o->table) || !is_nft_name(o->base) || strpbrk(name, "\"\\") ||
	    (p->lan && strpbrk(p->lan, "\"\\")))
		return;
	snprintf(insert, sizeof(insert), "insert rule %s %s %s", o->family, o->table, o->base);
	if (p->lan)
		snprintf(script, sizeof(script),
			 "%s iifname \"%s\" oifname \"%s\" accept; %s iifname \"%s\" oifname \"%s\" ct state "
			 "established,related accept",
			 insert, p->lan, name, insert, name, p->lan);
	else
		snprintf(script, sizeof(script), "%s iifname \"%s\" %saccept; %s oifname \"%s\" %saccept", insert, name,
			 extra, insert, name, extra);
	snprintf(buf, size, "nft ");
	quote_word(script, buf + 4, size - 4);
}

static void remedy_ufw(const struct passage *p, char *buf, size_t size)
{
	char name[QUOTED], lan[QUOTED];

	shell_pattern(p->dev, '+', name);
	if (p->lan)
		snprintf(buf, size, "ufw route allow in on %s out on %s", shell_pattern(p->lan, '+', lan), name);
	else
		snprintf(buf, size, "ufw route allow in on %s; ufw route allow out on %s", name, name);
}

static void remedy_forward(const struct barrier *o, const struct passage *p, char *buf, size_t size)
{
	switch (tool_of(o)) {
	case TOOL_FIREWALLD: remedy_firewalld(p, buf, size); break;
	case TOOL_UFW: remedy_ufw(p, buf, size); break;
	case TOOL_IPTABLES: remedy_iptables(o, p, buf, size); break;
	default: remedy_nft(o, p, buf, size); break;
	}
}

/* The commands that let in protocol 41 from REMOTE. */
static void remedy_input(const struct barrier *o, const char *remote, char *buf, size_t size)
{
	switch (tool_of(o)) {
	case TOOL_FIREWALLD:
		snprintf(buf, size, "firewall-cmd --permanent --add-protocol=ipv6; firewall-cmd --reload");
		break;
	case TOOL_UFW: snprintf(buf, size, "ufw allow proto ipv6 from %s", remote); break;
	case TOOL_IPTABLES:
		snprintf(buf, size, "iptables%s -I INPUT -s %s -p 41 -j ACCEPT",
			 o->tool == BARRIER_XTABLES ? "-legacy" : "", remote);
		break;
	default:
		if (is_nft_name(o->table) && is_nft_name(o->base))
			snprintf(buf, size, "nft insert rule %s %s %s ip saddr %s ip protocol 41 accept", o->family,
				 o->table, o->base, remote);
		else
			*buf = '\0';
	}
}

/* The next one of the list, filled in but for its remedy; the last one where there are enough. */
static struct barred *add_barrier(struct barriers *b, const struct barrier *o, bool outer)
{
	struct barred *barred = &b->items[b->n < BARRIERS_MAX ? b->n++ : BARRIERS_MAX - 1];

	barred->barrier = *o;
	barred->outer = outer;
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
	snprintf(buf, size, "chain '%s' of table '%s %s'%s drops, by %s, %s", o->chain, o->family, o->table,
		 o->tool == BARRIER_XTABLES ? " (iptables-legacy)" : "", by, b->what);
}

/* Others' rules, each read once for all that is asked of them, and what was found. */
struct looking {
	struct barriers *list;
	struct filters filters;
};

/* There and back: the way back has the state BACK. */
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
	barred = add_barrier(l->list, &o, false);
	remedy_forward(&o, p, barred->remedy, sizeof(barred->remedy));
	snprintf(barred->what, sizeof(barred->what), "what is forwarded from %s to %s", flow->from.ifname,
		 flow->to.ifname);
	return 0;
}

/* The outer packets of a tunnel: not tracked, they are no answers to a filter that lets only answers in. */
static int find_outer(struct looking *l, const struct world *w, const struct spec *spec, struct err *err)
{
	struct flow flow = { .hook = NF_INET_LOCAL_IN,
			     .state = spec->notrack ? FLOW_UNTRACKED : FLOW_FIRST,
			     .family = NFPROTO_IPV4,
			     .proto = IPPROTO_IPV6 };
	char remote[NET6_TEXT];
	struct barred *barred;
	const struct link *link;
	struct barrier o;
	struct path path;
	bool found;
	int ret = path_lookup(w->c, spec->remote, spec->local, 0, spec->fwmark, &path, err);

	link = !ret && path.reachable ? snapshot_link_index(w->s, path.index) : NULL;
	if (ret || !link)
		return ret;
	set_end(w, &flow.from, link->name);
	set_addr(&flow.from, &spec->remote, sizeof(spec->remote));
	set_end(w, &flow.to, "");
	if (path.source.s_addr)
		set_addr(&flow.to, &path.source, sizeof(path.source));
	ret = filters_barrier(&l->filters, &flow, &o, &found, err);
	if (ret || !found)
		return ret;
	addr4_text(spec->remote, remote);
	barred = add_barrier(l->list, &o, true);
	remedy_input(&o, remote, barred->remedy, sizeof(barred->remedy));
	snprintf(barred->what, sizeof(barred->what), "protocol 41 from %s", remote);
	return 0;
}

static int find_peer(struct looking *l, const struct world *w, const struct spec *peer, struct err *err)
{
	struct flow flow = { .family = NFPROTO_IPV6 };

	set_end(w, &flow.from, peer->dev);
	flow.from.group = SITCTL_GROUP;
	set_addr(&flow.from, &spec_first(peer)->addr, sizeof(struct in6_addr));
	set_end(w, &flow.to, w->desired->server.uplink);
	return find_forward(l, &flow, FLOW_FIRST, &(struct passage){ .dev = peer->dev }, err);
}

/* Before the first peer: one as it will be. */
static int find_server(struct looking *l, const struct world *w, struct err *err)
{
	struct flow flow = { .family = NFPROTO_IPV6, .hook = NF_INET_FORWARD };
	struct barrier o;
	bool found;
	int ret = filters_barrier(&l->filters, &flow, &o, &found, err);

	/* Thousands of peers need not be asked about one by one where nobody filters. */
	if (ret || (!found && o.no_filters))
		return ret;
	for (size_t i = 0; !ret && !l->list->n && i < w->desired->n; i++)
		if (w->desired->tunnels[i].spec.role == ROLE_PEER)
			ret = find_peer(l, w, &w->desired->tunnels[i].spec, err);
	if (ret || desired_has_peers(w->desired))
		return ret;
	set_end(w, &flow.from, PEER_PREFIX "PEER");
	flow.from.group = SITCTL_GROUP;
	set_end(w, &flow.to, w->desired->server.uplink);
	return find_forward(l, &flow, FLOW_FIRST, &(struct passage){ .dev = PEER_PREFIX "PEER" }, err);
}

static int find_lans(struct looking *l, const struct world *w, const struct spec *client, struct err *err)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < client->n_prefixes; i++) {
		struct flow flow = { .family = NFPROTO_IPV6 };

		if (!client->prefixes[i].ifname[0])
			continue;
		/* What comes in unasked may be kept out, and often shall: the LAN asks, the answers must come back. */
		set_end(w, &flow.from, client->prefixes[i].ifname);
		set_end(w, &flow.to, client->dev);
		flow.to.group = SITCTL_GROUP;
		ret = find_forward(l, &flow, FLOW_ANSWER,
				   &(struct passage){ .dev = client->dev, .lan = client->prefixes[i].ifname }, err);
	}
	return ret;
}

static int find_pass(struct looking *l, const struct world *w, const struct spec *nat, struct err *err)
{
	struct flow flow = { .family = NFPROTO_IPV4, .proto = IPPROTO_IPV6, .dnat = true };

	if (!nat->inside[0])
		return 0;
	set_end(w, &flow.from, nat->underlay);
	set_addr(&flow.from, &nat->remote, sizeof(nat->remote));
	set_end(w, &flow.to, nat->inside);
	set_addr(&flow.to, &nat->to, sizeof(nat->to));
	return find_forward(l, &flow, FLOW_FIRST, &(struct passage){ .dev = nat->underlay, .v4 = true }, err);
}

static int find_all(struct looking *l, const struct world *w, const struct scope *scope, struct err *err)
{
	const struct desired_tunnel *t = scope->role == ROLE_SERVER
						 ? NULL
						 : desired_find(w->desired, scope->role, scope->name);
	struct spec spec;
	int ret;

	if (scope->role == ROLE_SERVER)
		return w->desired->server.uplink[0] ? find_server(l, w, err) : 0;
	if (!t)
		return 0;
	if (scope->role == ROLE_NAT)
		return find_pass(l, w, &t->spec, err);
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

/* Only clients and peers are what the doctor examines. */
static int warn_unknown(struct plan *plan, const struct scope *scope, struct err *err)
{
	bool examined = scope->role == ROLE_CLIENT || scope->role == ROLE_PEER;

	return plan_warn(
		plan, err,
		"filters: others have more than %d chains and rules: whether one of them drops what the tunnel is "
		"for is not known%s%s%s",
		FILTERS_GLANCE, examined ? "; 'sitctl doctor " : "", examined ? scope->name : "",
		examined ? "' looks at more of them" : "");
}

int warn_filters(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err)
{
	struct barriers list;
	int ret = find_barriers(&list, w, scope, FILTERS_GLANCE, err);

	for (unsigned int i = 0; !ret && i < list.n; i++) {
		char text[BARRIER_TEXT];

		barrier_text(&list.items[i], text, sizeof(text));
		ret = plan_warn(plan, err, "%s%s%s", text, *list.items[i].remedy ? "; to let it pass: " : "",
				list.items[i].remedy);
	}
	if (!ret && list.unknown)
		ret = warn_unknown(plan, scope, err);
	return ret;
}
