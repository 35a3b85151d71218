/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format netplan. Grammar: netplan's YAML reference, "Properties for device type tunnels:" and "Routing". */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/inet6.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "kernel/route.h"
#include "state/derive.h"

#define NETPLAN_METRIC_MAX INT32_MAX /* it writes larger ones as negative numbers (seen with 0.106) */

/* A scalar, in double quotes if it could be mistaken for something else. */
static void print_scalar(FILE *out, const char *text)
{
	static const char *const others[] = { "y", "n", "yes", "no", "on", "off", "true", "false", "null" };
	bool plain = is_plain(text, "-_") && strspn(text, "0123456789-_") < 1;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		plain = plain && strcasecmp(text, others[i]);
	if (plain) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (const char *p = text; *p; p++)
		fprintf(out, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
	fputc('"', out);
}

static void print_routes(FILE *out, const struct exported *e)
{
	struct route route;
	char text[NET6_TEXT];
	bool any = false;

	if (derive_route(&e->spec, 0, &route)) {
		fputs("      routes:\n        - to: \"::/0\"\n", out);
		if (route.has_gateway)
			fprintf(out, "          via: \"%s\"\n", addr6_text(&route.gateway, text));
		else
			fputs("          scope: link\n", out);
		if (route.metric <= NETPLAN_METRIC_MAX)
			fprintf(out, "          metric: %u\n", route.metric);
		any = true;
	}
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++) {
		if (!derive_unreachable(&e->spec.prefixes[i], &route))
			continue;
		fprintf(out, "%s        - to: \"%s\"\n          type: unreachable\n          metric: %d\n",
			any ? "" : "      routes:\n", net6_text(&e->spec.prefixes[i].net, text), NETPLAN_METRIC_MAX);
		any = true;
	}
}

int print_netplan(FILE *out, const struct exported *e, struct notes *notes)
{
	char text[NET6_TEXT];

	fprintf(out, "# /etc/netplan/%s.yaml, mode 600; then: netplan apply\n", name_text(e->spec.name));
	omit_param(notes, e, "notrack", "not supported by netplan: use the nft commands of format iproute2");
	omit_param(notes, e, "mss-clamp", "not supported by netplan: use the nft commands of format iproute2");
	omit_extras(notes, e);
	omit_dev(notes, e,
		 "not supported by netplan: the route to the remote decides which interface the outer packets use");
	omit_lan(notes, e);
	if (e->spec.metric > NETPLAN_METRIC_MAX)
		omit_metric(notes, e, "netplan's maximum is 2147483647");
	fputs("network:\n  version: 2\n  tunnels:\n    ", out);
	print_scalar(out, name_text(e->spec.name));
	fprintf(out, ":\n      mode: sit\n      remote: %s\n", addr4_text(e->spec.remote, text));
	/* netplan before 1.0 requires one; to the kernel 0.0.0.0 means any. */
	fprintf(out, "      local: %s\n", addr4_text(e->spec.local, text));
	if (e->spec.ttl)
		fprintf(out, "      ttl: %u\n", e->spec.ttl);
	if (e->mtu)
		fprintf(out, "      mtu: %u\n", e->mtu);
	fputs("      accept-ra: false\n      addresses:\n", out);
	for (unsigned int i = 0; i < e->spec.n_addresses; i++)
		fprintf(out, "        - \"%s\"\n", net6_text(&e->spec.addresses[i], text));
	print_routes(out, e);
	return 0;
}
