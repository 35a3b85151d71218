/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "import/ipaddress.h"

static void take_net(struct ip_command *ip, const char *word, const char *value)
{
	(void)word;
	ip->net = value;
}

/* sitctl's addresses never expire. */
static void take_lifetime(struct ip_command *ip, const char *word, const char *value)
{
	if (strcmp(value, "forever"))
		ip_odd(ip, word, value);
}

/* ip-address(8) */
static const struct ip_word address_words[] = {
	{ "dev", VALUE, true, ip_take_name },
	{ "local", VALUE, true, take_net },
	{ "scope", VALUE, false, NULL },
	{ "label", VALUE, false, NULL },
	{ "proto", VALUE, false, NULL },
	{ "nodad", FLAG, false, NULL },
	{ "optimistic", FLAG, false, NULL },
	{ "valid_lft", VALUE, false, take_lifetime },
	{ "preferred_lft", VALUE, false, take_lifetime },
	{ "peer", VALUE, false, ip_odd },
	{ "remote", VALUE, false, ip_odd },
	{ "broadcast", VALUE, false, ip_odd },
	{ "brd", VALUE, false, ip_odd },
	{ "anycast", VALUE, false, ip_odd },
	{ "metric", VALUE, false, ip_odd },
	{ "priority", VALUE, false, ip_odd },
	{ "preference", VALUE, false, ip_odd },
	{ "noprefixroute", FLAG, false, ip_odd },
	{ "home", FLAG, false, ip_odd },
	{ "mngtmpaddr", FLAG, false, ip_odd },
	{ "autojoin", FLAG, false, ip_odd },
	{ .name = NULL },
};

bool ip_address(struct ip_command *ip, const char *command)
{
	if (!ip_is(command, "add") && !ip_is(command, "change") && !ip_is(command, "replace"))
		return false;
	ip_walk_early(ip, address_words, &ip->net);
	if (!ip->wrong)
		ip_walk(ip, address_words, &ip->net, false);
	if (ip->wrong)
		return true;
	if (!ip->net || !ip->name) {
		import_error(ip->im, command, "has no %s", ip->net ? "interface" : "address");
		return true;
	}
	import_address(ip->im, ip->name, ip->net, 128);
	if (!import_is_ipv4(ip->net))
		ip_keep_odd(ip, IMPORT_ODD_ADDRESS, ip->name, NULL);
	return true;
}
