/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Import of an iproute2 command, as brokers and `export` print it. */
#include <string.h>

#include "import/ipcommand.h"
#include "import/ipaddress.h"
#include "import/iproutes.h"
#include "import/iptunnel.h"

bool import_among(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return true;
	return false;
}

/* Options of `ip` itself. False if one of them is not understood. */
static bool ip_options(struct ip_command *ip)
{
	/* They affect only the output. */
	static const char *const plain[] = { "-4",     "-o",	 "-oneline", "-br",    "-brief", "-d",	     "-details",
					     "-s",     "-stats", "-j",	     "-json",  "-p",	 "-pretty",  "-c",
					     "-color", "-force", "-h",	     "-human", "-r",	 "-resolve", NULL };

	for (; ip_peek(ip) && ip_peek(ip)[0] == '-'; ip->at++) {
		const char *word = ip_peek(ip);
		bool family = !strcmp(word, "-f") || !strcmp(word, "-family");

		if (family && ++ip->at >= ip->n) {
			import_error(ip->im, word, "has no value");
			return false;
		}
		if (!strcmp(word, "-6") || (family && !strcmp(ip_peek(ip), "inet6")))
			ip->inet6 = true;
		else if (!family && !import_among(word, plain)) {
			import_error(ip->im, word, "is an option that is not understood");
			return false;
		}
	}
	return true;
}

/* It shows or removes something: whatever matters is in the command that created it. */
static bool changes_nothing(const char *command)
{
	static const char *const commands[] = { "show", "list", "lst", "ls", "get", "delete", "flush", "save", "help" };

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (ip_is(command, commands[i]))
			return true;
	return false;
}

void import_ip(struct import *im, int n, char *words[])
{
	static const struct {
		const char *name;
		/* False if the command does not set anything up. */
		bool (*read)(struct ip_command *ip, const char *command);
	} objects[] = {
		{ "address", ip_address }, { "link", ip_link },	  { "route", ip_route },
		{ "tunnel", ip_tunnel },   { "tunl", ip_tunnel },
	};
	struct ip_command ip = { .im = im, .words = words, .n = n, .at = 1 };
	const char *command;

	if (!ip_options(&ip) || !ip_peek(&ip))
		return;
	ip.object = ip.words[ip.at++];
	command = ip_peek(&ip);
	ip.at += command != NULL;
	if (ip.object == import_unknown || command == import_unknown)
		return;
	for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++) {
		if (!ip_is(ip.object, objects[i].name))
			continue;
		ip.object = objects[i].name;
		if (command && !objects[i].read(&ip, command) && !changes_nothing(command))
			import_error(im, command, "is a command of 'ip %s' that is not understood", ip.object);
		return;
	}
	if (!command || !changes_nothing(command))
		import_error(im, ip.object, "is an object of 'ip' that is not understood");
}
