/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Format openbsd: /etc/hostname.gif0. Grammar: hostname.if(5), gif(4), ifconfig(8) (tunnel, tunnelttl), route(8),
 * pf.conf(5) of OpenBSD.
 */
#include <stdio.h>

#include "base/inet6.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "spec/spec.h"

static void print_routes(FILE *out, const struct exported *e)
{
	char text[NET6_TEXT];

	/* Without a gateway the route uses an address of the interface. */
	if (e->spec.gateway_mode == GATEWAY_AUTO)
		fprintf(out, "!route -qn add -inet6 -iface default %s\n", base_text(spec_first(&e->spec), text));
	if (e->spec.gateway_mode == GATEWAY_ADDRESS)
		fprintf(out, "!route -qn add -inet6 default %s%s\n", addr6_text(&e->spec.gateway, text),
			IN6_IS_ADDR_LINKLOCAL(&e->spec.gateway) ? "%gif0" : "");
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		fprintf(out, "!route -qn add -net -inet6 %s ::1 -reject\n", net6_text(&e->spec.prefixes[i].net, text));
}

int print_openbsd(FILE *out, const struct exported *e, struct notes *notes)
{
	char source[NET6_TEXT], remote[NET6_TEXT], text[NET6_TEXT];

	fputs("# /etc/hostname.gif0, mode 640; use another number if gif0 is taken. Then: sh /etc/netstart gif0\n",
	      out);
	omit_metric(notes, e, "OpenBSD has a priority instead, see route(8)");
	omit_dev(notes, e,
		 "not supported by gif(4): the route to the remote decides which interface the outer packets use");
	omit_extras(notes, e);
	omit_lan(notes, e);
	source_text(e, notes, source);
	addr4_text(e->spec.remote, remote);
	fprintf(out, "tunnel %s %s\n", source, remote);
	if (e->spec.ttl)
		fprintf(out, "tunnelttl %u\n", e->spec.ttl);
	else
		fputs("tunnelttl copy\n", out);
	if (e->mtu)
		fprintf(out, "mtu %u\n", e->mtu);
	for (unsigned int i = 0; i < e->spec.n_addresses; i++)
		fprintf(out, "inet6 %s%s %u\n", i ? "alias " : "", base_text(&e->spec.addresses[i], text),
			e->spec.addresses[i].len);
	fputs("up\n", out);
	print_routes(out, e);
	if (e->spec.notrack)
		fprintf(out,
			"# In /etc/pf.conf, so that the tunnel's own packets never end a state:\n"
			"#pass out proto 41 from %s to %s keep state\n#pass in proto 41 from %s to %s keep state\n",
			source, remote, remote, source);
	if (e->spec.mss_clamp)
		fprintf(out, "# and:\n#match on gif0 scrub (max-mss %u)\n", exported_mss(e));
	return 0;
}
