/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Format iproute2: a script run with 'up' or 'down'. Grammar: ip-link(8), ip-address(8), ip-route(8),
 * nft(8).
 */
#include <stdio.h>

#include "export/iproute2.h" /* before linux/: glibc and the kernel define the same names */
#include "base/quote.h"
#include "export/formats.h"
#include "export/notes.h"
#include "kernel/addr.h"
#include "kernel/route.h"
#include "state/derive.h"

#include <linux/rtnetlink.h>

#define RAW (-300)    /* hook priority before connection tracking */
#define MANGLE (-150) /* hook priority at which TCP options are changed */

/* The name of this tunnel's nf_tables table. */
static void print_table(FILE *out, const struct exported *e)
{
	char remote[NET6_TEXT];

	fprintf(out, "inet sit-%s", addr4_text(e->spec.remote, remote));
}

static void begin(FILE *out, const struct exported *e, const char *before, const char *command)
{
	fprintf(out, "%snft %s ", before, command);
	print_table(out, e);
}

static void print_chain(FILE *out, const struct exported *e, const char *before, const char *name, int priority)
{
	begin(out, e, before, "add chain");
	fprintf(out, " %s '{ type filter hook %s priority %d; }'\n", name, name, priority);
}

/* nft's strings have no escapes, and a trailing '*' is a wildcard. */
static bool can_clamp(const struct exported *e)
{
	return e->spec.mss_clamp && is_plain(name_text(e->spec.name), "-_.");
}

void omit_nft(struct notes *notes, const struct exported *e)
{
	if (!e->spec.notrack)
		omit_param(notes, e, "notrack", "no nft rule is needed for it");
	if (!can_clamp(e))
		omit_param(notes, e, "mss-clamp",
			   e->spec.mss_clamp ? "nft cannot quote this interface name" : "no nft rule is needed for it");
}

static bool filters(const struct exported *e)
{
	return e->spec.notrack || can_clamp(e);
}

void print_notrack(FILE *out, const struct exported *e, const char *before)
{
	char remote[NET6_TEXT];

	if (filters(e)) {
		begin(out, e, before, "add table");
		fputc('\n', out);
	}
	if (!e->spec.notrack)
		return;
	addr4_text(e->spec.remote, remote);
	print_chain(out, e, before, "prerouting", RAW);
	print_chain(out, e, before, "output", RAW);
	begin(out, e, before, "add rule");
	fprintf(out, " prerouting ip saddr %s ip protocol 41 notrack\n", remote);
	begin(out, e, before, "add rule");
	fprintf(out, " output ip daddr %s ip protocol 41 notrack\n", remote);
}

void print_clamp(FILE *out, const struct exported *e, const char *before)
{
	static const char *const side[] = { "iifname", "oifname" };

	if (!can_clamp(e))
		return;
	print_chain(out, e, before, "forward", MANGLE);
	for (int i = 0; i < 2; i++) {
		begin(out, e, before, "add rule");
		fprintf(out, " forward %s %s tcp flags syn tcp option maxseg size set %u\n", side[i],
			name_text(e->spec.name), exported_mss(e));
	}
}

void print_no_filter(FILE *out, const struct exported *e, const char *before)
{
	if (!filters(e))
		return;
	begin(out, e, before, "delete table");
	fputc('\n', out);
}

/* For routed prefixes: unreachable routes and addresses of LAN interfaces. */
void print_ip_routes(FILE *out, const struct exported *e, const char *before, bool add)
{
	const char *verb = add ? "add" : "del";
	char text[NET6_TEXT];

	for (unsigned int i = 0; i < e->spec.n_prefixes; i++) {
		const struct prefix *p = &e->spec.prefixes[i];
		struct route route;
		struct addr addr;

		if (derive_lan_addr(p, &addr)) {
			fprintf(out, "%sip -6 addr %s %s dev ", before, verb, net6_text(&addr.net, text));
			print_word(out, name_text(p->ifname));
			fputc('\n', out);
		}
		if (derive_unreachable(p, &route))
			fprintf(out, "%sip -6 route %s unreachable %s metric %u\n", before, verb,
				net6_text(&p->net, text), route.metric);
	}
}

void print_ip_default(FILE *out, const struct exported *e, const char *before)
{
	struct route route;
	char text[NET6_TEXT];

	if (!derive_route(&e->spec, 0, &route))
		return;
	fprintf(out, "%sip -6 route add default", before);
	if (route.has_gateway)
		fprintf(out, " via %s", addr6_text(&route.gateway, text));
	fputs(" dev ", out);
	print_word(out, name_text(e->spec.name));
	fprintf(out, " metric %u\n", route.metric);
}

static void print_link(FILE *out, const struct exported *e)
{
	char text[NET6_TEXT], value[VALUE_TEXT];

	fputs("\tip link add name ", out);
	print_word(out, name_text(e->spec.name));
	if (e->mtu)
		fprintf(out, " mtu %u", e->mtu);
	fprintf(out, " type sit mode ip6ip remote %s", addr4_text(e->spec.remote, text));
	fprintf(out, " local %s", e->spec.local.s_addr ? addr4_text(e->spec.local, text) : "any");
	if (e->spec.ttl)
		fprintf(out, " ttl %u pmtudisc", e->spec.ttl);
	else
		fputs(" ttl inherit pmtudisc", out);
	if (e->spec.underlay.at) {
		fputs(" dev ", out);
		print_word(out, name_text(e->spec.underlay));
	}
	/* `ip` has the same names for these. */
	for (const char *const *name = device_attrs; *name; name++)
		if (exported_value(e, param_find(ROLE_CLIENT, *name), 0, value))
			fprintf(out, " %s %s", *name, value);
	fputs("\n\tip link set dev ", out);
	print_word(out, name_text(e->spec.name));
	fputs(" up\n", out);
}

int print_iproute2(FILE *out, const struct exported *e, struct notes *notes)
{
	char text[NET6_TEXT];

	fprintf(out, "#!/bin/sh\n# Tunnel %s: run with 'up' (the default) or 'down'.\n", name_text(e->spec.name));
	omit_nft(notes, e);
	omit_filters(notes, e);
	omit_forwarding(notes, e);
	fputs("set -e\ncase ${1:-up} in\nup)\n", out);
	print_notrack(out, e, "\t");
	print_clamp(out, e, "\t");
	print_link(out, e);
	for (unsigned int i = 0; i < e->spec.n_addresses; i++) {
		fprintf(out, "\tip -6 addr add %s dev ", net6_text(&e->spec.addresses[i], text));
		print_word(out, name_text(e->spec.name));
		fputs(" nodad\n", out);
	}
	print_ip_default(out, e, "\t");
	print_ip_routes(out, e, "\t", true);
	fputs("\t;;\ndown)\n", out);
	print_ip_routes(out, e, "\t", false);
	fputs("\tip link del dev ", out);
	print_word(out, name_text(e->spec.name));
	fputc('\n', out);
	print_no_filter(out, e, "\t");
	fputs("\t;;\n*)\n\techo \"usage: $0 [ up | down ]\" >&2\n\texit 2\n\t;;\nesac\n", out);
	return 0;
}
