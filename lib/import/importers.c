/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/lazy.h"
#include "import/importers.h"

const struct importer importers[] = {
	{ "iproute2", "a script or commands of 'ip', as brokers print them", import_iproute2, NULL },
	{ "ifupdown", "stanzas of /etc/network/interfaces", import_ifupdown, NULL },
	{ "netplan", "a file of /etc/netplan", import_netplan, &lazy_yaml },
	{ "networkd", "a .netdev, then its .network", import_networkd, NULL },
	{ .name = NULL },
};

const struct importer *importer_find(const char *name)
{
	for (const struct importer *i = importers; i->name; i++)
		if (!strcmp(i->name, name))
			return i;
	return NULL;
}
