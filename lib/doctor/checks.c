/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doctor/checks.h"

/* In the order of the output. Quick checks come first: they decide whether it makes sense to send packets. */
const struct check checks[] = {
	{ "kernel", NULL, NULL, check_kernel, false },
	{ "device", NULL, NULL, check_device, false },
	{ "IPv4 way", "IPv4 path", NULL, check_underlay, false },
	{ "others' filters", "other filters", NULL, check_filters, false },
	{ "answers", NULL, start_echo, check_echo, true },
	{ "loss", NULL, start_loss, check_loss, true },
	{ "implied address", NULL, start_implied, check_implied, true },
	{ "TTL", NULL, start_ttl, check_ttl, true },
	{ "VPN", NULL, NULL, check_vpn, true },
	{ "NAT", NULL, NULL, check_nat, true },
	{ "connection tracking", NULL, NULL, check_tracking, true },
	{ "packet size", NULL, start_mtu, check_mtu, true },
	{ "MSS", NULL, NULL, check_mss, false },
	{ "IPv6 route", NULL, NULL, check_routes, true }, /* late: the names of targets are resolved by then */
	{ "prefixes", NULL, NULL, check_prefixes, false },
	{ "prefix route", NULL, start_routed, check_routed, true },
	{ "forwarding", NULL, NULL, check_forwarding, false },
	{ "way on", "onward route", NULL, check_onward, false },
	{ "peer's routes", NULL, NULL, check_peer_routes, false },
	{ "proxy NDP", NULL, NULL, check_proxy, false },
	{ "upstream", NULL, start_upstream, check_upstream, true },
	{ "router", NULL, NULL, check_router, true },
	{ "source filter", NULL, start_filtered, check_filtered, true },
	{ "TCP", NULL, start_tcp, check_tcp, true },
	{ "names", NULL, start_names, check_names, true },
	{ "state", NULL, NULL, check_drift, true }, /* last: other findings may explain the differences */
	{ .name = NULL },
};

const char *check_title(const struct check *check)
{
	return check->title ? check->title : check->name;
}
