/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Format openwrt: input of `uci batch`. Grammar: OpenWrt's wiki "IPv6 transitioning mechanisms" (6in4) and
 * "Firewall configuration"; options as in package/network/ipv6/6in4/files/6in4.sh of OpenWrt.
 */
#include <stdio.h>
#include <string.h>

#include "base/inet6.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "spec/spec.h"

#define SECTION_MAX 10 /* the device is 6in4-SECTION, of 15 bytes */

static void print_set(FILE *out, const char *path, const char *section, const char *option, const char *value)
{
	/* As in a shell, what is in single quotes is taken literally. */
	fprintf(out, "set %s.%s.%s='%s'\n", path, section, option, value);
}

static void print_interface(FILE *out, const struct exported *e, const char *section, struct notes *notes)
{
	char text[NET6_TEXT], number[16];

	fprintf(out, "set network.%s=interface\n", section);
	print_set(out, "network", section, "proto", "6in4");
	print_set(out, "network", section, "peeraddr", addr4_text(e->spec.remote, text));
	if (e->spec.local.s_addr)
		print_set(out, "network", section, "ipaddr", addr4_text(e->spec.local, text));
	print_set(out, "network", section, "ip6addr", net6_text(spec_first(&e->spec), text));
	for (unsigned int i = 1; i < e->spec.n_addresses; i++)
		remark(notes, "address %s: 6in4 supports only one address", net6_text(&e->spec.addresses[i], text));
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		fprintf(out, "add_list network.%s.ip6prefix='%s'\n", section,
			net6_text(&e->spec.prefixes[i].net, text));
	snprintf(number, sizeof(number), "%u", e->mtu ? e->mtu : 1480);
	print_set(out, "network", section, "mtu", number);
	/* The default of 6in4 is 64; 0 is `inherit`. */
	snprintf(number, sizeof(number), "%u", e->spec.ttl);
	print_set(out, "network", section, "ttl", number);
	snprintf(number, sizeof(number), "%u", e->spec.metric);
	if (e->spec.gateway_mode == GATEWAY_NONE)
		print_set(out, "network", section, "defaultroute", "0");
	else
		print_set(out, "network", section, "metric", number);
}

static void print_rule(FILE *out, const struct exported *e, const char *section, const char *what, const char *target)
{
	char name[IFNAMSIZ + 16], text[NET6_TEXT];

	snprintf(name, sizeof(name), "%s_%s", section, what);
	fprintf(out, "set firewall.%s=rule\n", name);
	print_set(out, "firewall", name, "name", name);
	print_set(out, "firewall", name, "src", "wan");
	print_set(out, "firewall", name, "src_ip", addr4_text(e->spec.remote, text));
	print_set(out, "firewall", name, "proto", "41");
	print_set(out, "firewall", name, "target", target);
}

/* A LAN gets its /64 of the prefix by its name in OpenWrt, which may differ from the device's. */
static void print_lans(FILE *out, const struct exported *e)
{
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		if (e->spec.prefixes[i].ifname.at && is_plain(name_text(e->spec.prefixes[i].ifname), "_"))
			print_set(out, "network", name_text(e->spec.prefixes[i].ifname), "ip6assign", "64");
}

int print_openwrt(FILE *out, const struct exported *e, struct notes *notes)
{
	char section[IFNAMSIZ], text[NET6_TEXT];

	fputs("# Paste into: uci batch; the package 6in4 must be installed. Then: /etc/init.d/network reload; "
	      "/etc/init.d/firewall reload\n",
	      out);
	plain_name(e, notes, SECTION_MAX, section);
	for (char *p = section; *p; p++)
		if (*p == '-')
			*p = '_';
	omit_extras(notes, e);
	if (e->spec.underlay.at)
		omit_param(notes, e, "dev", "set option tunlink to OpenWrt's name for this interface");
	if (e->spec.gateway_mode == GATEWAY_ADDRESS)
		remark(notes, "gateway %s: 6in4 routes everything into the tunnel and needs no gateway",
		       addr6_text(&e->spec.gateway, text));
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		if (e->spec.prefixes[i].ifname.at)
			remark(notes,
			       "prefix %s,%s: ip6assign applies to the interface name in OpenWrt, which may differ",
			       net6_text(&e->spec.prefixes[i].net, text), name_text(e->spec.prefixes[i].ifname));
	if (e->spec.notrack)
		remark(notes,
		       "notrack on: the firewall supports it for incoming packets, not for those that this host sends");
	print_interface(out, e, section, notes);
	print_lans(out, e);
	fprintf(out,
		"# The zone wan, the second one in OpenWrt's default configuration.\n"
		"add_list firewall.@zone[1].network='%s'\nset firewall.@zone[1].mtu_fix='%d'\n",
		section, e->spec.mss_clamp);
	print_rule(out, e, section, "in", "ACCEPT");
	if (e->spec.notrack)
		print_rule(out, e, section, "notrack", "NOTRACK");
	fputs("commit network\ncommit firewall\n", out);
	return 0;
}
