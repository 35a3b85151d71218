/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "import/iptunnel.h"

static void take_kind(struct ip_command *ip, const char *word, const char *value)
{
	(void)word;
	ip->kind = value;
}

/* The device is sit: check what it may carry. */
static void take_mode(struct ip_command *ip, const char *word, const char *value)
{
	(void)word;
	if (value != import_unknown && strcmp(value, "sit") && strcmp(value, "ip6ip") && strcmp(value, "ipv6/ipv4") &&
	    strcmp(value, "ipv6/ip"))
		import_error(ip->im, value,
			     "is not a tunnel mode that sitctl makes: it makes only 'sit', with IPv6 inside");
}

static void take_local(struct ip_command *ip, const char *word, const char *value)
{
	(void)word;
	import_local(ip->im, ip->t, value);
}

static void take_ttl(struct ip_command *ip, const char *word, const char *value)
{
	(void)word;
	import_ttl(ip->im, ip->t, value);
}

/*
 * To `ip` a TOS is a name, of which only EF looks like a number (RFC 3246), or else hexadecimal, with or without 0x
 * (rtnl_dsfield_a2n(), iproute2: lib/rt_names.c).
 */
static void take_tos(struct ip_command *ip, const char *word, const char *value)
{
	char hex[VALUE_TEXT];
	bool ef = !strcmp(value, "EF"),
	     bare = !ef && value[0] && value[strspn(value, "0123456789abcdefABCDEF")] == '\0' && strcmp(value, "0");

	(void)word;
	snprintf(hex, sizeof(hex), "%s%s", bare ? "0x" : "", ef ? "0xb8" : value);
	import_tos(ip->im, ip->t, value == import_unknown ? value : hex);
}

/* A word with a parameter of the same name. */
static void take_same(struct ip_command *ip, const char *word, const char *value)
{
	import_set(ip->im, ip->t, word, value);
}

static void take_dev(struct ip_command *ip, const char *word, const char *value)
{
	(void)word;
	import_set(ip->im, ip->t, "dev", value);
}

static void take_link_mtu(struct ip_command *ip, const char *word, const char *value)
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

/* ip-tunnel(8), and ip-link(8) after `type sit`. */
static const struct ip_word tunnel_words[] = {
	{ "name", VALUE, true, ip_take_name },
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
	{ "key", VALUE, false, ip_odd },
	{ "ikey", VALUE, false, ip_odd },
	{ "okey", VALUE, false, ip_odd },
	{ "encap", VALUE, false, ip_odd },
	{ "encap-sport", VALUE, false, ip_odd },
	{ "encap-dport", VALUE, false, ip_odd },
	{ "6rd-prefix", VALUE, false, ip_odd },
	{ "6rd-relay_prefix", VALUE, false, ip_odd },
	{ "nopmtudisc", FLAG, false, ip_odd },
	{ "isatap", FLAG, false, ip_odd },
	{ "external", FLAG, false, ip_odd },
	{ "ignore-df", FLAG, false, ip_odd },
	{ "noignore-df", FLAG, false, ip_odd },
	{ "seq", FLAG, false, ip_odd },
	{ "csum", FLAG, false, ip_odd },
	{ .name = NULL },
};

/* ip-link(8): `add`, before `type`. */
static const struct ip_word link_add_words[] = {
	{ "name", VALUE, true, ip_take_name }, { "dev", VALUE, true, ip_take_name },
	{ "type", LAST, true, take_kind },     { "mtu", VALUE, false, take_link_mtu },
	{ "up", FLAG, false, NULL },	       { "link", VALUE, false, ip_odd },
	{ "down", FLAG, false, ip_odd },       { .name = NULL },
};

/* ip-link(8): `set`. */
static const struct ip_word link_set_words[] = {
	{ "dev", VALUE, true, ip_take_name },
	{ "up", FLAG, false, NULL },
	{ "down", FLAG, false, NULL },
	{ "mtu", VALUE, false, take_link_mtu },
	{ "type", LAST, false, ip_odd },
	{ "nomaster", FLAG, false, ip_odd },
	{ .name = NULL },
};

/* Without `mode`, the beginning of the name determines it (parse_args(), iproute2: ip/iptunnel.c). */
static const char *mode_of_name(const char *name)
{
	static const char *const kinds[] = { "gre", "ipip", "sit", "isatap", "vti" };

	for (size_t i = 0; name && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strncmp(name, kinds[i], strlen(kinds[i])))
			return kinds[i];
	return NULL;
}

static void tunnel_add(struct ip_command *ip)
{
	const char *kind = ip->kind ? ip->kind : mode_of_name(ip->name);

	if (!ip->name || !kind) {
		import_error(ip->im, "add", ip->name ? "has no mode" : "has no name");
		ip->im->refused = true;
	} else if (strcmp(kind, "sit") && strcmp(kind, "ip6ip") && strcmp(kind, "ipv6/ip") &&
		   strcmp(kind, "ipv6/ipv4")) {
		import_other(ip->im, ip->name, kind);
	} else {
		ip->t = import_tunnel(ip->im, ip->name);
	}
}

bool ip_tunnel(struct ip_command *ip, const char *command)
{
	bool add = ip_is(command, "add");

	if (!add && !ip_is(command, "change"))
		return false;
	ip_walk_early(ip, tunnel_words, &ip->name);
	if (ip->wrong)
		return true;
	if (add) {
		tunnel_add(ip);
	} else if (ip->name && ip->name != import_unknown && !import_is_other(ip->im, ip->name)) {
		ip->t = import_find(ip->im, ip->name);
		if (!ip->t)
			import_error(ip->im, ip->name, "is a tunnel that no earlier line creates");
	}
	if (!ip->t)
		return true;
	ip_walk(ip, tunnel_words, &ip->name, false);
	ip_name_odd(ip);
	return true;
}

static void link_add(struct ip_command *ip)
{
	int at;

	ip_walk_early(ip, link_add_words, &ip->name);
	if (ip->wrong)
		return;
	if (!ip->name || !ip->kind) {
		import_error(ip->im, "add", ip->name ? "has no type" : "has no name");
		return;
	}
	if (strcmp(ip->kind, "sit")) {
		import_other(ip->im, ip->name, ip->kind);
		return;
	}
	ip->t = import_tunnel(ip->im, ip->name);
	if (!ip->t)
		return;
	ip_walk(ip, link_add_words, &ip->name, false);
	/* After `type`, only the mode is early: the name comes before it. */
	at = ip->at;
	ip->kind = "sit";
	ip_walk(ip, tunnel_words, NULL, true);
	if (!ip->wrong)
		take_mode(ip, "mode", ip->kind);
	ip->at = at;
	if (!ip->wrong)
		ip_walk(ip, tunnel_words, NULL, false);
	ip_name_odd(ip);
}

static void link_set(struct ip_command *ip)
{
	ip_walk_early(ip, link_set_words, &ip->name);
	if (ip->wrong || !ip->name)
		return;
	ip_walk(ip, link_set_words, &ip->name, false);
	ip_keep_odd(ip, IMPORT_ODD, ip->name, NULL);
}

bool ip_link(struct ip_command *ip, const char *command)
{
	if (ip_is(command, "add") || ip_is(command, "replace"))
		link_add(ip);
	else if (ip_is(command, "set") || ip_is(command, "change"))
		link_set(ip);
	else
		return false;
	return true;
}
