/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Format routeros: commands of RouterOS 7. Grammar: help.mikrotik.com, "6to4" (with remote-address a plain 6in4
 * tunnel), "IP Addressing", "IP Routing", "Filter" (raw); strings: "Scripting".
 */
#include <stdio.h>

#include "base/inet6.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "kernel/addr.h"
#include "kernel/route.h"
#include "state/derive.h"

/* In double quotes; a backslash, quote or dollar is escaped with a backslash. */
static void print_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (const char *p = text; *p; p++)
		fprintf(out, "%s%c", *p == '"' || *p == '\\' || *p == '$' ? "\\" : "", *p);
	fputc('"', out);
}

static void print_address(FILE *out, const struct net6 *net, const char *interface, bool advertise)
{
	char text[NET6_TEXT];

	fprintf(out, "/ipv6 address add address=%s advertise=%s interface=", net6_text(net, text),
		advertise ? "yes" : "no");
	print_string(out, interface);
	fputc('\n', out);
}

static void print_routes(FILE *out, const struct exported *e)
{
	char text[NET6_TEXT];
	struct route route;

	if (derive_route(&e->spec, 0, &route)) {
		fputs("/ipv6 route add dst-address=::/0 gateway=", out);
		if (route.has_gateway)
			fputs(addr6_text(&route.gateway, text), out);
		if (route.has_gateway && IN6_IS_ADDR_LINKLOCAL(&route.gateway))
			fputc('%', out);
		if (!route.has_gateway || IN6_IS_ADDR_LINKLOCAL(&route.gateway))
			print_string(out, name_text(e->spec.name));
		fputc('\n', out);
	}
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		if (derive_unreachable(&e->spec.prefixes[i], &route))
			fprintf(out, "/ipv6 route add blackhole dst-address=%s distance=254\n",
				net6_text(&e->spec.prefixes[i].net, text));
}

int print_routeros(FILE *out, const struct exported *e, struct notes *notes)
{
	char text[NET6_TEXT];
	struct addr lan;

	omit_metric(notes, e, "RouterOS has a distance instead, 1 to 255");
	omit_dev(notes, e,
		 "not supported by RouterOS: the route to the remote decides which interface the outer packets use");
	omit_ttl(notes, e, "RouterOS has no such tunnel property");
	omit_extras(notes, e);
	fputs("/interface 6to4 add name=", out);
	print_string(out, name_text(e->spec.name));
	fprintf(out, " remote-address=%s", addr4_text(e->spec.remote, text));
	if (e->spec.local.s_addr)
		fprintf(out, " local-address=%s", addr4_text(e->spec.local, text));
	if (e->mtu)
		fprintf(out, " mtu=%u", e->mtu);
	fprintf(out, " clamp-tcp-mss=%s\n", e->spec.mss_clamp ? "yes" : "no");
	for (unsigned int i = 0; i < e->spec.n_addresses; i++)
		print_address(out, &e->spec.addresses[i], name_text(e->spec.name), false);
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		if (derive_lan_addr(&e->spec.prefixes[i], &lan))
			print_address(out, &lan.net, name_text(e->spec.prefixes[i].ifname), true);
	print_routes(out, e);
	addr4_text(e->spec.remote, text);
	if (e->spec.notrack)
		fprintf(out,
			"/ip firewall raw add chain=prerouting protocol=ipv6-encap src-address=%s action=notrack\n"
			"/ip firewall raw add chain=output protocol=ipv6-encap dst-address=%s action=notrack\n",
			text, text);
	return 0;
}
