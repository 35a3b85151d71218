/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"

/* clang-format off */
static const struct command client_commands[] = {
	{ "up", "bring the tunnel NAME to this state", ROLE_CLIENT, ARGS_NAME_PARAMS, FILES_SAVE, cmd_up, NULL },
	{ "down", "remove the tunnel NAME and all that belongs to it", ROLE_CLIENT, ARGS_NAME, FILES_NONE, cmd_down, NULL },
	{ "show", "what the kernel has", ROLE_CLIENT, ARGS_NAME_OPTIONAL, FILES_READ, cmd_show, NULL },
	{ "check", "is the kernel still in the wanted state?", ROLE_CLIENT, ARGS_NAME_OPTIONAL, FILES_READ, cmd_check, NULL },
	{ "export", "the same tunnel for another tool", ROLE_CLIENT, ARGS_NAME_FORMAT, FILES_READ, cmd_export, NULL },
	{ "import", "read the configuration of another tool", ROLE_CLIENT, ARGS_IMPORT, FILES_SAVE, cmd_import, NULL },
	{ "adopt", "take over a running tunnel that another tool made", ROLE_CLIENT, ARGS_DEV, FILES_SAVE, cmd_adopt, NULL },
	{ .name = NULL },
};

static const struct command server_commands[] = {
	{ "up", "prepare this host (add-peer does it by itself)", ROLE_SERVER, ARGS_PARAMS, FILES_SAVE, cmd_server_up, NULL },
	{ "down", "remove every peer and all that 'server' set", ROLE_SERVER, ARGS_NONE, FILES_NONE, cmd_all_down, NULL },
	{ "add-peer", "bring the peer PEER to this state", ROLE_PEER, ARGS_NAME_PARAMS, FILES_SAVE, cmd_up, NULL },
	{ "set-peer", "change these parameters of the peer PEER", ROLE_PEER, ARGS_NAME_PARAMS, FILES_SAVE, cmd_set_peer, NULL },
	{ "del-peer", "remove the peer PEER and all that belongs to it", ROLE_PEER, ARGS_NAME, FILES_SAVE, cmd_down, NULL },
	{ "show", "what the kernel has", ROLE_PEER, ARGS_NAME_OPTIONAL, FILES_READ, cmd_show, NULL },
	{ "check", "is the kernel still in the wanted state?", ROLE_PEER, ARGS_NONE, FILES_READ, cmd_check, NULL },
	{ "export", "the configuration to hand to that peer", ROLE_PEER, ARGS_NAME_FORMAT, FILES_READ, cmd_export, NULL },
	{ .name = NULL },
};

static const struct command nat_commands[] = {
	{ "pass", "pass protocol 41 between a tunnel server and an inside host", ROLE_NAT, ARGS_NAME_PARAMS, FILES_SAVE, cmd_up, NULL },
	{ "unpass", "remove the pass NAME", ROLE_NAT, ARGS_NAME, FILES_SAVE, cmd_down, NULL },
	{ "show", "what the kernel has", ROLE_NAT, ARGS_NAME_OPTIONAL, FILES_READ, cmd_show, NULL },
	{ "check", "is the kernel still in the wanted state?", ROLE_NAT, ARGS_NAME_OPTIONAL, FILES_READ, cmd_check, NULL },
	{ "up", "all passes as /etc/sitctl/nat.conf says", ROLE_NAT, ARGS_NONE, FILES_READ, cmd_nat_up, NULL },
	{ "down", "end all passes", ROLE_NAT, ARGS_NONE, FILES_NONE, cmd_all_down, NULL },
	{ .name = NULL },
};

const struct command root_commands[] = {
	{ .name = "client", .help = "this host's tunnel to a host with IPv6", .role = ROLE_CLIENT, .sub = client_commands },
	{ .name = "server", .help = "tunnels from this host with IPv6 to its peers", .role = ROLE_SERVER, .sub = server_commands },
	{ .name = "nat", .help = "this host as the NAT in front of a tunnel client", .role = ROLE_NAT, .sub = nat_commands },
	{ "show", "everything: client show, server show, nat show", 0, ARGS_NONE, FILES_READ, cmd_show, NULL },
	{ "check", "everything that is configured: client check, server check, nat check", 0, ARGS_NONE, FILES_READ, cmd_check, NULL },
	{ "doctor", "why does my tunnel not work? Examines one; changes nothing.", 0, ARGS_EXAM, FILES_NONE, cmd_doctor, NULL },
	{ "complete", NULL, 0, ARGS_ANY, FILES_NONE, cmd_complete, NULL },
	{ .name = NULL },
};
/* clang-format on */
