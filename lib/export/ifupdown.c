/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format ifupdown: method v4tunnel of interfaces(5), with commands for what it has no options for. */
#include <stdio.h>

#include "base/inet6.h"
#include "base/quote.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/iproute2.h"
#include "export/notes.h"
#include "spec/spec.h"

static void print_change(FILE *out, const struct exported *e)
{
	char text[NET6_TEXT];

	fprintf(out, "\tup ip tunnel change %s mode sit remote %s", name_text(e->spec.name),
		addr4_text(e->spec.remote, text));
	if (e->spec.local.s_addr)
		fprintf(out, " local %s", addr4_text(e->spec.local, text));
	if (e->spec.ttl)
		fprintf(out, " ttl %u", e->spec.ttl);
	fputs(" dev ", out);
	print_word(out, name_text(e->spec.underlay));
	fputc('\n', out);
}

static void print_options(FILE *out, const struct exported *e)
{
	const struct net6 *first = spec_first(&e->spec);
	char text[NET6_TEXT];

	fprintf(out, "\taddress %s\n\tnetmask %u\n", base_text(first, text), first->len);
	fprintf(out, "\tendpoint %s\n", addr4_text(e->spec.remote, text));
	if (e->spec.local.s_addr)
		fprintf(out, "\tlocal %s\n", addr4_text(e->spec.local, text));
	if (e->spec.ttl)
		fprintf(out, "\tttl %u\n", e->spec.ttl);
	if (e->mtu)
		fprintf(out, "\tmtu %u\n", e->mtu);
	if (e->spec.gateway_mode == GATEWAY_ADDRESS)
		fprintf(out, "\tgateway %s\n\tmetric %u\n", addr6_text(&e->spec.gateway, text), e->spec.metric);
}

int print_ifupdown(FILE *out, const struct exported *e, struct notes *notes)
{
	char text[NET6_TEXT];

	/* ifupdown passes it to a shell unquoted. */
	if (!is_plain(name_text(e->spec.name), "-_.+@"))
		return refuse(notes, "%s: ifupdown accepts only names of letters, digits and -_.+@",
			      name_text(e->spec.name));
	fprintf(out, "# /etc/network/interfaces.d/%s; then: ifup %s\n", name_text(e->spec.name),
		name_text(e->spec.name));
	omit_nft(notes, e);
	omit_extras(notes, e);
	omit_forwarding(notes, e);
	fprintf(out, "auto %s\niface %s inet6 v4tunnel\n", name_text(e->spec.name), name_text(e->spec.name));
	print_options(out, e);
	print_notrack(out, e, "\tpre-up ");
	print_clamp(out, e, "\tpre-up ");
	if (e->spec.underlay.at)
		print_change(out, e);
	for (unsigned int i = 1; i < e->spec.n_addresses; i++)
		fprintf(out, "\tup ip -6 addr add %s dev %s\n", net6_text(&e->spec.addresses[i], text),
			name_text(e->spec.name));
	if (e->spec.gateway_mode == GATEWAY_AUTO)
		print_ip_default(out, e, "\tup ");
	print_ip_routes(out, e, "\tup ", true);
	print_ip_routes(out, e, "\tdown ", false);
	print_no_filter(out, e, "\tpost-down ");
	return 0;
}
