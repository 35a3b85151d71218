/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Format windows: a batch file. Grammar: Microsoft's "netsh interface" (Windows Server, windows-commands; ipv6
 * add v6v4tunnel, add address, add route, set subinterface) and "Netsh AdvFirewall Firewall Commands".
 */
#include <stdio.h>

#include "base/inet6.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "kernel/route.h"
#include "state/derive.h"

#define NETSH "netsh interface ipv6 "

int print_windows(FILE *out, const struct exported *e, struct notes *notes)
{
	char name[IFNAMSIZ], source[NET6_TEXT], text[NET6_TEXT];
	struct route route;

	fputs("@echo off\nrem Run as administrator.\n", out);
	plain_name(e, notes, IFNAMSIZ - 1, name);
	omit_dev(notes, e,
		 "not supported by netsh: the route to the remote decides which interface the outer packets use");
	omit_ttl(notes, e, "netsh has no such tunnel setting");
	omit_param(notes, e, "notrack", "not supported by Windows Firewall, which must accept protocol 41");
	omit_param(notes, e, "mss-clamp", "not supported by Windows");
	omit_extras(notes, e);
	omit_lan(notes, e);
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		if (derive_unreachable(&e->spec.prefixes[i], &route))
			remark(notes, "prefix %s: Windows has no unreachable routes: route all of it to a LAN",
			       net6_text(&e->spec.prefixes[i].net, text));
	source_text(e, notes, source);
	fprintf(out, NETSH "add v6v4tunnel interface=\"%s\" localaddress=%s remoteaddress=%s\n", name, source,
		addr4_text(e->spec.remote, text));
	if (e->mtu)
		fprintf(out, NETSH "set subinterface interface=\"%s\" mtu=%u store=persistent\n", name, e->mtu);
	for (unsigned int i = 0; i < e->spec.n_addresses; i++)
		fprintf(out, NETSH "add address interface=\"%s\" address=%s\n", name,
			net6_text(&e->spec.addresses[i], text));
	if (derive_route(&e->spec, 0, &route)) {
		fprintf(out, NETSH "add route prefix=::/0 interface=\"%s\"", name);
		if (route.has_gateway)
			fprintf(out, " nexthop=%s", addr6_text(&route.gateway, text));
		fprintf(out, " metric=%u\n", route.metric);
	}
	fprintf(out, "netsh advfirewall firewall add rule name=\"%s\" dir=in action=allow protocol=41 remoteip=%s\n",
		name, addr4_text(e->spec.remote, text));
	return 0;
}
