/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of formats: each format has one source and one row. */
#include <stdio.h>
#include <string.h>

#include "export/formats.h"

/* clang-format off */
const struct format formats[] = {
	{ "sitctl", "the command 'sitctl client up'", "# ", print_sitctl },
	{ "sitctl.conf", "the file /etc/sitctl/NAME.conf", "# ", print_sitctl_conf },
	{ "iproute2", "a script of 'ip' and 'nft' commands, run with 'up' or 'down'", "# ", print_iproute2 },
	{ "ifupdown", "a stanza of /etc/network/interfaces, method v4tunnel", "# ", print_ifupdown },
	{ "ifupdown-sitctl", "the same with sitctl's hook and its options", "# ", print_ifupdown_sitctl },
	{ "netplan", "a file of /etc/netplan", "# ", print_netplan },
	{ "networkd", "a .netdev and a .network of systemd-networkd", "# ", print_networkd },
	{ "networkmanager", "a keyfile of /etc/NetworkManager/system-connections", "# ", print_networkmanager },
	{ "openwrt", "for 'uci batch': 6in4, firewall, prefix for the LAN", "# ", print_openwrt },
	{ "vyos", "commands of VyOS' configuration mode", "# ", print_vyos },
	{ "routeros", "commands of MikroTik's RouterOS 7", "# ", print_routeros },
	{ "freebsd", "lines of rc.conf (gif), and rules for pf", "# ", print_freebsd },
	{ "openbsd", "the file /etc/hostname.gif0, and rules for pf", "# ", print_openbsd },
	{ "windows", "a batch file of netsh commands", "rem ", print_windows },
	{ .name = NULL },
};
/* clang-format on */

const struct format *format_find(const char *name)
{
	for (const struct format *f = formats; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

int format_print(const struct format *format, FILE *out, const struct exported *e, struct notes *notes)
{
	*notes = (struct notes){ .out = out, .comment = format->comment };
	return format->print(out, e, notes);
}
