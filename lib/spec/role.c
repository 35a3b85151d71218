/* SPDX-License-Identifier: GPL-2.0-or-later */
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
