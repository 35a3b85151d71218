/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Import of a command of iproute2, as brokers print it and as `export` does. */
#include <stdio.h>
#include <string.h>

#include "import/ipcommand.h"

/* One `ip` command while it is read. */
struct ip {
	struct import *im;
	char **words;
	int n, at;
	bool inet6;
};

static const char *peek(const struct ip *ip)
{
	return ip->at < ip->n ? ip->words[ip->at] : NULL;
}

/* The next word, or NULL and an error. */
static const char *value(struct ip *ip, const char *of)
{
	const char *word = peek(ip);

	if (!word) {
		import_error(ip->im, of, "has no value");
		return NULL;
	}
	ip->at++;
	return word;
}

/* Is WORD FULL or, as `ip` allows, its beginning? */
static bool is(const char *word, const char *full)
{
	return *word && !strncmp(full, word, strlen(word));
}

bool import_among(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return true;
	return false;
}

static void unknown(struct ip *ip, const char *word)
{
	import_error(ip->im, word, "is not understood here, in '%s %s'", ip->words[0], ip->n > 1 ? ip->words[1] : "");
}

/* What every tunnel of sitctl has anyway, or what says nothing of it. */
static const char *const tunnel_plain[] = { "pmtudisc", "noencap", "isatap-off", "sit", NULL };
static const char *const addr_plain[] = { "nodad", "noprefixroute", "home", "mngtmpaddr", NULL };

/*
 * `ip` takes a TOS for a name, of which EF alone looks like a number (RFC 3246), else for hexadecimal, with or without 0x
 * (rtnl_dsfield_a2n(), iproute2: lib/rt_names.c).
 */
static void tunnel_tos(struct ip *ip, struct imported *t, const char *value)
{
	char hex[VALUE_TEXT];
	bool ef = !strcmp(value, "EF"),
	     bare = !ef && value[0] && value[strspn(value, "0123456789abcdefABCDEF")] == '\0' && strcmp(value, "0");

	snprintf(hex, sizeof(hex), "%s%s", bare ? "0x" : "", ef ? "0xb8" : value);
	import_set(ip->im, t, "tos", strcmp(hex, "0x1") && strcmp(hex, "0x01") ? hex : "inherit");
}

static void tunnel_param(struct ip *ip, struct imported *t, const char *word)
{
	const char *v;

	if (import_among(word, tunnel_plain))
		return;
	if (strcmp(word, "mode") && strcmp(word, "remote") && strcmp(word, "local") && strcmp(word, "ttl") &&
	    strcmp(word, "hoplimit") && strcmp(word, "dev") && strcmp(word, "mtu") && strcmp(word, "tos") &&
	    strcmp(word, "dsfield") && strcmp(word, "fwmark")) {
		unknown(ip, word);
		/* Its value, if it has one, is not a parameter. */
		if (peek(ip) && strncmp(word, "no", 2))
			ip->at++;
		return;
	}
	v = value(ip, word);
	if (!v)
		return;
	if (!strcmp(word, "mode")) {
		if (strcmp(v, "sit") && strcmp(v, "ip6ip") && strcmp(v, "ipv6/ipv4") && strcmp(v, "ipv6/ip"))
			import_error(ip->im, v,
				     "is not a mode of tunnel that sitctl makes: it makes 'sit' with IPv6 inside only");
	} else if (!strcmp(word, "local")) {
		import_local(ip->im, t, v);
	} else if (!strcmp(word, "ttl") || !strcmp(word, "hoplimit")) {
		import_ttl(ip->im, t, v);
	} else if (!strcmp(word, "tos") || !strcmp(word, "dsfield")) {
		tunnel_tos(ip, t, v);
	} else {
		import_set(ip->im, t, word, v);
	}
}

/* Which tunnel, of `ip tunnel` and `ip link add`: NAME stands first, or behind `name` or `dev`. */
static const char *tunnel_name(struct ip *ip)
{
	const char *word = peek(ip);

	for (int i = ip->at; i + 1 < ip->n; i++)
		if (!strcmp(ip->words[i], "name")) {
			word = ip->words[i + 1];
			memmove(&ip->words[i], &ip->words[i + 2], (size_t)(ip->n - i - 2) * sizeof(*ip->words));
			ip->n -= 2;
			return word;
		}
	if (word)
		ip->at++;
	return word;
}

static void ip_tunnel(struct ip *ip, const char *command)
{
	bool add = is(command, "add");
	const char *name, *mode = NULL;
	struct imported *t;

	if (!add && !is(command, "change"))
		return; /* delete, show, prl */
	name = tunnel_name(ip);
	for (int i = ip->at; i + 1 < ip->n; i++)
		if (!strcmp(ip->words[i], "mode"))
			mode = ip->words[i + 1];
	if (!name || (add && !mode)) {
		import_error(ip->im, command, name ? "tells no mode" : "tells no name");
		return;
	}
	t = add ? import_tunnel(ip->im, name) : import_find(ip->im, name);
	if (!t && !add)
		import_error(ip->im, name, "is a tunnel that was not made before");
	while (t && peek(ip))
		tunnel_param(ip, t, ip->words[ip->at++]);
}

static void link_add(struct ip *ip)
{
	const char *name, *type = NULL, *mtu = NULL;
	struct imported *t;

	if (peek(ip) && !strcmp(peek(ip), "dev"))
		ip->at++;
	name = tunnel_name(ip);
	/* Before `type` stand words of every link. */
	while (name && peek(ip) && !type) {
		const char *word = ip->words[ip->at++];

		if (!strcmp(word, "type"))
			type = value(ip, word);
		else if (!strcmp(word, "mtu"))
			mtu = value(ip, word);
		else if (!strcmp(word, "group") || !strcmp(word, "alias") || !strcmp(word, "txqueuelen"))
			value(ip, word);
		else if (strcmp(word, "up"))
			unknown(ip, word);
	}
	/* Other devices are no tunnels. */
	if (!name || !type || strcmp(type, "sit"))
		return;
	t = import_tunnel(ip->im, name);
	if (t && mtu)
		import_set(ip->im, t, "mtu", mtu);
	while (t && peek(ip))
		tunnel_param(ip, t, ip->words[ip->at++]);
}

static void link_set(struct ip *ip)
{
	const char *name;

	if (peek(ip) && !strcmp(peek(ip), "dev"))
		ip->at++;
	name = peek(ip);
	for (ip->at++; name && peek(ip);) {
		struct import_item *item;
		const char *word = ip->words[ip->at++], *v;

		/* Up is what sitctl makes it; of the rest only the MTU is a tunnel's. */
		if (strcmp(word, "mtu"))
			continue;
		v = value(ip, word);
		item = v ? import_item(ip->im, IMPORT_MTU, name) : NULL;
		if (item)
			snprintf(item->value, sizeof(item->value), "%s", v);
	}
}

static void ip_link(struct ip *ip, const char *command)
{
	if (is(command, "add"))
		link_add(ip);
	else if (is(command, "set"))
		link_set(ip);
}

static void ip_address(struct ip *ip, const char *command)
{
	static const char *const with_value[] = { "scope",  "label", "valid_lft", "preferred_lft",
						  "metric", "proto", NULL };
	const char *net = NULL, *dev = "";

	if (!is(command, "add") && !is(command, "change") && !is(command, "replace"))
		return;
	while (peek(ip)) {
		const char *word = ip->words[ip->at++];

		if (!strcmp(word, "dev"))
			dev = value(ip, word);
		else if (import_among(word, with_value))
			value(ip, word);
		else if (!strcmp(word, "local"))
			net = value(ip, word);
		else if (import_among(word, addr_plain))
			continue;
		else if (!net)
			net = word;
		else
			unknown(ip, word);
	}
	if (net && dev && *dev)
		import_address(ip->im, dev, net, 128);
	else
		import_error(ip->im, command, "tells no %s", net ? "interface" : "address");
}

static bool route_word(struct ip *ip, struct import_route *r, const char *word)
{
	static const char *const types[] = {
		"unicast", "unreachable", "blackhole", "prohibit", "local", "throw", NULL
	};
	static const char *const metric[] = { "metric", "preference", "priority", NULL };
	static const char *const no_matter[] = { "proto", "protocol", "scope", "pref", NULL };

	if (!r->to && import_among(word, types))
		r->type = word;
	else if (!strcmp(word, "to"))
		r->to = value(ip, word);
	else if (!strcmp(word, "dev"))
		r->ifname = value(ip, word);
	else if (import_among(word, metric))
		r->metric = value(ip, word);
	else if (!strcmp(word, "via") && (!peek(ip) || strcmp(peek(ip), "inet6")))
		r->gateway = value(ip, word);
	else if (!strcmp(word, "via")) {
		ip->at++;
		r->gateway = value(ip, "inet6");
	} else if (!strcmp(word, "table") && peek(ip) && strcmp(peek(ip), "main")) {
		unknown(ip, "table");
		ip->at++;
	} else if (import_among(word, no_matter) || !strcmp(word, "table"))
		value(ip, word);
	else if (!strcmp(word, "onlink"))
		return true;
	else if (!r->to)
		r->to = word;
	else
		return false;
	return true;
}

static void ip_route(struct ip *ip, const char *command)
{
	struct import_route r = { .type = NULL };
	size_t before = ip->im->errors.n;

	if (!is(command, "add") && !is(command, "append") && !is(command, "change") && strcmp(command, "replace"))
		return;
	while (peek(ip)) {
		const char *word = ip->words[ip->at++];

		if (!route_word(ip, &r, word)) {
			unknown(ip, word);
			return;
		}
	}
	if (ip->im->errors.n > before)
		return;
	if (!r.to) {
		import_error(ip->im, command, "tells no destination");
		return;
	}
	if (!ip->inet6 && !strchr(r.to, ':') && !(r.gateway && strchr(r.gateway, ':'))) {
		if (r.ifname && import_find(ip->im, r.ifname))
			import_error(ip->im, r.to,
				     "is a route of IPv4 without 'ip -6': a tunnel of sitctl has IPv6 inside only");
		return;
	}
	import_route(ip->im, &r);
}

/* Options of `ip` itself. False where one decides about more than the command. */
static bool ip_options(struct ip *ip)
{
	for (; peek(ip) && peek(ip)[0] == '-'; ip->at++) {
		const char *word = peek(ip);
		bool family = !strcmp(word, "-f") || !strcmp(word, "-family");

		if (family && ++ip->at >= ip->n) {
			import_error(ip->im, word, "has no value");
			return false;
		}
		if (!strcmp(word, "-6") || (family && !strcmp(peek(ip), "inet6")))
			ip->inet6 = true;
		else if (!family && strcmp(word, "-4")) {
			import_error(ip->im, word, "is an option that is not understood");
			return false;
		}
	}
	return true;
}

void import_ip(struct import *im, int n, char *words[])
{
	struct ip ip = { .im = im, .words = words, .n = n, .at = 1 };
	const char *object, *command;

	if (!ip_options(&ip) || !peek(&ip))
		return;
	object = ip.words[ip.at++];
	command = peek(&ip) ? ip.words[ip.at++] : "show";
	if (is(object, "address"))
		ip_address(&ip, command);
	else if (is(object, "link"))
		ip_link(&ip, command);
	else if (is(object, "route"))
		ip_route(&ip, command);
	else if (is(object, "tunnel") || is(object, "tunl"))
		ip_tunnel(&ip, command);
	else
		import_error(im, object, "is an object of 'ip' that is not understood");
}
