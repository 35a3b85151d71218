/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Format freebsd: lines of rc.conf. Grammar: rc.conf(5) (cloned_interfaces, ifconfig_IF, ifconfig_IF_ipv6,
 * ifconfig_IF_aliasN, ipv6_defaultrouter, ipv6_static_routes), gif(4), ifconfig(8), pf.conf(5), /etc/rc.d/netif and
 * routing of FreeBSD.
 */
#include <stdio.h>

#include "base/inet6.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "spec/spec.h"

static void print_addresses(FILE *out, const struct exported *e)
{
	char text[NET6_TEXT];

	for (unsigned int i = 0; i < e->spec.n_addresses; i++) {
		const struct net6 *net = &e->spec.addresses[i];

		if (i)
			fprintf(out, "ifconfig_gif0_alias%u=", i - 1);
		else
			fputs("ifconfig_gif0_ipv6=", out);
		fprintf(out, "\"inet6 %s prefixlen %u\"\n", base_text(net, text), net->len);
	}
}

static void print_routes(FILE *out, const struct exported *e)
{
	char text[NET6_TEXT];

	if (e->spec.gateway_mode == GATEWAY_AUTO)
		fputs("ipv6_defaultrouter=\"-interface gif0\"\n", out);
	if (e->spec.gateway_mode == GATEWAY_ADDRESS)
		fprintf(out, "ipv6_defaultrouter=\"%s%s\"\n", addr6_text(&e->spec.gateway, text),
			IN6_IS_ADDR_LINKLOCAL(&e->spec.gateway) ? "%gif0" : "");
	if (!e->spec.n_prefixes)
		return;
	fputs("ipv6_static_routes=\"${ipv6_static_routes}", out);
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		fprintf(out, " sit%u", i);
	fputs("\"\n", out);
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		fprintf(out, "ipv6_route_sit%u=\"%s -prefixlen %u ::1 -reject\"\n", i,
			base_text(&e->spec.prefixes[i].net, text), e->spec.prefixes[i].net.len);
}

int print_freebsd(FILE *out, const struct exported *e, struct notes *notes)
{
	char source[NET6_TEXT], remote[NET6_TEXT];

	/* Not `routing restart`: it flushes all routes, even the IPv4 route of the user's own login. */
	fputs("# In /etc/rc.conf; use another number if gif0 is taken. Then: service netif start gif0; "
	      "service routing static inet6\n",
	      out);
	omit_metric(notes, e, "FreeBSD routes have no metric");
	omit_dev(notes, e,
		 "not supported by gif(4): the route to the remote decides which interface the outer packets use");
	omit_extras(notes, e);
	omit_lan(notes, e);
	source_text(e, notes, source);
	addr4_text(e->spec.remote, remote);
	omit_ttl(notes, e, "set net.inet.ip.gifttl in /etc/sysctl.conf, for all gif interfaces");
	fputs("cloned_interfaces=\"${cloned_interfaces} gif0\"\n", out);
	fprintf(out, "ifconfig_gif0=\"tunnel %s %s", source, remote);
	if (e->mtu)
		fprintf(out, " mtu %u", e->mtu);
	fputs("\"\n", out);
	print_addresses(out, e);
	print_routes(out, e);
	/* rc.conf is read by a shell: pf rules can only be comments in it. */
	if (e->spec.notrack)
		fprintf(out,
			"# If pf filters, in /etc/pf.conf, so that the tunnel's own packets never end a state:\n"
			"#pass out proto 41 from %s to %s keep state\n#pass in proto 41 from %s to %s keep state\n",
			source, remote, remote, source);
	if (e->spec.mss_clamp)
		fprintf(out, "# and before the filter rules:\n#scrub on gif0 all max-mss %u\n", exported_mss(e));
	return 0;
}
