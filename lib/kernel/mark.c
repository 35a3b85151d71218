/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "kernel/mark.h"

#define ALIAS_ANY "sitctl "
#define ALIAS_CLIENT ALIAS_ANY "client "
#define ALIAS_SERVER ALIAS_ANY "server "

_Static_assert(sizeof(ALIAS_CLIENT) == sizeof(ALIAS_SERVER), "link_tunnel_name() skips either");

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

bool link_condemned(const struct link *link)
{
	return (link->group & UINT32_C(0xff000000)) == CONDEMNED_GROUPS;
}

bool link_alias_ours(const struct link *link)
{
	return begins(link->alias, ALIAS_ANY);
}

bool link_ours(const struct link *link)
{
	return link->is_sit && (link->group == SITCTL_GROUP || link_condemned(link)) &&
	       (begins(link->alias, ALIAS_CLIENT) || begins(link->alias, ALIAS_SERVER));
}

void link_alias(bool client, const char *name, char buf[ALIAS_SIZE])
{
	snprintf(buf, ALIAS_SIZE, "%s%s", client ? ALIAS_CLIENT : ALIAS_SERVER, name);
}

bool link_of_client(const struct link *link)
{
	return begins(link->alias, ALIAS_CLIENT);
}

const char *link_tunnel_name(const struct link *link)
{
	return link->alias + strlen(ALIAS_CLIENT);
}
