/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "import/iproutes.h"

static void take_type(struct ip_command *ip, const char *word, const char *value)
{
	(void)value;
	/* A type precedes the destination. */
	if (ip->route.to)
		ip_odd(ip, word, NULL);
	else
		ip->route.type = word;
}

static void take_to(struct ip_command *ip, const char *word, const char *value)
{
	(void)word;
	ip->route.to = value;
}

static void take_route_dev(struct ip_command *ip, const char *word, const char *value)
{
	(void)word;
	ip->route.ifname = value;
}

static void take_metric(struct ip_command *ip, const char *word, const char *value)
{
	(void)word;
	ip->route.metric = value;
}

static void take_via(struct ip_command *ip, const char *word, const char *value)
{
	(void)word;
	if (!strcmp(value, "inet6") && ip_peek(ip))
		value = ip->words[ip->at++];
	ip->route.gateway = value;
}

/* What limits the route to some packets, or puts it into another table. */
static void take_elsewhere(struct ip_command *ip, const char *word, const char *value)
{
	ip->elsewhere = true;
	ip_odd(ip, word, value);
}

/* Everything that follows belongs to it, including interfaces and gateways. */
static void take_ways(struct ip_command *ip, const char *word, const char *value)
{
	const char *gateway = NULL;
	bool named = false;

	(void)value;
	ip->elsewhere = true;
	for (int i = ip->at - 1; i + 1 < ip->n; i++) {
		if (!strcmp(ip->words[i], "dev")) {
			import_odd(ip->im, IMPORT_ODD, ip->words[i + 1], NULL, "ip route", word);
			named = true;
		} else if (!strcmp(ip->words[i], "via")) {
			gateway = ip->words[i + 1];
		}
	}
	if (!named)
		ip_odd(ip, word, NULL);
	if (!named && !ip->route.gateway)
		ip->route.gateway = gateway;
}

static void take_table(struct ip_command *ip, const char *word, const char *value)
{
	if (strcmp(value, "main") && strcmp(value, "254"))
		take_elsewhere(ip, word, value);
}

/* ip-route(8) */
static const struct ip_word route_words[] = {
	{ "to", VALUE, true, take_to },
	{ "dev", VALUE, true, take_route_dev },
	{ "oif", VALUE, true, take_route_dev },
	{ "via", VALUE, true, take_via },
	{ "unicast", FLAG, true, take_type },
	{ "unreachable", FLAG, true, take_type },
	{ "blackhole", FLAG, true, take_type },
	{ "prohibit", FLAG, true, take_type },
	{ "throw", FLAG, true, take_type },
	{ "local", FLAG, true, take_type },
	{ "broadcast", FLAG, true, take_type },
	{ "anycast", FLAG, true, take_type },
	{ "multicast", FLAG, true, take_type },
	{ "metric", VALUE, false, take_metric },
	{ "preference", VALUE, false, take_metric },
	{ "priority", VALUE, false, take_metric },
	{ "proto", VALUE, false, NULL },
	{ "protocol", VALUE, false, NULL },
	{ "scope", VALUE, false, NULL },
	{ "pref", VALUE, false, NULL },
	{ "onlink", FLAG, false, NULL },
	{ "table", VALUE, false, take_table },
	{ "from", VALUE, false, take_elsewhere },
	{ "nhid", VALUE, false, take_elsewhere },
	{ "encap", LAST, false, take_ways },
	{ "nexthop", LAST, false, take_ways },
	{ "src", VALUE, false, ip_odd },
	{ "mtu", VALUE, false, ip_odd },
	{ "advmss", VALUE, false, ip_odd },
	{ "hoplimit", VALUE, false, ip_odd },
	{ "expires", VALUE, false, ip_odd },
	{ .name = NULL },
};

static bool is_ipv4_route(const struct ip_command *ip)
{
	const struct import_route *r = &ip->route;

	return !ip->inet6 && r->to != import_unknown && !strchr(r->to, ':') && !(r->gateway && strchr(r->gateway, ':'));
}

bool ip_route(struct ip_command *ip, const char *command)
{
	struct import_route *r = &ip->route;

	if (!ip_is(command, "add") && !ip_is(command, "append") && !ip_is(command, "prepend") &&
	    !ip_is(command, "change") && !ip_is(command, "replace"))
		return false;
	ip_walk_early(ip, route_words, &r->to);
	if (!ip->wrong)
		ip_walk(ip, route_words, &r->to, false);
	if (ip->wrong)
		return true;
	if (!r->to) {
		import_error(ip->im, command, "has no destination");
		return true;
	}
	if (is_ipv4_route(ip)) {
		if (r->ifname && import_find(ip->im, r->ifname))
			import_error(ip->im, r->to,
				     "is an IPv4 route, without 'ip -6': a tunnel of sitctl carries only IPv6");
		return true;
	}
	/* A route that discards belongs to the tunnel before it, whatever its interface. */
	if (r->type || (r->ifname && !strcmp(r->ifname, "lo")))
		ip_name_odd(ip);
	else
		ip_keep_odd(ip, IMPORT_ODD, r->ifname ? r->ifname : "", r->gateway);
	if (!ip->elsewhere)
		import_route(ip->im, r);
	return true;
}
