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
	bool inet6, wrong;
	const char *object;
	/* what its words say */
	const char *name, *kind, *net;
	struct import_route route;
	bool elsewhere; /* a route of another table, or of some sources only */
	struct imported *t;
	/* words that are not understood: they matter if it is about a tunnel, which is known at the end */
	const char *odd[IP_WORDS_MAX];
	int n_odd;
};

/*
 * A word of a command. `early` ones tell what it is about: they are taken before the others. Without `take` it says
 * nothing that matters: it is so with every tunnel of sitctl, or has no effect with IPv6.
 */
struct word {
	const char *name;
	enum { FLAG, VALUE, LAST } form; /* LAST: all that follows belongs to it */
	bool early;
	void (*take)(struct ip *ip, const char *word, const char *value);
};

static const char *peek(const struct ip *ip)
{
	return ip->at < ip->n ? ip->words[ip->at] : NULL;
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

static const struct word *find_word(const struct word *table, const char *word)
{
	for (; word && table->name; table++)
		if (!strcmp(table->name, word))
			return table;
	return NULL;
}

static void odd(struct ip *ip, const char *word, const char *value)
{
	if (word != import_unknown && value != import_unknown && ip->n_odd < IP_WORDS_MAX)
		ip->odd[ip->n_odd++] = word;
}

/* WORD is not of the table. Neither is its value, if it has one. */
static void unknown(struct ip *ip, const struct word *table, const char *word, bool early)
{
	if (!early)
		odd(ip, word, NULL);
	if (peek(ip) && !find_word(table, peek(ip)))
		ip->at++;
}

/* Goes over the words that are left. The first that is not in TABLE is *FREE, if that is wanted and not yet there. */
static void walk(struct ip *ip, const struct word *table, const char **free_word, bool early)
{
	while (peek(ip) && !ip->wrong) {
		const char *word = ip->words[ip->at++], *value = NULL;
		const struct word *w = find_word(table, word);

		if (!w && free_word && (!*free_word || *free_word == word)) {
			*free_word = word;
			continue;
		}
		if (!w) {
			unknown(ip, table, word, early);
			continue;
		}
		value = w->form == FLAG ? NULL : peek(ip);
		if (w->form != FLAG && !value) {
			import_error(ip->im, word, "has no value");
			ip->wrong = true;
			return;
		}
		ip->at += value != NULL;
		if (w->take && w->early == early)
			w->take(ip, word, value);
		if (w->form == LAST)
			return;
	}
}

/* First what tells what the command is about, then, from the same place, the rest. */
static void walk_early(struct ip *ip, const struct word *table, const char **free_word)
{
	int at = ip->at;

	walk(ip, table, free_word, true);
	ip->at = at;
}

static const char *object_text(const struct ip *ip, char *buf, size_t size)
{
	snprintf(buf, size, "ip %.24s", ip->object);
	return buf;
}

/* The odd words are of a tunnel. */
static void name_odd(struct ip *ip)
{
	char text[32];

	for (int i = 0; i < ip->n_odd; i++)
		import_error(ip->im, ip->odd[i], "is not understood here, in '%s'",
			     object_text(ip, text, sizeof(text)));
}

/* They are of IFNAME, or of a route by GATEWAY: whether that is a tunnel's is not known yet. */
static void keep_odd(struct ip *ip, enum import_kind kind, const char *ifname, const char *gateway)
{
	char text[32];

	for (int i = 0; i < ip->n_odd; i++)
		import_odd(ip->im, kind, ifname, gateway, object_text(ip, text, sizeof(text)), ip->odd[i]);
}

static void take_name(struct ip *ip, const char *word, const char *value)
{
	(void)word;
	ip->name = value;
}

static void take_kind(struct ip *ip, const char *word, const char *value)
{
	(void)word;
	ip->kind = value;
}

/* The device is sit: what may be in it? */
static void take_mode(struct ip *ip, const char *word, const char *value)
{
	(void)word;
	if (value != import_unknown && strcmp(value, "sit") && strcmp(value, "ip6ip") && strcmp(value, "ipv6/ipv4") &&
	    strcmp(value, "ipv6/ip"))
		import_error(ip->im, value,
			     "is not a mode of tunnel that sitctl makes: it makes 'sit' with IPv6 inside only");
}

static void take_local(struct ip *ip, const char *word, const char *value)
{
	(void)word;
	import_local(ip->im, ip->t, value);
}

static void take_ttl(struct ip *ip, const char *word, const char *value)
{
	(void)word;
	import_ttl(ip->im, ip->t, value);
}

/*
 * `ip` takes a TOS for a name, of which EF alone looks like a number (RFC 3246), else for hexadecimal, with or without 0x
 * (rtnl_dsfield_a2n(), iproute2: lib/rt_names.c).
 */
static void take_tos(struct ip *ip, const char *word, const char *value)
{
	char hex[VALUE_TEXT];
	bool ef = !strcmp(value, "EF"),
	     bare = !ef && value[0] && value[strspn(value, "0123456789abcdefABCDEF")] == '\0' && strcmp(value, "0");

	(void)word;
	snprintf(hex, sizeof(hex), "%s%s", bare ? "0x" : "", ef ? "0xb8" : value);
	import_tos(ip->im, ip->t, value == import_unknown ? value : hex);
}

/* A word that is a parameter of the same name. */
static void take_same(struct ip *ip, const char *word, const char *value)
{
	import_set(ip->im, ip->t, word, value);
}

static void take_dev(struct ip *ip, const char *word, const char *value)
{
	(void)word;
	import_set(ip->im, ip->t, "dev", value);
}

static void take_link_mtu(struct ip *ip, const char *word, const char *value)
{
	struct import_item *item;

	if (ip->t) {
		take_same(ip, word, value);
		return;
	}
	item = value == import_unknown ? NULL : import_item(ip->im, IMPORT_MTU, ip->name);
	if (item)
		snprintf(item->value, sizeof(item->value), "%s", value);
}

/* ip-tunnel(8), and ip-link(8) behind `type sit`. */
static const struct word tunnel_words[] = {
	{ "name", VALUE, true, take_name },
	{ "mode", VALUE, true, take_kind },
	{ "remote", VALUE, false, take_same },
	{ "local", VALUE, false, take_local },
	{ "ttl", VALUE, false, take_ttl },
	{ "hoplimit", VALUE, false, take_ttl },
	{ "hlim", VALUE, false, take_ttl },
	{ "tos", VALUE, false, take_tos },
	{ "dsfield", VALUE, false, take_tos },
	{ "dev", VALUE, false, take_dev },
	{ "link", VALUE, false, take_dev },
	{ "fwmark", VALUE, false, take_same },
	{ "mtu", VALUE, false, take_same },
	{ "pmtudisc", FLAG, false, NULL },
	{ "noencap", FLAG, false, NULL },
	{ "key", VALUE, false, odd },
	{ "ikey", VALUE, false, odd },
	{ "okey", VALUE, false, odd },
	{ "encap", VALUE, false, odd },
	{ "encap-sport", VALUE, false, odd },
	{ "encap-dport", VALUE, false, odd },
	{ "6rd-prefix", VALUE, false, odd },
	{ "6rd-relay_prefix", VALUE, false, odd },
	{ "nopmtudisc", FLAG, false, odd },
	{ "isatap", FLAG, false, odd },
	{ "external", FLAG, false, odd },
	{ "ignore-df", FLAG, false, odd },
	{ "noignore-df", FLAG, false, odd },
	{ "seq", FLAG, false, odd },
	{ "csum", FLAG, false, odd },
	{ .name = NULL },
};

/* ip-link(8): `add`, before `type`. */
static const struct word link_add_words[] = {
	{ "name", VALUE, true, take_name }, { "dev", VALUE, true, take_name },
	{ "type", LAST, true, take_kind },  { "mtu", VALUE, false, take_link_mtu },
	{ "up", FLAG, false, NULL },	    { "link", VALUE, false, odd },
	{ "down", FLAG, false, odd },	    { .name = NULL },
};

/* ip-link(8): `set`. */
static const struct word link_set_words[] = {
	{ "dev", VALUE, true, take_name },
	{ "up", FLAG, false, NULL },
	{ "down", FLAG, false, NULL },
	{ "mtu", VALUE, false, take_link_mtu },
	{ "type", LAST, false, odd },
	{ "nomaster", FLAG, false, odd },
	{ .name = NULL },
};

/* The first of a name without `mode` tells it (parse_args(), iproute2: ip/iptunnel.c). */
static const char *mode_of_name(const char *name)
{
	static const char *const kinds[] = { "gre", "ipip", "sit", "isatap", "vti" };

	for (size_t i = 0; name && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strncmp(name, kinds[i], strlen(kinds[i])))
			return kinds[i];
	return NULL;
}

static void tunnel_add(struct ip *ip)
{
	const char *kind = ip->kind ? ip->kind : mode_of_name(ip->name);

	if (!ip->name || !kind) {
		import_error(ip->im, "add", ip->name ? "tells no mode" : "tells no name");
		ip->im->refused = true;
	} else if (strcmp(kind, "sit") && strcmp(kind, "ip6ip") && strcmp(kind, "ipv6/ip") &&
		   strcmp(kind, "ipv6/ipv4")) {
		import_other(ip->im, ip->name, kind);
	} else {
		ip->t = import_tunnel(ip->im, ip->name);
	}
}

static bool ip_tunnel(struct ip *ip, const char *command)
{
	bool add = is(command, "add");

	if (!add && !is(command, "change"))
		return false;
	walk_early(ip, tunnel_words, &ip->name);
	if (ip->wrong)
		return true;
	if (add) {
		tunnel_add(ip);
	} else if (ip->name && ip->name != import_unknown && !import_is_other(ip->im, ip->name)) {
		ip->t = import_find(ip->im, ip->name);
		if (!ip->t)
			import_error(ip->im, ip->name, "is a tunnel that was not made before");
	}
	if (!ip->t)
		return true;
	walk(ip, tunnel_words, &ip->name, false);
	name_odd(ip);
	return true;
}

static void link_add(struct ip *ip)
{
	int at;

	walk_early(ip, link_add_words, &ip->name);
	if (ip->wrong)
		return;
	if (!ip->name || !ip->kind) {
		import_error(ip->im, "add", ip->name ? "tells no type" : "tells no name");
		return;
	}
	if (strcmp(ip->kind, "sit")) {
		import_other(ip->im, ip->name, ip->kind);
		return;
	}
	ip->t = import_tunnel(ip->im, ip->name);
	if (!ip->t)
		return;
	walk(ip, link_add_words, &ip->name, false);
	/* Behind `type`, only the mode is early: the name stands before it. */
	at = ip->at;
	ip->kind = "sit";
	walk(ip, tunnel_words, NULL, true);
	if (!ip->wrong)
		take_mode(ip, "mode", ip->kind);
	ip->at = at;
	if (!ip->wrong)
		walk(ip, tunnel_words, NULL, false);
	name_odd(ip);
}

static void link_set(struct ip *ip)
{
	walk_early(ip, link_set_words, &ip->name);
	if (ip->wrong || !ip->name)
		return;
	walk(ip, link_set_words, &ip->name, false);
	keep_odd(ip, IMPORT_ODD, ip->name, NULL);
}

static bool ip_link(struct ip *ip, const char *command)
{
	if (is(command, "add") || is(command, "replace"))
		link_add(ip);
	else if (is(command, "set") || is(command, "change"))
		link_set(ip);
	else
		return false;
	return true;
}

static void take_net(struct ip *ip, const char *word, const char *value)
{
	(void)word;
	ip->net = value;
}

/* Addresses of sitctl last. */
static void take_lifetime(struct ip *ip, const char *word, const char *value)
{
	if (strcmp(value, "forever"))
		odd(ip, word, value);
}

/* ip-address(8) */
static const struct word address_words[] = {
	{ "dev", VALUE, true, take_name },
	{ "local", VALUE, true, take_net },
	{ "scope", VALUE, false, NULL },
	{ "label", VALUE, false, NULL },
	{ "proto", VALUE, false, NULL },
	{ "nodad", FLAG, false, NULL },
	{ "optimistic", FLAG, false, NULL },
	{ "valid_lft", VALUE, false, take_lifetime },
	{ "preferred_lft", VALUE, false, take_lifetime },
	{ "peer", VALUE, false, odd },
	{ "remote", VALUE, false, odd },
	{ "broadcast", VALUE, false, odd },
	{ "brd", VALUE, false, odd },
	{ "anycast", VALUE, false, odd },
	{ "metric", VALUE, false, odd },
	{ "priority", VALUE, false, odd },
	{ "preference", VALUE, false, odd },
	{ "noprefixroute", FLAG, false, odd },
	{ "home", FLAG, false, odd },
	{ "mngtmpaddr", FLAG, false, odd },
	{ "autojoin", FLAG, false, odd },
	{ .name = NULL },
};

static bool ip_address(struct ip *ip, const char *command)
{
	if (!is(command, "add") && !is(command, "change") && !is(command, "replace"))
		return false;
	walk_early(ip, address_words, &ip->net);
	if (!ip->wrong)
		walk(ip, address_words, &ip->net, false);
	if (ip->wrong)
		return true;
	if (!ip->net || !ip->name) {
		import_error(ip->im, command, "tells no %s", ip->net ? "interface" : "address");
		return true;
	}
	import_address(ip->im, ip->name, ip->net, 128);
	if (!import_is_ipv4(ip->net))
		keep_odd(ip, IMPORT_ODD_ADDRESS, ip->name, NULL);
	return true;
}

static void take_type(struct ip *ip, const char *word, const char *value)
{
	(void)value;
	/* A type stands before the destination. */
	if (ip->route.to)
		odd(ip, word, NULL);
	else
		ip->route.type = word;
}

static void take_to(struct ip *ip, const char *word, const char *value)
{
	(void)word;
	ip->route.to = value;
}

static void take_route_dev(struct ip *ip, const char *word, const char *value)
{
	(void)word;
	ip->route.ifname = value;
}

static void take_metric(struct ip *ip, const char *word, const char *value)
{
	(void)word;
	ip->route.metric = value;
}

static void take_via(struct ip *ip, const char *word, const char *value)
{
	(void)word;
	if (!strcmp(value, "inet6") && peek(ip))
		value = ip->words[ip->at++];
	ip->route.gateway = value;
}

/* What makes it another route than that of all packets to there. */
static void take_elsewhere(struct ip *ip, const char *word, const char *value)
{
	ip->elsewhere = true;
	odd(ip, word, value);
}

static void take_table(struct ip *ip, const char *word, const char *value)
{
	if (strcmp(value, "main") && strcmp(value, "254"))
		take_elsewhere(ip, word, value);
}

/* ip-route(8) */
static const struct word route_words[] = {
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
	{ "encap", LAST, false, take_elsewhere },
	{ "nexthop", LAST, false, take_elsewhere },
	{ "src", VALUE, false, odd },
	{ "mtu", VALUE, false, odd },
	{ "advmss", VALUE, false, odd },
	{ "hoplimit", VALUE, false, odd },
	{ "expires", VALUE, false, odd },
	{ .name = NULL },
};

static bool is_ipv4_route(const struct ip *ip)
{
	const struct import_route *r = &ip->route;

	return !ip->inet6 && r->to != import_unknown && !strchr(r->to, ':') && !(r->gateway && strchr(r->gateway, ':'));
}

static bool ip_route(struct ip *ip, const char *command)
{
	struct import_route *r = &ip->route;

	if (!is(command, "add") && !is(command, "append") && !is(command, "prepend") && !is(command, "change") &&
	    !is(command, "replace"))
		return false;
	walk_early(ip, route_words, &r->to);
	if (!ip->wrong)
		walk(ip, route_words, &r->to, false);
	if (ip->wrong)
		return true;
	if (!r->to) {
		import_error(ip->im, command, "tells no destination");
		return true;
	}
	if (is_ipv4_route(ip)) {
		if (r->ifname && import_find(ip->im, r->ifname))
			import_error(ip->im, r->to,
				     "is a route of IPv4 without 'ip -6': a tunnel of sitctl has IPv6 inside only");
		return true;
	}
	/* What discards belongs to the tunnel before it, by whatever interface. */
	if (r->type || (r->ifname && !strcmp(r->ifname, "lo")))
		name_odd(ip);
	else
		keep_odd(ip, IMPORT_ODD, r->ifname ? r->ifname : "", r->gateway);
	if (!ip->elsewhere)
		import_route(ip->im, r);
	return true;
}

/* Options of `ip` itself. False where one decides about more than the command. */
static bool ip_options(struct ip *ip)
{
	/* How it prints. */
	static const char *const plain[] = { "-4",     "-o",	 "-oneline", "-br",    "-brief", "-d",	     "-details",
					     "-s",     "-stats", "-j",	     "-json",  "-p",	 "-pretty",  "-c",
					     "-color", "-force", "-h",	     "-human", "-r",	 "-resolve", NULL };

	for (; peek(ip) && peek(ip)[0] == '-'; ip->at++) {
		const char *word = peek(ip);
		bool family = !strcmp(word, "-f") || !strcmp(word, "-family");

		if (family && ++ip->at >= ip->n) {
			import_error(ip->im, word, "has no value");
			return false;
		}
		if (!strcmp(word, "-6") || (family && !strcmp(peek(ip), "inet6")))
			ip->inet6 = true;
		else if (!family && !import_among(word, plain)) {
			import_error(ip->im, word, "is an option that is not understood");
			return false;
		}
	}
	return true;
}

/* It shows something, or takes something away, which says nothing that is not said by what makes it. */
static bool changes_nothing(const char *command)
{
	static const char *const commands[] = { "show", "list", "lst", "ls", "get", "delete", "flush", "save", "help" };

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (is(command, commands[i]))
			return true;
	return false;
}

void import_ip(struct import *im, int n, char *words[])
{
	static const struct {
		const char *name;
		/* False where it is another command than those that set something up. */
		bool (*read)(struct ip *ip, const char *command);
	} objects[] = {
		{ "address", ip_address }, { "link", ip_link },	  { "route", ip_route },
		{ "tunnel", ip_tunnel },   { "tunl", ip_tunnel },
	};
	struct ip ip = { .im = im, .words = words, .n = n, .at = 1 };
	const char *command;

	if (!ip_options(&ip) || !peek(&ip))
		return;
	ip.object = ip.words[ip.at++];
	command = peek(&ip);
	ip.at += command != NULL;
	if (ip.object == import_unknown || command == import_unknown)
		return;
	for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++) {
		if (!is(ip.object, objects[i].name))
			continue;
		ip.object = objects[i].name;
		if (command && !objects[i].read(&ip, command) && !changes_nothing(command))
			import_error(im, command, "is a command of 'ip %s' that is not understood", ip.object);
		return;
	}
	if (!command || !changes_nothing(command))
		import_error(im, ip.object, "is an object of 'ip' that is not understood");
}
