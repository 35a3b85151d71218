/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Format vyos: commands of configuration mode, VyOS 1.4 and later. Grammar: docs.vyos.io, "Tunnel", "Static",
 * "Conntrack"; compared with interface-definitions/ of github.com/vyos/vyos-1x (interfaces_tunnel, system_conntrack,
 * static-route6).
 */
#include <stdio.h>

#include "base/inet6.h"
#include "base/quote.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "spec/spec.h"

#define DEVICE "tun0"
#define TUNNEL "set interfaces tunnel " DEVICE
#define RULE 41 /* of `conntrack ignore` */

static void print_ignored(FILE *out, const char *side, const char *remote, int rule)
{
	fprintf(out, "set system conntrack ignore ipv4 rule %d protocol 41\n", rule);
	fprintf(out, "set system conntrack ignore ipv4 rule %d %s address %s\n", rule, side, remote);
}

static void print_routes(FILE *out, const struct exported *e)
{
	char text[NET6_TEXT];

	if (e->spec.gateway_mode == GATEWAY_AUTO)
		fputs("set protocols static route6 ::/0 interface " DEVICE "\n", out);
	if (e->spec.gateway_mode == GATEWAY_ADDRESS)
		fprintf(out, "set protocols static route6 ::/0 next-hop %s interface " DEVICE "\n",
			addr6_text(&e->spec.gateway, text));
	/* A high distance, so that a route to a LAN wins. */
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		fprintf(out, "set protocols static route6 %s reject distance 254\n",
			net6_text(&e->spec.prefixes[i].net, text));
}

int print_vyos(FILE *out, const struct exported *e, struct notes *notes)
{
	char source[NET6_TEXT], text[NET6_TEXT];

	fputs("# In configuration mode ('configure'); then: commit; save. Use another number if " DEVICE " is taken.\n",
	      out);
	omit_metric(notes, e, "VyOS has a distance instead, 1 to 255");
	omit_extras(notes, e);
	omit_lan(notes, e);
	source_text(e, notes, source);
	fputs(TUNNEL " description ", out);
	print_word(out, name_text(e->spec.name));
	fprintf(out, "\n" TUNNEL " encapsulation sit\n" TUNNEL " source-address %s\n", source);
	fprintf(out, TUNNEL " remote %s\n", addr4_text(e->spec.remote, text));
	if (e->spec.underlay.at) {
		fputs(TUNNEL " source-interface ", out);
		print_word(out, name_text(e->spec.underlay));
		fputc('\n', out);
	}
	for (unsigned int i = 0; i < e->spec.n_addresses; i++)
		fprintf(out, TUNNEL " address %s\n", net6_text(&e->spec.addresses[i], text));
	if (e->mtu)
		fprintf(out, TUNNEL " mtu %u\n", e->mtu);
	/* The default of VyOS is 64; 0 is `inherit`. */
	fprintf(out, TUNNEL " parameters ip ttl %u\n", e->spec.ttl);
	if (e->spec.mss_clamp)
		fputs(TUNNEL " ipv6 adjust-mss clamp-mss-to-pmtu\n", out);
	print_routes(out, e);
	addr4_text(e->spec.remote, text);
	if (e->spec.notrack) {
		print_ignored(out, "source", text, RULE);
		print_ignored(out, "destination", text, RULE + 1);
	}
	return 0;
}
