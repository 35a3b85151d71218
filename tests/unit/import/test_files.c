/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of `import` of the files of ifupdown, netplan and networkd. */
#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "import/import.h"

#define BROKER "he-ipv6 remote 203.0.113.1 local 198.51.100.7 address 2001:db8::2/64 "
#define V4TUNNEL "iface t inet6 v4tunnel\n address 2001:db8::3/127\n endpoint 203.0.113.1\n ttl 9\n"
#define T_WORDS "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9 gateway none"

START_TEST(ifupdown)
{
	expect_import("ifupdown",
		      "source-directory /etc/network/interfaces.d\nauto lo eth0\niface lo inet loopback\n"
		      "iface eth0 inet static\n\taddress 198.51.100.7/24\n\tup ifconfig eth0 promisc\n"
		      "auto he-ipv6\niface he-ipv6 inet6 v4tunnel\n  # mine\n  address 2001:db8::2\n  netmask 64\n"
		      "  endpoint 203.0.113.1\n  local \\\n 198.51.100.7\n  ttl 255\n  up ip -6 route add default dev "
		      "$IFACE\n"
		      "  down ip route del default\niface eth1 inet6 auto\n",
		      BROKER, "x:1: source-directory: is not followed: name that file as well\n");
	expect_import("ifupdown",
		      "iface he-ipv6 inet6 manual\n  pre-up ip tunnel add he-ipv6 mode sit remote 203.0.113.1 local "
		      "198.51.100.7 ttl 255\n  up ip link set he-ipv6 up\n  up ip addr add 2001:db8::2/64 dev $IFACE\n"
		      "  up ip -6 route add default dev he-ipv6\n",
		      BROKER, "");
	expect_import(
		"ifupdown",
		"iface t inet6 v4tunnel\n  address 2001:db8::3/127\n  endpoint 203.0.113.1\n  ttl 9\n  wonder yes\n"
		"  up service radvd start\n",
		T_WORDS,
		"x:5: wonder: is an option that is not understood\nx:6: service: is not a command that is "
		"understood\n");
	expect_import("ifupdown",
		      "iface t inet6 manual\n sitctl-remote 203.0.113.1\n sitctl-address 2001:db8::3 2001:db8::5/64\n",
		      "t remote 203.0.113.1 address 2001:db8::3 address 2001:db8::5/64", "");
}
END_TEST

START_TEST(ifupdown_stanzas)
{
	/* A further one of the same interface, the loopback interface's, and what stands behind the method. */
	expect_import("ifupdown", V4TUNNEL "iface t inet6 static\n address 2001:db8::5/64\n wonder 7\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 address 2001:db8::5/64 ttl 9 gateway none",
		      "x:7: wonder: is an option that is not understood\n");
	expect_import("ifupdown",
		      V4TUNNEL "iface lo inet loopback\n up ip -6 route add 2001:db8:48::/48 dev lo\n up wonder\n",
		      T_WORDS " prefix 2001:db8:48::/48", "");
	expect_import("ifupdown",
		      "iface t inet6 v4tunnel inherits u\n address 2001:db8::3/127\n endpoint 203.0.113.1\n ttl 9\n",
		      T_WORDS, "x:1: inherits u: is not understood in 'iface'\n");
	expect_import(
		"ifupdown", V4TUNNEL " accept_ra 2\n autoconf 0\n mode x\n metric 5\n", T_WORDS,
		"x:5: accept_ra: is an option that is not understood\nx:7: mode: is an option that is not understood\n"
		"x:8: metric: is an option that is not understood\n");
}
END_TEST

START_TEST(netplan)
{
	/* As the project's first example has it, and as netplan's own manual does. */
	expect_import(
		"netplan",
		"network:\n  version: 2\n  ethernets:\n    eth0:\n      addresses: [2001:db8:7::5/64]\n  tunnels:\n"
		"    sit-ipv6:\n      mode: sit\n      remote: 203.0.113.1\n      local: 198.51.100.7\n      "
		"addresses:\n"
		"        - \"2001:db8::3/127\"\n      gateway6: \"2001:db8::2\"\n    other:\n      mode: gre\n",
		"sit-ipv6 remote 203.0.113.1 local 198.51.100.7 address 2001:db8::3/127 ttl inherit gateway "
		"2001:db8::2",
		"");
	expect_import("netplan",
		      "network: {tunnels: {t: {mode: sit, remote: 203.0.113.1, local: 0.0.0.0, ttl: 9,\n"
		      "  addresses: [2001:db8::3/127: {lifetime: forever}], routes: [{to: default, scope: link, "
		      "metric: 7}]}}}\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9 metric 7", "");
	expect_import(
		"netplan",
		"network:\n  tunnels:\n    t:\n      mode: sit\n      remote: 203.0.113.1\n      ttl: 9\n"
		"      nameservers: {addresses: [2001:db8::53]}\n      key: 7\n      addresses: [\"2001:db8::3/127\"]\n"
		"      routes:\n        - to: 2001:db8:5::/48\n          via: 2001:db8::2\n",
		T_WORDS,
		"x:7: nameservers: is not understood for a tunnel\nx:8: key: is not understood for a tunnel\n"
		"x:11: 2001:db8:5::/48: is not a route that sitctl makes for a client: it makes only a default "
		"route\n");
	/* Of another table: no route of the tunnel. And what discards, at the loopback interface. */
	expect_import("netplan",
		      "network: {tunnels: {t: {mode: sit, remote: 203.0.113.1, ttl: 9, addresses: [2001:db8::3/127],\n"
		      "  routes: [{to: default, table: 9}]}}, ethernets: {lo: {routes: [{to: 2001:db8:48::/48}]}}}\n",
		      T_WORDS " prefix 2001:db8:48::/48", "x:2: table: is not understood in a route\n");
	expect_import("netplan", "network:\n\t- x\n", NULL, "x:2: yaml: found character that cannot start any token\n");
}
END_TEST

START_TEST(networkd)
{
	expect_import(
		"networkd",
		"[NetDev]\nName = t\nKind=sit\nMTUBytes=1400\n[Tunnel]\nLocal=any\nRemote=203.0.113.1\nTTL=9\n"
		"[Match]\nName=eth0\n[Network]\nAddress=2001:db8:5::7/64\nTunnel=t\n[Route]\nGateway=2001:db8:5::1\n"
		"; t's own\n[Match]\nName=x t*\n[Network]\nGateway=2001:db8::2\n[Address]\nAddress=2001:db8::3/127\n"
		"[Route]\nDestination=2001:db8:7::/48\nType=unreachable\n",
		"t remote 203.0.113.1 address 2001:db8::3/127 ttl 9 mtu 1400 dev eth0 gateway 2001:db8::2 "
		"prefix 2001:db8:7::/48",
		"");
	expect_import(
		"networkd",
		"[NetDev]\nKind=sit\nName=t\n[Tunnel]\nRemote=203.0.113.1\nTTL=9\nDiscoverPathMTU=no\nFooOverUDP=yes\n"
		"[Match]\nName=t\n[Network]\nAddress=2001:db8::3/127\nDNS=2001:db8::53\nwhat\n",
		T_WORDS,
		"x:7: DiscoverPathMTU: is not understood in [Tunnel]\nx:8: FooOverUDP: is not understood in [Tunnel]\n"
		"x:13: DNS: is not understood in [Network]\nx:14: what: is neither [SECTION] nor KEY=VALUE\n");
	expect_import("networkd", "[NetDev]\nName=br0\nKind=bridge\n", NULL, "");
}
END_TEST

START_TEST(networkd_values)
{
#define NETDEV(tunnel) "[NetDev]\nName=t\nKind=sit\n[Tunnel]\nRemote=203.0.113.1\nTTL=9\n" tunnel
#define NETWORK "[Match]\nName=t\n[Network]\nAddress=2001:db8::3/127\n"
	/* An address that the kernel takes by itself; others are none of IPv4, or not that of a route. */
	expect_import("networkd", NETDEV("Local=dhcp4\n") NETWORK, T_WORDS, "");
	expect_import("networkd", NETDEV("Local=slaac\n") NETWORK, T_WORDS,
		      "x:7: local 'slaac': is not an IPv4 address\n");
	expect_import("networkd", NETDEV("Local=ipv4_link_local\n") NETWORK, T_WORDS,
		      "x:7: local 'ipv4_link_local': is not an IPv4 address\n");
	expect_import("networkd", NETDEV("TOS=16\nISATAP=no\n") NETWORK,
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9 tos 16 gateway none", "");
	/* Sections in an order that leaves open what they are about. */
	expect_import("networkd", "[Tunnel]\nTTL=9\n[Network]\nDNS=2001:db8::53\n" NETDEV("") NETWORK, T_WORDS,
		      "x:2: TTL: is in a [Tunnel] without a [NetDev] before it\n"
		      "x:4: DNS: is in a [Network] without a [Match] before it\n");
	expect_import("networkd", NETDEV("[Match]\nDriver=x\n") NETWORK, T_WORDS,
		      "x:8: Driver: is not enough without Name= to tell whether [Match] concerns a tunnel\n");
	expect_import("networkd",
		      "[NetDev]\nMACAddress=none\nName=t\nKind=sit\n[Tunnel]\nRemote=203.0.113.1\nTTL=9\n" NETWORK,
		      T_WORDS, "x:2: MACAddress: is not understood in [NetDev]\n");
	/* Routes that discard, at the loopback interface or elsewhere; and of another table. */
	expect_import("networkd",
		      NETDEV("") NETWORK
		      "[Match]\nName=lo\n[Route]\nDestination=2001:db8:48::/48\n"
		      "[Match]\nName=eth0\n[Route]\nDestination=2001:db8:49::/48\nType=unreachable\n",
		      T_WORDS " prefix 2001:db8:48::/48 prefix 2001:db8:49::/48", "");
	expect_import("networkd", NETDEV("") NETWORK "[Route]\nDestination=::/0\nTable=9\n", T_WORDS,
		      "x:13: Table: is not understood in [Route]\n");
}
END_TEST

START_TEST(lifetimes)
{
	expect_import("iproute2",
		      "ip tunnel add t mode sit remote 203.0.113.1 ttl 9\n"
		      "ip addr add 2001:db8::3/127 dev t valid_lft forever preferred_lft 0\n",
		      T_WORDS, "x:2: preferred_lft: is not understood in 'ip address'\n");
	expect_import("netplan",
		      "network: {tunnels: {t: {mode: sit, remote: 203.0.113.1, ttl: 9,\n"
		      "  addresses: [2001:db8::3/127: {lifetime: 0}]}}}\n",
		      T_WORDS, "x:2: lifetime: is not understood for an address\n");
	expect_import("networkd",
		      "[NetDev]\nName=t\nKind=sit\n[Tunnel]\nRemote=203.0.113.1\nTTL=9\n[Match]\nName=t\n[Address]\n"
		      "Address=2001:db8::3/127\nPreferredLifetime=0\n",
		      T_WORDS, "x:11: PreferredLifetime: is not understood in [Address]\n");
	expect_import("ifupdown",
		      "iface t inet6 v4tunnel\n address 2001:db8::3/127\n endpoint 203.0.113.1\n ttl 9\n"
		      " preferred-lifetime 0\n",
		      T_WORDS, "x:5: preferred-lifetime: is an option that is not understood\n");
}
END_TEST

/* 6to4 as other tools have it. */
START_TEST(a_tunnel_without_a_far_end_is_named)
{
	static const char *const texts[][2] = {
		{ "ifupdown", "iface t6to4 inet6 v4tunnel\naddress 2002:c000:20a::1\nnetmask 16\nendpoint any\n"
			      "local 192.0.2.10\n" },
		{ "networkd", "[NetDev]\nName=t6to4\nKind=sit\n[Tunnel]\nLocal=192.0.2.10\nRemote=any\n[Match]\n"
			      "Name=t6to4\n[Network]\nAddress=2002:c000:20a::1/16\n" },
		{ "iproute2", "ip tunnel add t6to4 mode sit remote any local 192.0.2.10 ttl 64\n"
			      "ip -6 addr add 2002:c000:20a::1/16 dev t6to4\n" },
		{ "netplan", "network:\n  tunnels:\n    t6to4: { mode: sit, remote: any, local: 192.0.2.10,\n"
			     "      addresses: [ \"2002:c000:20a::1/16\" ] }\n" },
	};
	struct import im;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		read_import(&im, texts[i][0], texts[i][1]);
		ck_assert_uint_eq(im.errors.n, 1);
		ck_assert_msg(strstr(im.errors.texts[0], "remote 'any': ") && strstr(im.errors.texts[0], "no far end"),
			      "%s", im.errors.texts[0]);
		import_free(&im);
	}
}
END_TEST

#define PLAN(rest) \
	"network: {tunnels: {t: {mode: sit, remote: 203.0.113.1, ttl: 9, addresses: [2001:db8::3/127],\n" rest "}}}\n"

/* Forms that netplan does not take either, and what stands beside the tunnels. */
START_TEST(netplan_forms)
{
	static const char *const rows[][3] = {
		{ PLAN("remote: 203.0.113.2"), T_WORDS, "x:2: remote: is given twice: only the first one is read\n" },
		{ PLAN("routes: {to: default}"), T_WORDS, "x:2: routes: is not understood for a tunnel\n" },
		{ PLAN("}}, tunnel: {u: {"), T_WORDS, "x:2: tunnel: is not understood in 'network'\n" },
		{ PLAN("}}, vrfs: {v: {interfaces: [t, eth0]"), T_WORDS,
		  "x:2: t: is a member of v, which is not understood\n" },
		{ PLAN("}}, ethernets: {eth0: {routes: [{to: default, via: '2001:db8::2', mtu: 1400}, "
		       "{to: 2001:db8:48::/48, type: blackhole, mtu: 1400}, {type: unicast}]"),
		  T_WORDS " prefix 2001:db8:48::/48", "" },
		{ "network: {tunnels: {t: {mode: sit, remote: 203.0.113.1, ttl: 9, addresses: [{2001:db8::3/127: {},\n"
		  "2001:db8::5/127: {lifetime: 0}}]}}}",
		  "t remote 203.0.113.1 address 2001:db8::3/127 address 2001:db8::5/127 ttl 9 gateway none",
		  "x:2: lifetime: is not understood for an address\n" },
	};
	static const char *const faults[][2] = {
		{ "remote: 203.0.113.1, addresses: 2001:db8::3/127",
		  "x:1: addresses: is not understood for a tunnel\n" },
		{ "remote: [203.0.113.1], addresses: [2001:db8::3/127]",
		  "x:1: remote: is not understood for a tunnel\n" },
		{ "remote: 203.0.113.1, addresses: [[2001:db8::3/127]]",
		  "x:1: addresses: an address is needed here, not a list\n" },
	};
	char text[256], others[64];
	struct import im;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_import("netplan", rows[i][0], rows[i][1], rows[i][2]);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		snprintf(text, sizeof(text), "network: {tunnels: {t: {mode: sit, %s}}}", faults[i][0]);
		read_import(&im, "netplan", text);
		ck_assert_str_eq(import_errors(&im), faults[i][1]);
		import_free(&im);
	}
	read_import(&im, "netplan", PLAN("}}, bridges: {br0: {interfaces: [eth0]}}, vlans: {v7: {id: 7, link: eth0"));
	ck_assert_str_eq(import_errors(&im), "");
	ck_assert_str_eq(import_others(&im, others, sizeof(others)), "br0 (bridge), v7 (vlan)");
	import_free(&im);
}
END_TEST

/* Which interface a .network is about. */
START_TEST(networkd_matches)
{
	static const char *const rows[][2] = {
		/* By what no tunnel has: of others. */
		{ NETDEV("") "[Match]\nType=ether\n[Network]\nDHCP=yes\n[Match]\nMACAddress=02::1\n[Network]\nDNS="
			     "x\n" NETWORK,
		  "" },
		{ NETDEV("") "[Match]\nName=!eth0\n[Network]\nDNS=x\n" NETWORK,
		  "x:8: !eth0: matches all interfaces except these, which is not understood\n" },
		/* The underlay is one interface. */
		{ NETDEV("") "[Match]\nName=eth*\n[Network]\nTunnel=t\n" NETWORK,
		  "x:10: Tunnel: is not understood, since [Match] does not name a single interface\n" },
		{ NETDEV("") "[Match]\nName=eth0 eth1\n[Network]\nTunnel=t\n" NETWORK,
		  "x:10: Tunnel: is not understood, since [Match] does not name a single interface\n" },
		{ NETDEV("") "[Match]\nMACAddress=02::1\n[Network]\nTunnel=t\n" NETWORK,
		  "x:10: Tunnel: is not understood, since [Match] does not name a single interface\n" },
		/* What takes others back. */
		{ NETDEV("") NETWORK "DHCP=\n[Route]\nGateway=\n",
		  "x:11: DHCP: is empty, which discards the values before it: remove them and this line\n"
		  "x:13: Gateway: is empty, which discards the values before it: remove them and this line\n" },
	};
	struct import im;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_import("networkd", rows[i][0], T_WORDS, rows[i][1]);
	/* Before the .netdev: it is said why the address is missing. */
	read_import(&im, "networkd", "[Match]\nName=eth0 t*\n[Network]\nAddress=2001:db8::3/127\n" NETDEV(""));
	ck_assert_str_eq(import_errors(&im),
			 "x:2: t*: is about t, which is created later: move its creation before this line\n");
	import_free(&im);
	expect_import("networkd", "[Match]\nName=eth0\n[NetDev]\nKind=sit\n[Match]\nName=t\n", NULL,
		      "x:3: sit: has no Name= in [NetDev]\n");
	/* A comment within a line that goes on, and one that seems to. */
	expect_import("networkd", NETDEV("") NETWORK "# \\\nGateway=\\\n # x \\\n;y\n 2001:db8::2\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9 gateway 2001:db8::2", "");
}
END_TEST

/* What is about a tunnel in other ways than a stanza of method v4tunnel. */
START_TEST(ifupdown_other_ways)
{
#define ENDPOINT "endpoint: is supported only in a stanza with 'inet6' and method 'v4tunnel'\n"
	static const char *const rows[][3] = {
		/* Commands that make it, however they are written. */
		{ "iface t inet6 manual\n pre-up ip  tun add $IFACE mode sit remote 203.0.113.1 ttl 9\n"
		  " up ip a a 2001:db8::3/127 dev t\n",
		  T_WORDS, "" },
		{ "iface t inet6 static\n address 2001:db8::3/127\n mtu 1400\n ttl 7\n"
		  " pre-up ip link add t  type  sit remote 203.0.113.1 ttl 9\n",
		  T_WORDS " mtu 1400", "x:4: ttl: is an option of method v4tunnel, which this stanza does not have\n" },
		/* Those of another interface: its own options are none of ours. */
		{ "iface eth0 inet static\n address 192.0.2.1/24\n gateway 192.0.2.254\n hwaddress x\n"
		  " up ip tunnel add t mode sit remote 203.0.113.1 ttl 9\n up ip addr add 2001:db8::3/127 dev t\n",
		  T_WORDS, "" },
		{ "iface eth0 inet6 static\n address 2001:db8:9::1/64\n up ip -6 route add 2001:db8:77::/48 dev eth0\n"
		  " up ip -6 route add default dev t\n up service radvd start\n"
		  " up ip -6 route add unreachable 2001:db8:48::/48\n" V4TUNNEL,
		  "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9 prefix 2001:db8:48::/48", "" },
		{ "iface t inet6 tunnel\n mode sit\n address 2001:db8::3/127\n endpoint 203.0.113.1\n ttl 9\n", T_WORDS,
		  "" },
		/* What is not read is named. */
		{ V4TUNNEL "iface u inet6 6to4\n", T_WORDS,
		  "x:5: u: is a tunnel without a far end (6to4), which sitctl does not support\n" },
		{ V4TUNNEL "iface u inet6 v4tunel\n endpoint 203.0.113.1\n", T_WORDS, "x:5: " ENDPOINT },
		{ V4TUNNEL "iface u inet v4tunnel\n endpoint 203.0.113.1\n", T_WORDS, "x:5: " ENDPOINT },
		{ V4TUNNEL "iface u\n tunnel-mode sit\n tunnel-remote 203.0.113.1\n", T_WORDS,
		  "x:5: tunnel-mode: is supported only in a "
		  "stanza with 'inet6' and method 'v4tunnel'\n" },
		{ V4TUNNEL "iface u inherits t\n", T_WORDS,
		  "x:5: t: is a tunnel that another stanza inherits, which is not supported: write that stanza out in "
		  "full\n" },
		{ "iface u inherits t\n" V4TUNNEL, T_WORDS,
		  "x:1: t: is a tunnel that another stanza inherits, which is not supported: write that stanza out in "
		  "full\n" },
		{ "wonder 7\nmapping eth0\n script x\n" V4TUNNEL "auto t\nmtu 1400\nsource-dir x\n", T_WORDS,
		  "x:1: wonder: is outside any stanza\nx:9: mtu: is outside any stanza\n"
		  "x:10: source-dir: is not followed: name that file as well\n" },
		/* A comment does not go on. */
		{ V4TUNNEL " # x \\\n mtu 1400\n", T_WORDS " mtu 1400", "" },
	};
	static const char *const faults[][2] = {
		{ "iface t inet6 v4tunnel\n address 2001:db8::3/127\n endpoint\n", "x:3: endpoint: has no value\n" },
		{ "iface t inet6 v4tunnel\n address\n endpoint 203.0.113.1\n", "x:2: address: has no value\n" },
		{ "iface t inet6 manual\n up iptunnel add t mode sit\n",
		  "x:2: iptunnel: is not a command that is understood: use 'ip' instead\n" },
		{ "iface t inet6 manual\n up ifconfig sit0 inet6 tunnel ::203.0.113.1\n",
		  "x:2: ifconfig: is not a command that is understood: use 'ip' instead\n" },
	};
	struct import im;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_import("ifupdown", rows[i][0], rows[i][1], rows[i][2]);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		read_import(&im, "ifupdown", faults[i][0]);
		ck_assert_str_eq(import_errors(&im), faults[i][1]);
		ck_assert(im.n || im.refused);
		import_free(&im);
	}
	read_import(&im, "ifupdown", "iface g inet tunnel\n mode gre\n");
	ck_assert_uint_eq(im.n_others, 1);
	import_free(&im);
}
END_TEST

/* Whatever the format. */
START_TEST(routes_of_ipv4_and_default_routes_that_discard)
{
#define SCRIPT "ip tunnel add t mode sit remote 203.0.113.1 ttl 9\nip addr add 2001:db8::3/127 dev t\n"
	static const char *const rows[][3] = {
		{ "netplan", PLAN(" routes: [{to: 10.0.0.0/8}]"), "x:2: 10.0.0.0/8: is an IPv4 route" },
		{ "netplan", PLAN(" routes: [{to: default, via: 10.0.0.1}]"), "x:2: 10.0.0.1: is an IPv4 route" },
		{ "networkd", NETDEV("") NETWORK "Gateway=10.0.0.1\n", "x:11: 10.0.0.1: is an IPv4 route" },
		{ "networkd", NETDEV("") NETWORK "[Route]\nDestination=0.0.0.0/0\n",
		  "x:11: 0.0.0.0/0: is an IPv4 route" },
		{ "ifupdown", V4TUNNEL " gateway 10.0.0.1\n", "x:5: 10.0.0.1: is an IPv4 route" },
		{ "iproute2", SCRIPT "ip -6 route add unreachable default\n",
		  "x:3: default: is a default route that discards" },
		{ "networkd", NETDEV("") NETWORK "[Route]\nType=blackhole\n",
		  "x:11: default: is a default route that discards" },
		{ "netplan", PLAN(" routes: [{to: '::/0', type: prohibit}]"),
		  "x:2: ::/0: is a default route that discards" },
	};
	struct import im;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		read_import(&im, rows[i][0], rows[i][1]);
		ck_assert_uint_eq(im.errors.n, 1);
		ck_assert_msg(strstr(im.errors.texts[0], rows[i][2]), "%s", im.errors.texts[0]);
		import_free(&im);
	}
}
END_TEST

START_TEST(a_byte_order_mark_is_no_word)
{
	static const char *const rows[][2] = {
		{ "networkd", "\xef\xbb\xbf" NETDEV("") NETWORK },
		{ "ifupdown", "\xef\xbb\xbf" V4TUNNEL },
		{ "iproute2", "\xef\xbb\xbf" SCRIPT },
		{ "netplan", "\xef\xbb\xbf" PLAN("") },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_import(rows[i][0], rows[i][1], T_WORDS, "");
}
END_TEST

Suite *suite_importfiles(void)
{
	Suite *suite = suite_create("importfiles");
	TCase *tc = tcase_create("formats");

	tcase_add_test(tc, ifupdown);
	tcase_add_test(tc, ifupdown_stanzas);
	tcase_add_test(tc, netplan);
	tcase_add_test(tc, networkd);
	tcase_add_test(tc, networkd_values);
	tcase_add_test(tc, lifetimes);
	tcase_add_test(tc, a_tunnel_without_a_far_end_is_named);
	tcase_add_test(tc, ifupdown_other_ways);
	tcase_add_test(tc, netplan_forms);
	tcase_add_test(tc, networkd_matches);
	tcase_add_test(tc, routes_of_ipv4_and_default_routes_that_discard);
	tcase_add_test(tc, a_byte_order_mark_is_no_word);
	suite_add_tcase(suite, tc);
	return suite;
}
