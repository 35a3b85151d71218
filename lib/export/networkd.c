/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format networkd: two files. Grammar: systemd.netdev(5), systemd.network(5), systemd.syntax(7). */
#include <stdio.h>
#include <string.h>

#include "base/inet6.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "kernel/route.h"
#include "state/derive.h"

/* Name= of [Match] is a pattern: special characters are replaced with one that matches any. */
static void print_match(FILE *out, const char *name)
{
	for (const char *p = name; *p; p++) {
		char one[2] = { *p, '\0' };

		fputc(is_plain(one, "-_.@+") ? *p : '?', out);
	}
}

static void print_routes(FILE *out, const struct exported *e)
{
	struct route route;
	char text[NET6_TEXT];

	if (derive_route(&e->spec, 0, &route)) {
		if (route.has_gateway)
			fprintf(out, "\n[Route]\nGateway=%s\n", addr6_text(&route.gateway, text));
		else
			fputs("\n[Route]\nDestination=::/0\n", out);
		fprintf(out, "Metric=%u\n", route.metric);
	}
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		if (derive_unreachable(&e->spec.prefixes[i], &route))
			fprintf(out, "\n[Route]\nDestination=%s\nType=unreachable\nMetric=%u\n",
				net6_text(&e->spec.prefixes[i].net, text), route.metric);
}

int print_networkd(FILE *out, const struct exported *e, struct notes *notes)
{
	const char *name = name_text(e->spec.name);
	char text[NET6_TEXT];

	if (name[strlen(name) - 1] == '\\')
		return refuse(notes,
			      "%s: in systemd's files, a backslash at the end of a line joins it with the next one",
			      name);
	fprintf(out, "# /etc/systemd/network/%s.netdev\n", name);
	omit_param(notes, e, "notrack", "not supported by networkd: use the nft commands of format iproute2");
	omit_param(notes, e, "mss-clamp", "not supported by networkd: use the nft commands of format iproute2");
	omit_extras(notes, e);
	omit_dev(notes, e,
		 "instead of Independent=, set Tunnel= to the tunnel's name in the .network file of that interface");
	omit_lan(notes, e);
	fprintf(out, "[NetDev]\nName=%s\nKind=sit\n", name);
	if (e->mtu)
		fprintf(out, "MTUBytes=%u\n", e->mtu);
	fprintf(out, "\n[Tunnel]\nIndependent=yes\nRemote=%s\n", addr4_text(e->spec.remote, text));
	fprintf(out, "Local=%s\n", e->spec.local.s_addr ? addr4_text(e->spec.local, text) : "any");
	if (e->spec.ttl)
		fprintf(out, "TTL=%u\n", e->spec.ttl);
	fprintf(out, "\n# /etc/systemd/network/%s.network\n[Match]\nName=", name);
	print_match(out, name);
	fputs("\n\n[Network]\nIPv6AcceptRA=no\n", out);
	for (unsigned int i = 0; i < e->spec.n_addresses; i++)
		fprintf(out, "Address=%s\n", net6_text(&e->spec.addresses[i], text));
	print_routes(out, e);
	return 0;
}
