/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doctor/checks.h"

/* In the order of the output. Quick checks come first: they decide whether it makes sense to send packets. */
const struct check checks[] = {
	{ "kernel", NULL, check_kernel, false },
	{ "device", NULL, check_device, false },
	{ "IPv4 path", NULL, check_underlay, false },
	{ "other filters", NULL, check_filters, false },
	{ "answers", start_echo, check_echo, true },
	{ "loss", start_loss, check_loss, true },
	{ "implied address", start_implied, check_implied, true },
	{ "TTL", start_ttl, check_ttl, true },
	{ "VPN", NULL, check_vpn, true },
	{ "NAT", NULL, check_nat, true },
	{ "connection tracking", NULL, check_tracking, true },
	{ "packet size", start_mtu, check_mtu, true },
	{ "MSS", NULL, check_mss, false },
	{ "IPv6 route", NULL, check_routes, true }, /* late: the names of targets are resolved by then */
	{ "prefixes", NULL, check_prefixes, false },
	{ "prefix route", start_routed, check_routed, true },
	{ "forwarding", NULL, check_forwarding, false },
	{ "onward route", NULL, check_onward, false },
	{ "peer's routes", NULL, check_peer_routes, false },
	{ "proxy NDP", NULL, check_proxy, false },
	{ "upstream", start_upstream, check_upstream, true },
	{ "router", NULL, check_router, true },
	{ "source filter", start_filtered, check_filtered, true },
	{ "TCP", start_tcp, check_tcp, true },
	{ "names", start_names, check_names, true },
	{ "state", NULL, check_drift, true }, /* last: other findings may explain the differences */
	{ .name = NULL },
};
