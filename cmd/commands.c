/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"

/* clang-format off */
static const struct command client_commands[] = {
	{ "up", "create the tunnel NAME, or update it to match these parameters", ROLE_CLIENT, ARGS_NAME_PARAMS, FILES_SAVE, true, cmd_up, "client up sit-ipv6 remote 203.0.113.1 address 2001:db8::3/127", NULL },
	{ "set", "change only these parameters of the tunnel NAME", ROLE_CLIENT, ARGS_NAME_PARAMS, FILES_SAVE, true, cmd_set, "--save client set sit-ipv6 mtu 1400 prefix none", NULL },
	{ "down", "remove the tunnel NAME and everything that belongs to it", ROLE_CLIENT, ARGS_NAME, FILES_NONE, true, cmd_down, "client down sit-ipv6", NULL },
	{ "show", "show the tunnels as they are in the kernel", ROLE_CLIENT, ARGS_NAME_OPTIONAL, FILES_READ, false, cmd_show, "-s client show sit-ipv6", NULL },
	{ "check", "check that the kernel matches the configuration", ROLE_CLIENT, ARGS_NAME_OPTIONAL, FILES_READ, false, cmd_check, "client check sit-ipv6", NULL },
	{ "export", "print the tunnel's configuration for another tool", ROLE_CLIENT, ARGS_NAME_FORMAT, FILES_READ, false, cmd_export, "-q client export sit-ipv6 networkd", NULL },
	{ "import", "read another tool's configuration", ROLE_CLIENT, ARGS_IMPORT, FILES_SAVE, false, cmd_import, "--save client import iproute2 broker.txt name sit-ipv6", NULL },
	{ "adopt", "take over a running tunnel that another tool made", ROLE_CLIENT, ARGS_DEV, FILES_SAVE, false, cmd_adopt, "--save client adopt he-ipv6", NULL },
	{ .name = NULL },
};

static const struct command server_commands[] = {
	{ "up", "prepare this host (add-peer does so automatically)", ROLE_SERVER, ARGS_PARAMS, FILES_SAVE, true, cmd_server_up, "--save server up ttl 64", NULL },
	{ "down", "remove all peers and everything that 'server' set up", ROLE_SERVER, ARGS_NONE, FILES_NONE, true, cmd_all_down, "server down", NULL },
	{ "add-peer", "add the peer PEER, or update it to match these parameters", ROLE_PEER, ARGS_NAME_PARAMS, FILES_SAVE, true, cmd_up, "--save server add-peer alice remote 198.51.100.7 address 2001:db8::3", NULL },
	{ "set-peer", "change only these parameters of the peer PEER", ROLE_PEER, ARGS_NAME_PARAMS, FILES_SAVE, true, cmd_set, "--save server set-peer alice remote 198.51.100.8", NULL },
	{ "del-peer", "remove the peer PEER and everything that belongs to it", ROLE_PEER, ARGS_NAME, FILES_SAVE, true, cmd_down, "--save server del-peer alice", NULL },
	{ "show", "show the peers as they are in the kernel", ROLE_PEER, ARGS_NAME_OPTIONAL, FILES_READ, false, cmd_show, "--brief server show", NULL },
	{ "check", "check that the kernel matches the configuration", ROLE_PEER, ARGS_NONE, FILES_READ, false, cmd_check, "server check", NULL },
	{ "export", "print the configuration to give to that peer", ROLE_PEER, ARGS_NAME_FORMAT, FILES_READ, false, cmd_export, "-q server export alice iproute2", NULL },
	{ .name = NULL },
};

static const struct command nat_commands[] = {
	{ "pass", "pass protocol 41 between a tunnel server and an inside host", ROLE_NAT, ARGS_NAME_PARAMS, FILES_SAVE, true, cmd_up, "--save nat pass home remote 203.0.113.1 to 192.168.1.10", NULL },
	{ "unpass", "remove the pass NAME", ROLE_NAT, ARGS_NAME, FILES_SAVE, true, cmd_down, "--save nat unpass home", NULL },
	{ "show", "show the passes as they are in the kernel", ROLE_NAT, ARGS_NAME_OPTIONAL, FILES_READ, false, cmd_show, "nat show home", NULL },
	{ "check", "check that the kernel matches the configuration", ROLE_NAT, ARGS_NAME_OPTIONAL, FILES_READ, false, cmd_check, "nat check", NULL },
	{ "up", "set up all passes of /etc/sitctl/nat.conf", ROLE_NAT, ARGS_NONE, FILES_READ, true, cmd_nat_up, "nat up", NULL },
	{ "down", "remove all passes", ROLE_NAT, ARGS_NONE, FILES_NONE, true, cmd_all_down, "nat down", NULL },
	{ .name = NULL },
};

const struct command root_commands[] = {
	{ .name = "client", .help = "this host's tunnel to a host with IPv6", .role = ROLE_CLIENT, .sub = client_commands },
	{ .name = "server", .help = "tunnels from this host with IPv6 to its peers", .role = ROLE_SERVER, .sub = server_commands },
	{ .name = "nat", .help = "this host as the NAT in front of a tunnel client", .role = ROLE_NAT, .sub = nat_commands },
	{ "show", "show everything: client show, server show, nat show", 0, ARGS_NONE, FILES_READ, false, cmd_show, "-j -p show", NULL },
	{ "check", "check everything: client check, server check, nat check", 0, ARGS_NONE, FILES_READ, false, cmd_check, "check", NULL },
	{ "doctor", "find out why a tunnel does not work, without changing anything", 0, ARGS_EXAM, FILES_NONE, false, cmd_doctor, "doctor sit-ipv6 target www.example.org", NULL },
	{ "complete", NULL, 0, ARGS_ANY, FILES_NONE, false, cmd_complete, NULL, NULL },
	{ .name = NULL },
};
/* clang-format on */
