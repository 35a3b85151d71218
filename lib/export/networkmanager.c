/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Format networkmanager: a keyfile. Grammar: nm-settings-keyfile(5), nm-settings-nmcli(5) (ip-tunnel, ipv6),
 * GKeyFile of GLib.
 */
#include <stdio.h>

#include "base/inet6.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "kernel/route.h"
#include "state/derive.h"

#define MODE_SIT 3 /* NM_IP_TUNNEL_MODE_SIT, libnm */

/* GKeyFile: a backslash begins an escape. */
static void print_key(FILE *out, const char *key, const char *value)
{
	fprintf(out, "%s=", key);
	for (const char *p = value; *p; p++)
		fprintf(out, "%s%c", *p == '\\' ? "\\" : "", *p);
	fputc('\n', out);
}

static void print_ipv6(FILE *out, const struct exported *e)
{
	struct route route;
	char text[NET6_TEXT];
	unsigned int n = 0;
	bool has_default = derive_route(&e->spec, 0, &route);

	/* NetworkManager's own address must not derive from the hardware address, which a tunnel has only with `local`. */
	fputs("\n[ipv6]\nmethod=manual\naddr-gen-mode=stable-privacy\n", out);
	for (unsigned int i = 0; i < e->spec.n_addresses; i++)
		fprintf(out, "address%u=%s\n", i + 1, net6_text(&e->spec.addresses[i], text));
	if (!has_default)
		fputs("never-default=true\n", out);
	else if (route.has_gateway)
		fprintf(out, "gateway=%s\nroute-metric=%u\n", addr6_text(&route.gateway, text), route.metric);
	else
		fprintf(out, "route%u=::/0,::,%u\n", ++n, route.metric);
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		if (derive_unreachable(&e->spec.prefixes[i], &route)) {
			n++;
			fprintf(out, "route%u=%s,::,%u\nroute%u_options=type=unreachable\n", n,
				net6_text(&e->spec.prefixes[i].net, text), route.metric, n);
		}
}

int print_networkmanager(FILE *out, const struct exported *e, struct notes *notes)
{
	char text[NET6_TEXT];

	fprintf(out,
		"# /etc/NetworkManager/system-connections/%s.nmconnection, mode 600; then: nmcli connection reload\n",
		name_text(e->spec.name));
	omit_param(notes, e, "notrack", "not supported by NetworkManager: use the nft commands of format iproute2");
	omit_param(notes, e, "mss-clamp", "not supported by NetworkManager: use the nft commands of format iproute2");
	omit_extras(notes, e);
	omit_lan(notes, e);
	fputs("[connection]\n", out);
	print_key(out, "id", name_text(e->spec.name));
	fputs("type=ip-tunnel\n", out);
	print_key(out, "interface-name", name_text(e->spec.name));
	fprintf(out, "\n[ip-tunnel]\nmode=%d\nremote=%s\n", MODE_SIT, addr4_text(e->spec.remote, text));
	if (e->spec.local.s_addr)
		fprintf(out, "local=%s\n", addr4_text(e->spec.local, text));
	if (e->spec.ttl)
		fprintf(out, "ttl=%u\n", e->spec.ttl);
	if (e->mtu)
		fprintf(out, "mtu=%u\n", e->mtu);
	if (e->spec.underlay.at)
		print_key(out, "parent", name_text(e->spec.underlay));
	fputs("\n[ipv4]\nmethod=disabled\n", out);
	print_ipv6(out, e);
	return 0;
}
