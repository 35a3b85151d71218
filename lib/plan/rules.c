/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plan/rules.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/mark.h"
#include "spec/params.h"
#include "state/derive.h"
#include "state/readback.h"
#include "state/snapshotfind.h"

#include <linux/rtnetlink.h>

int rule_local(const struct world *w, const struct spec *spec, struct err *err)
{
	static const struct in_addr any;
	char local[NET6_TEXT], source[NET6_TEXT];
	struct path path;
	const char *nat;
	int ret;

	if (!spec->local.s_addr || snapshot_has_addr4(w->s, spec->local))
		return 0;
	ret = path_lookup(w->c, spec->remote, any, 0, spec->fwmark, &path, err);
	if (ret)
		return ret;
	err_usage(err, "local", "%s is not an address of this host", addr4_text(spec->local, local));
	if (!spec->remote.s_addr || !path.reachable || !path.source.s_addr) {
		err_hint(err, "omit 'local', or give an address that 'ip -4 addr' shows");
		return -EINVAL;
	}
	addr4_text(path.source, source);
	nat = addr4_behind_nat(path.source);
	if (nat)
		err_hint(err,
			 "omit it, or use %s, which the route to the remote uses; that address is %s, so this host is "
			 "behind a NAT and the far end must know the NAT's public address",
			 source, nat);
	else
		err_hint(err, "omit it, or use %s, which the route to the remote uses", source);
	return -EINVAL;
}

static int rule_gateway(const struct spec *spec, struct err *err)
{
	char text[NET6_TEXT];

	if (spec->gateway_mode != GATEWAY_ADDRESS || IN6_IS_ADDR_LINKLOCAL(&spec->gateway))
		return 0;
	addr6_text(&spec->gateway, text);
	for (unsigned int i = 0; i < spec->n_addresses; i++)
		if (addr6_equal(&spec->addresses[i].addr, &spec->gateway)) {
			err_usage(err, "gateway", "%s is this end's own address", text);
			err_hint(err, "give the address of the tunnel's far end, or 'gateway auto'");
			return -EINVAL;
		}
	for (unsigned int i = 0; i < spec->n_addresses; i++)
		if (net6_contains(&spec->addresses[i], &spec->gateway))
			return 0;
	err_usage(err, "gateway", "%s is in none of the networks given by 'address'", text);
	/* A broker's page that gives ::2 and ::1 means a /64, though it may not say so. */
	for (unsigned int i = 0; i < spec->n_addresses; i++) {
		struct net6 wide = { spec->addresses[i].addr, 64 };

		addr6_text(&wide.addr, text);
		if (spec->addresses[i].len == 127 && net6_contains(&wide, &spec->gateway))
			err_hint(err,
				 "write 'address %s/64' if the tunnel's network is a /64, as most brokers assign: "
				 "without a length it is taken as a /127",
				 text);
	}
	err_hint(err, "give an address of the tunnel's far end, or the length of its network: 'address IPV6/LEN'");
	return -EINVAL;
}

int rule_lasts(const struct spec *spec, struct err *err)
{
	if (spec->role != ROLE_CLIENT)
		return 0;
	if (name_equal(spec->underlay, spec->dev)) {
		err_usage(err, "dev", "%s is the tunnel itself", name_text(spec->dev));
		err_hint(err, "give the interface through which the outer packets leave");
		return -EINVAL;
	}
	for (unsigned int i = 0; i < spec->n_prefixes; i++)
		if (name_equal(spec->prefixes[i].ifname, spec->dev)) {
			err_usage(err, "prefix", "%s is the tunnel itself", name_text(spec->dev));
			err_hint(err, "give the interface of a LAN: 'prefix IPV6/LEN,IFACE'");
			return -EINVAL;
		}
	return rule_gateway(spec, err);
}

int rule_ipv6(struct err *err)
{
	if (!access("/proc/sys/net/ipv6", F_OK))
		return 0;
	err_sys(err, EAFNOSUPPORT, "tunnel");
	err_why(err, "this kernel does not support IPv6");
	err_hint(err, "boot it without 'ipv6.disable=1', or boot a kernel that supports IPv6");
	return -EAFNOSUPPORT;
}

int rule_uplink(const struct snapshot *s, struct spec *server, struct err *err)
{
	char names[256] = "";
	const char *found = NULL;
	bool many = false;

	if (server->uplink.at) {
		const struct link *link = snapshot_link(s, name_text(server->uplink));

		if (link && (!link_ours(link) || link_role(link) != ROLE_PEER))
			return 0;
		if (link) {
			err_usage(err, name_text(server->uplink), "is the tunnel of peer %s", link_tunnel_name(link));
			err_hint(err, "give the interface to the IPv6 Internet");
			return -EINVAL;
		}
		err_usage(err, name_text(server->uplink), "no interface has this name");
		err_hint(err, "give the interface to the IPv6 Internet; see 'ip link'");
		return -EINVAL;
	}
	for (size_t i = 0; i < s->n_routes; i++) {
		const struct route *r = &s->routes[i];
		bool again = false;

		if (r->dst.len || r->type != RTN_UNICAST || !r->ifname[0])
			continue;
		for (size_t k = 0; k < i && !again; k++)
			again = !s->routes[k].dst.len && s->routes[k].type == RTN_UNICAST &&
				!strcmp(s->routes[k].ifname, r->ifname);
		if (again)
			continue;
		many = found;
		found = r->ifname;
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", names[0] ? ", " : "", found);
	}
	if (found && !many) {
		char *const words[] = { "uplink", (char *)found };

		return spec_words(server, 2, words, err);
	}
	if (!many && rule_ipv6(err))
		return -EAFNOSUPPORT;
	if (many)
		err_usage(err, "uplink", "IPv6 default routes leave through more than one interface: %s", names);
	else
		err_usage(err, "uplink", "this host has no IPv6 default route");
	err_hint(err, "name the interface to the IPv6 Internet: 'sitctl server up uplink IFACE'");
	return -EINVAL;
}

static int overlap(struct err *err, const struct net6 *net, const char *what, const char *whose,
		   const struct net6 *other)
{
	char text[NET6_TEXT], with[NET6_TEXT];

	err_usage(err, net6_text(net, text), "overlaps with %s %s, %s", what, whose, net6_text(other, with));
	err_hint(err, "give this peer addresses of its own");
	return -EINVAL;
}

/* NET is to belong to the peer: does another peer have part of it? */
static int rule_other_peers(const struct world *w, const struct spec *spec, const struct net6 *net, struct err *err)
{
	if (w->rivals &&
	    !netindex_overlap(&w->rivals->peers, net, desired_find(w->desired, ROLE_PEER, name_text(spec->name))))
		return 0;
	for (size_t i = 0; i < w->desired->n; i++) {
		const struct spec *other = &w->desired->tunnels[i].spec;

		if (other->role != ROLE_PEER || name_equal(other->name, spec->name))
			continue;
		for (unsigned int k = 0; k < other->n_addresses; k++) {
			struct net6 host = { .addr = other->addresses[k].addr, .len = 128 };

			if (net6_overlap(net, &host))
				return overlap(err, net, "the address of peer", name_text(other->name), &host);
		}
		for (unsigned int k = 0; k < other->n_prefixes; k++)
			if (net6_overlap(net, &other->prefixes[k].net))
				return overlap(err, net, "a prefix of peer", name_text(other->name),
					       &other->prefixes[k].net);
	}
	return 0;
}

/*
 * Does this host have an address in NET on an interface other than the peer's? With SHARED, our interfaces do not
 * count.
 */
static int rule_this_host(const struct world *w, const struct spec *spec, const struct net6 *net, bool shared,
			  struct err *err)
{
	const struct link *link;

	if (w->rivals && !netindex_overlap(&w->rivals->hosts, net, snapshot_link(w->s, name_text(spec->dev))))
		return 0;
	for (size_t i = 0; i < w->s->n_addrs; i++) {
		const struct addr *a = &w->s->addrs[i];
		struct net6 host = { .addr = a->net.addr, .len = 128 };

		link = snapshot_link_index(w->s, a->index);
		if (!strcmp(a->ifname, name_text(spec->dev)) || (shared && link && link_ours(link)) ||
		    !net6_overlap(net, &host))
			continue;
		return overlap(err, net, "an address of this host on", a->ifname, &host);
	}
	return 0;
}

/* Inside the uplink's on-link prefix every address needs a proxy entry. */
static int rule_proxied(const struct world *w, const struct spec *spec, const struct net6 *net, struct err *err)
{
	const char *uplink = name_text(w->desired->server.uplink);
	char text[NET6_TEXT], outer[NET6_TEXT];
	struct net6 onlink;

	if (spec->proxy_ndp == PROXY_NDP_OFF || net->len >= PROXIED_LEN_MIN || !on_link(w->s, uplink, net, &onlink))
		return 0;
	err_usage(err, net6_text(net, text),
		  "lies inside %s, which is on-link on the uplink %s: each address would need a proxy entry, and at "
		  "most 256 (a /%u) are possible",
		  net6_text(&onlink, outer), uplink, PROXIED_LEN_MIN);
	err_hint(err, "have the provider route the prefix to this host, then give 'proxy-ndp off'");
	return -EINVAL;
}

/* Check this end's address; if it was not given, the hint says where it comes from. */
static int rule_server_address(const struct world *w, const struct spec *spec, struct err *err)
{
	struct net6 server = { .addr = spec->server_address, .len = 128 };
	int ret = rule_other_peers(w, spec, &server, err);

	/* Several tunnels may share it. */
	if (!ret)
		ret = rule_this_host(w, spec, &server, true, err);
	if (ret != -EINVAL || spec->has_server_address)
		return ret;
	err->hint[0] = '\0';
	err_hint(err, "give 'server-address', or another 'address': without 'server-address', the server uses the "
		      "other address of the /127");
	return ret;
}

int rule_peer(const struct world *w, const struct spec *spec, struct err *err)
{
	struct net6 own = { .addr = spec_first(spec)->addr, .len = 128 };
	int ret = rule_other_peers(w, spec, &own, err);

	if (!ret)
		ret = rule_this_host(w, spec, &own, false, err);
	if (!ret)
		ret = rule_server_address(w, spec, err);
	for (unsigned int i = 0; !ret && i < spec->n_prefixes; i++) {
		ret = rule_other_peers(w, spec, &spec->prefixes[i].net, err);
		if (!ret)
			ret = rule_this_host(w, spec, &spec->prefixes[i].net, false, err);
		if (!ret)
			ret = rule_proxied(w, spec, &spec->prefixes[i].net, err);
	}
	return ret;
}

int rivals_load(struct rivals *rivals, const struct world *w, struct err *err)
{
	int ret = 0;

	memset(rivals, 0, sizeof(*rivals));
	for (size_t i = 0; !ret && i < w->desired->n; i++) {
		const struct desired_tunnel *t = &w->desired->tunnels[i];

		rivals->passes = rivals->passes || t->spec.role == ROLE_NAT;

		for (unsigned int k = 0; !ret && t->spec.role == ROLE_PEER && k < t->spec.n_addresses; k++) {
			struct net6 own = { .addr = t->spec.addresses[k].addr, .len = 128 };

			ret = netindex_add(&rivals->peers, &own, t, err);
		}
		for (unsigned int k = 0; !ret && t->spec.role == ROLE_PEER && k < t->spec.n_prefixes; k++)
			ret = netindex_add(&rivals->peers, &t->spec.prefixes[k].net, t, err);
	}
	for (size_t i = 0; !ret && i < w->s->n_addrs; i++) {
		struct net6 host = { .addr = w->s->addrs[i].net.addr, .len = 128 };

		ret = netindex_add(&rivals->hosts, &host, snapshot_link_index(w->s, w->s->addrs[i].index), err);
	}
	netindex_sort(&rivals->peers);
	netindex_sort(&rivals->hosts);
	return ret;
}

void rivals_free(struct rivals *rivals)
{
	netindex_free(&rivals->peers);
	netindex_free(&rivals->hosts);
}

/* A parameter that is no longer given has its default again. Name those that protected this host, or let something in. */
static int warn_dropped(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err)
{
	const struct desired_tunnel *t = desired_find(&w->j->desired, spec->role, name_text(spec->name));
	const struct spec *before = t ? &t->spec : spec;
	const uint64_t allow = param_bit(param_find(spec->role, "allow"));
	int ret = 0;

	if (before->simple_security && !spec->simple_security &&
	    !(spec->set & param_bit(param_find(spec->role, "simple-security"))))
		ret = plan_warn(plan, err, "simple-security: was on, but is not given now: it is off, the default");
	if (!ret && before->n_allows && spec->simple_security && !(spec->set & allow))
		ret = plan_warn(plan, err, "allow: was given, but is not given now: nothing is let in unsolicited");
	return ret;
}

int warn_client(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err)
{
	int ret = warn_dropped(plan, w, spec, err);
	struct route ours;

	if (!ret && spec->n_allows && !spec->simple_security)
		ret = plan_warn(plan, err, "allow: has no effect without 'simple-security on': all traffic is let in");
	if (ret || !derive_route(spec, 0, &ours))
		return ret;
	for (size_t i = 0; !ret && i < w->s->n_routes; i++) {
		const struct route *r = &w->s->routes[i];

		if (r->dst.len || r->type != RTN_UNICAST || !strcmp(r->ifname, name_text(spec->dev)) ||
		    r->metric > spec->metric)
			continue;
		if (r->metric == spec->metric && r->has_gateway && ours.has_gateway && r->proto != RTPROT_RA) {
			err_usage(err, "metric",
				  "the default route through %s also has the metric %u: the kernel would share the "
				  "traffic between the two",
				  r->ifname, r->metric);
			err_hint(err, "give another 'metric', or 'gateway none'");
			return -EINVAL;
		}
		ret = plan_warn(plan, err,
				"default route: the one through %s with metric %u wins over the tunnel's with metric "
				"%u; give 'metric' a lower value to use the tunnel",
				r->ifname, r->metric, spec->metric);
	}
	return ret;
}
