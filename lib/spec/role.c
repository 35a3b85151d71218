/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <string.h>

#include "spec/role.h"

const char *role_object(enum role role)
{
	return role == ROLE_CLIENT ? "client" : role == ROLE_NAT ? "nat" : "server";
}

const char *role_noun(enum role role)
{
	return role == ROLE_CLIENT ? "client tunnel"
	       : role == ROLE_NAT  ? "nat pass"
	       : role == ROLE_PEER ? "peer"
				   : "server";
}

const char *role_maker(enum role role)
{
	return role == ROLE_CLIENT ? "client up"
	       : role == ROLE_NAT  ? "nat pass"
	       : role == ROLE_PEER ? "server add-peer"
				   : "server up";
}

static const struct {
	enum role role;
	const char *word;
} words[] = {
	{ ROLE_CLIENT, "client" },
	{ ROLE_SERVER, "server" },
	{ ROLE_PEER, "peer" },
	{ ROLE_NAT, "nat" },
};

const char *role_word(enum role role)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].role == role)
			return words[i].word;
	return "";
}

enum role role_of_word(const char *word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].word, word))
			return words[i].role;
	return 0;
}
