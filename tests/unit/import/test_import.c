/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of `import`: what other tools write, whatever it is. */
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "import/assemble.h"
#include "import/import.h"
#include "import/importers.h"

void read_import(struct import *im, const char *format, const char *text)
{
	char *copy = strdup(text);
	struct err err;

	memset(im, 0, sizeof(*im));
	ck_assert_ptr_nonnull(copy);
	import_text(im, importer_find(format), "x", copy);
	free(copy);
	ck_assert_int_eq(import_end(im, &err), 0);
}

/* The errors, a line each. */
const char *import_errors(const struct import *im)
{
	static char text[8192];

	text[0] = '\0';
	for (size_t i = 0; i < errors_kept(&im->errors); i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s\n", im->errors.texts[i]);
	return text;
}

void expect_import(const char *format, const char *text, const char *words, const char *expected)
{
	struct import im;
	SPEC want = { 0 };

	read_import(&im, format, text);
	ck_assert_msg(!strcmp(import_errors(&im), expected), "%s\n%s", text, import_errors(&im));
	if (words) {
		make_spec(&want, ROLE_CLIENT, words);
		ck_assert_msg(im.n == 1, "%s", text);
		ck_assert_str_eq(name_text(im.tunnels[0].spec.name), name_text(want.name));
		same_spec(&want, &im.tunnels[0].spec, text);
	} else {
		ck_assert_msg(im.n == 0, "%s", text);
	}
	import_free(&im);
}

/* Commands of a stanza make others while its own tunnel is read. */
START_TEST(tunnels_within_a_stanza)
{
	char text[4096] = "iface a inet6 manual\n sitctl-remote 203.0.113.1\n";
	const struct imported *a;
	struct import im;

	for (int i = 0; i < 20; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 " up ip tunnel add b%d mode sit remote 203.0.113.%d\n", i, 10 + i);
	snprintf(text + strlen(text), sizeof(text) - strlen(text),
		 " sitctl-address 2001:db8::3/127\n sitctl-mtu 1400\n");
	read_import(&im, "ifupdown", text);
	ck_assert_uint_eq(im.n, 21);
	a = import_find(&im, "a");
	ck_assert(a && a->spec.n_addresses == 1 && a->spec.mtu == 1400);
	ck_assert_uint_eq(a->spec.remote.s_addr, ip4("203.0.113.1").s_addr);
	import_free(&im);
}
END_TEST

#define BROKER "he-ipv6 remote 203.0.113.1 local 198.51.100.7 address 2001:db8::2/64 "

START_TEST(iproute2_as_brokers_print_it)
{
	static const char *const texts[] = {
		/* Hurricane Electric */
		"modprobe ipv6\nip tunnel add he-ipv6 mode sit remote 203.0.113.1 local 198.51.100.7 ttl 255\n"
		"ip link set he-ipv6 up\nip addr add 2001:db8::2/64 dev he-ipv6\nip route add ::/0 dev he-ipv6\n"
		"ip -f inet6 addr\n",
		/* with sudo, abbreviations, a path, quotes, lines that go on, comments, Windows' line ends */
		"sudo /sbin/ip t a 'he-ipv6' mode sit \\\n  remote \"203.0.113.1\" local 198.51.100.7 ttl 255 # "
		"mine\r\n"
		"ip l s he-ipv6 up; sudo ip -6 a a 2001:db8::2/64 dev he-ipv6 && ip -6 r a default dev he-ipv6\r\n",
		/* ip link, in another order */
		"ip -6 route add default dev he-ipv6 metric 1024\nip -family inet6 addr add 2001:db8::2/64 dev "
		"he-ipv6\n"
		"ip link add name he-ipv6 type sit remote 203.0.113.1 local 198.51.100.7 ttl 255 mode ip6ip pmtudisc\n",
		"#!/bin/sh\ncase $1 in\nup)\nip tunnel add he-ipv6 mode sit remote 203.0.113.1 local 198.51.100.7 ttl "
		"255\n"
		"ip addr add 2001:db8::2/64 dev he-ipv6\nip -6 route add default dev he-ipv6\n;;\ndown)\nkillall "
		"radvd\n"
		"ip tunnel del he-ipv6 2>/dev/null;;\nesac >&2\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		expect_import("iproute2", texts[i], BROKER, "");
}
END_TEST

START_TEST(iproute2_values)
{
	expect_import("iproute2",
		      "ip tunnel add t mode sit remote 203.0.113.1\nip addr add 2001:db8::3/127 dev t\n"
		      "ip link set t mtu 1280 up\nip -6 route add default via 2001:db8::2 dev t metric 5\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl inherit mtu 1280 gateway 2001:db8::2 metric 5",
		      "");
	expect_import("iproute2",
		      "ip tunnel add t mode sit remote 203.0.113.1 local any ttl 64 dev eth0\n"
		      "ip addr add 2001:db8::3 dev t\nip -6 route add blackhole 2001:db8:1::/48\n"
		      "ip -6 addr add 2001:db8:1::1/64 dev lan\nip -6 addr add 2001:db8:2::1/64 dev lan2\n",
		      "t remote 203.0.113.1 address 2001:db8::3/128 ttl 64 dev eth0 gateway none "
		      "prefix 2001:db8:1::/48,lan prefix 2001:db8:2::/64,lan2",
		      "");
	/* A TOS is hexadecimal for `ip`, with 0x or without; 1 stands for `inherit`. */
	expect_import(
		"iproute2",
		"ip link add t type sit remote 203.0.113.1 tos 10 fwmark 0x20\nip addr add 2001:db8::3/127 dev t\n",
		"t remote 203.0.113.1 address 2001:db8::3/127 ttl inherit tos 0x10 fwmark 0x20 gateway none", "");
	expect_import("iproute2",
		      "ip link add t type sit remote 203.0.113.1 dsfield 0x1\nip addr add 2001:db8::3/127 dev t\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl inherit tos inherit gateway none", "");
	/* A name, and not 0xef. */
	expect_import("iproute2",
		      "ip link add t type sit remote 203.0.113.1 tos EF\nip addr add 2001:db8::3/127 dev t\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl inherit tos 0xb8 gateway none", "");
	/* IPv4 of other interfaces is none of our business. */
	expect_import("iproute2",
		      "ip addr add 198.51.100.7/24 dev eth0\nip route add default via 198.51.100.1 dev eth0\n"
		      "ip tunnel add t mode sit remote 203.0.113.1\nip addr add 2001:db8::3/127 dev t\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl inherit gateway none", "");
}
END_TEST

#define T "ip tunnel add t mode sit remote 203.0.113.1 ttl 9\nip addr add 2001:db8::3/127 dev t\n"
#define T_WORDS "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9 gateway none"

START_TEST(what_is_not_understood_is_named_with_its_line)
{
	expect_import("iproute2", T "ifconfig sit0 inet6 tunnel ::203.0.113.1\n", T_WORDS,
		      "x:3: ifconfig: is not a command that is understood: use 'ip' instead\n");
	expect_import("iproute2", "ip tunnel add sit0 mode sit remote 203.0.113.1\n", NULL,
		      "x:1: sit0: is the kernel's own device for packets that belong to no tunnel\n");
	expect_import("iproute2", T "[ \"$1\" = x ] && ip link set t mtu 1400\n", T_WORDS " mtu 1400",
		      "x:3: test: is not evaluated: what depends on it is read in either case\n");
	expect_import("iproute2", T "[ -e /x ] && true && ip link set t mtu 1400\n", T_WORDS " mtu 1400",
		      "x:3: test: is not evaluated: what depends on it is read in either case\n");
	expect_import("iproute2", T "[ -e /x ] && ip tunnel show t; ip link show || ip link set t mtu 1400\n",
		      T_WORDS " mtu 1400", "");
	expect_import("iproute2", T "\n\nip -6 rule add from 2001:db8::3 table 7\n", T_WORDS,
		      "x:5: rule: is an object of 'ip' that is not understood\n");
	expect_import("iproute2", T "ip -6 route add 2000::/3 dev t\n", T_WORDS,
		      "x:3: 2000::/3: is not a route that sitctl makes for a client: it makes only a default route\n");
	expect_import("iproute2", T "ip -6 route add default dev t table 9\n", T_WORDS,
		      "x:3: table: is not understood in 'ip route'\n");
	expect_import("iproute2", T "ip addr add 10.0.0.1/30 dev t\n", T_WORDS,
		      "x:3: 10.0.0.1/30: is IPv4: a tunnel of sitctl carries only IPv6\n");
	expect_import("iproute2", T "nft add rule inet filter input accept\n", T_WORDS,
		      "x:3: nft: is a packet filter rule: check whether 'notrack', 'mss-clamp', 'source-filter' or "
		      "'simple-security' replaces it\n");
	expect_import("iproute2",
		      "ip link add t type sit mode any remote 203.0.113.1\nip addr add 2001:db8::3/127 dev t\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl inherit gateway none",
		      "x:1: any: is not a tunnel mode that sitctl makes: it makes only 'sit', with IPv6 inside\n");
	expect_import("iproute2",
		      "ip tunnel add t mode sit remote 203.0.113.1 ttl 9 key 4\nip addr add 2001:db8::3/127 dev t\n",
		      T_WORDS, "x:1: key: is not understood in 'ip tunnel'\n");
	expect_import("iproute2", T "ip addr add 'dev t\n", T_WORDS, "x:3: ip: a quote is not closed\n");
	expect_import("iproute2", "echo hello\n", NULL, "");
}
END_TEST

#define WITH_LAN(name) T "ip -6 route add unreachable 2001:db8:2::/48\nip addr add 2001:db8:2::1/64 dev " name "\n"

START_TEST(names_of_interfaces)
{
	/* A prefix that is there already gets its LAN: only by a name that 'prefix' takes. */
	expect_import("iproute2", WITH_LAN("lan"), T_WORDS " prefix 2001:db8:2::/48,lan", "");
	expect_import(
		"iproute2", WITH_LAN("\xedt"), T_WORDS " prefix 2001:db8:2::/48",
		"x:4: \xedt: contains a byte that is not ASCII, which sitctl does not accept in an interface name\n");
	/* Clipped it would be the tunnel's. */
	expect_import("iproute2",
		      "ip tunnel add tunnel-abcdefgh mode sit remote 203.0.113.1 ttl 9\n"
		      "ip addr add 2001:db8::3/127 dev tunnel-abcdefgh\n"
		      "ip addr add 2001:db8::5/127 dev tunnel-abcdefghi\n",
		      "tunnel-abcdefgh remote 203.0.113.1 address 2001:db8::3/127 ttl 9 gateway none",
		      "x:3: tunnel-abcdefghi: is longer than the 15 bytes of an interface name\n");
	/* Others may have alternative names. */
	expect_import("iproute2",
		      T "ip link set dev enp0s20f0u1u4u1c2 mtu 1500\n"
			"ip -6 route add 2001:db8:9::/48 dev enp0s20f0u1u4u1c2\n",
		      T_WORDS, "");
}
END_TEST

START_TEST(a_wrong_value_is_named)
{
	struct import im;

	read_import(&im, "iproute2", "ip tunnel add t mode sit remote [SERVER-IPV4] ttl 300\n");
	ck_assert_uint_eq(im.errors.n, 3);
	ck_assert_ptr_nonnull(strstr(im.errors.texts[0], "x:1: remote '[SERVER-IPV4]': "));
	ck_assert_ptr_nonnull(strstr(im.errors.texts[1], "x:1: ttl '300': "));
	ck_assert_ptr_nonnull(strstr(im.errors.texts[2], "x:1: t: 'address' is missing"));
	import_free(&im);
}
END_TEST

/* Other devices are passed over, with their addresses and routes: a line says which. */
START_TEST(other_devices)
{
	static const char *const texts[][3] = {
		{ "iproute2",
		  "ip -6 tunnel add g6 mode ip6gre remote 2001:db8:9::1\nip tunnel add g mode gre remote 203.0.113.9\n"
		  "ip tunnel change g ttl 9 key 4\nip addr add 2001:db8:5::1/64 dev g6\nip addr add 10.0.0.1/30 dev "
		  "g\n" T "ip link add w type wireguard\nip link add link eth0 name v7 type vlan id 7\nip tunnel add "
		  "ipip0 local any\n"
		  "ip -6 route add 2001:db8:77::/48 dev g6 mtu 1400\nip addr add 2001:db8:2::1/64 dev v7\n",
		  "g6 (ip6gre), g (gre), w (wireguard), v7 (vlan), ipip0 (ipip)" },
		{ "netplan",
		  "network: {tunnels: {g: {mode: gre, key: 1}, t: {mode: sit, remote: 203.0.113.1, ttl: 9,\n"
		  " addresses: [2001:db8::3/127]}, w: {mode: wireguard}}}\n",
		  "g (gre), w (wireguard)" },
		{ "networkd",
		  "[NetDev]\nName=g\nKind=ip6gre\n[Tunnel]\nRemote=2001:db8::9\nKey=1\n[NetDev]\nName=t\nKind=sit\n["
		  "Tunnel]\n"
		  "Remote=203.0.113.1\nTTL=9\n[Match]\nName=t\n[Network]\nAddress=2001:db8::3/127\n",
		  "g (ip6gre)" },
	};
	char others[256];
	struct import im;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		SPEC want = { 0 };

		make_spec(&want, ROLE_CLIENT, i ? T_WORDS : T_WORDS " prefix 2001:db8:2::/64,v7");
		read_import(&im, texts[i][0], texts[i][1]);
		ck_assert_str_eq(import_errors(&im), "");
		ck_assert_uint_eq(im.n, 1);
		same_spec(&want, &im.tunnels[0].spec, texts[i][1]);
		ck_assert_str_eq(import_others(&im, others, sizeof(others)), texts[i][2]);
		import_free(&im);
	}
	read_import(&im, "iproute2", T);
	ck_assert_ptr_null(import_others(&im, others, sizeof(others)));
	import_free(&im);
}
END_TEST

START_TEST(a_fault_is_named_once)
{
	static const char *const texts[][2] = {
		{ "ip tunnel add mode sit remote 203.0.113.1 ttl 9\n", "x:1: add: has no name\n" },
		{ "ip tunnel add t remote 203.0.113.1\n", "x:1: add: has no mode\n" },
		{ "ip tunnel add t mode\n", "x:1: mode: has no value\n" },
		{ "ip tunnel add t mode sit remote 203.0.113.1\nip addr add 2001:db8::3/127 dev\n"
		  "ip addr add 2001:db8::3 dev t\n",
		  "x:2: dev: has no value\n" },
		{ "ip tunnel add t mode sit remote 203.0.113.1\nip addr add 2001:db8::g/64 dev t\n",
		  "x:2: 2001:db8::g/64: is not an IPv6 address\n" },
		{ T "ip addr add 2001:db8::5/127 peer 2001:db8::6 dev t\n",
		  "x:3: peer: is not understood in 'ip address'\n" },
		{ T "ip tunnel 6rd dev t 6rd-prefix 2001:db8::/32\n",
		  "x:3: 6rd: is a command of 'ip tunnel' that is not understood\n" },
		{ "ip tunnel add sixteen-bytes-xx mode sit remote 203.0.113.1\n",
		  "x:1: sixteen-bytes-xx: is longer than the 15 bytes of an interface name\n" },
	};
	struct import im;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		read_import(&im, "iproute2", texts[i][0]);
		ck_assert_str_eq(import_errors(&im), texts[i][1]);
		import_free(&im);
	}
}
END_TEST

/* Words in any order, as `ip` takes them. */
START_TEST(iproute2_order)
{
	expect_import("iproute2",
		      "ip tunnel add mode sit ttl 9 remote 203.0.113.1 t\nip addr add dev t 2001:db8::3/127\n"
		      "ip link set mtu 1400 up dev t\nip -6 route repl default metric 7 dev t\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9 mtu 1400 metric 7", "");
	expect_import("iproute2",
		      "ip tunnel show sit1 || ip tunnel add sit1 remote 203.0.113.1\n"
		      "ip addr add 2001:db8::3/127 dev sit1\n",
		      "sit1 remote 203.0.113.1 address 2001:db8::3/127 ttl inherit gateway none", "");
}
END_TEST

START_TEST(routes)
{
	/* The same twice. */
	expect_import("iproute2", T "ip addr replace 2001:db8::3/127 dev t\nip addr add 2001:db8::3/64 dev t\n",
		      T_WORDS, "x:4: address '2001:db8::3/64': is given twice\n");
	expect_import("iproute2", T "ip -6 route add default dev t\nip -6 route replace ::/0 dev t metric 1024\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9", "");
	expect_import("iproute2", T "ip -6 route add default dev t\nip -6 route add default via 2001:db8::2\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9",
		      "x:4: default via 2001:db8::2: is a second default route through t: sitctl makes only one\n");
	/* A routed prefix on the tunnel itself: its address brings the route. */
	expect_import("iproute2", T "ip addr add 2001:db8:7::1/64 dev t\nip -6 route add 2001:db8:7::/64 dev t\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 address 2001:db8:7::1/64 ttl 9 gateway none", "");
	/* To the gateway, and to another host. */
	expect_import("iproute2",
		      T "ip -6 route add 2001:db8:9::2 dev t\nip -6 route add default via 2001:db8:9::2 dev t\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9 gateway 2001:db8:9::2", "");
	expect_import("iproute2", T "ip -6 route add 2001:db8:9::2 dev t\n", T_WORDS,
		      "x:3: 2001:db8:9::2/128: is not a route that sitctl makes for a client: it makes only a default "
		      "route\n");
	/* Several ways, of which the tunnel is one. */
	expect_import("iproute2",
		      T "ip -6 route add default nexthop via fe80::1 dev eth0 nexthop dev t\n"
			"ip -6 route add default encap seg6 mode encap segs 2001:db8:9::1 dev t\n"
			"ip -6 route add default nexthop via fe80::1 dev eth0 nexthop via fe80::1 dev eth1\n"
			"ip -6 route add default nexthop via 2001:db8::2\n",
		      T_WORDS,
		      "x:3: nexthop: is not understood in 'ip route'\nx:4: encap: is not understood in 'ip "
		      "route'\n"
		      "x:6: nexthop: is not understood in 'ip route'\n");
	/* Of another table, or of some sources: no route of the tunnel, and named. */
	expect_import("iproute2", T "ip -6 route add default dev t from 2001:db8:7::/48\n", T_WORDS,
		      "x:3: from: is not understood in 'ip route'\n");
	expect_import("iproute2", T "ip -6 route add 2001:db8:77::/48 dev eth0 mtu 1400 table 9\n", T_WORDS, "");
	expect_import("iproute2", T "ip route add default via 198.51.100.1 src 198.51.100.7 dev eth0\n", T_WORDS, "");
	expect_import("iproute2", T "ip -6 route add default dev t mtu 1400\n",
		      "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9",
		      "x:3: mtu: is not understood in 'ip route'\n");
}
END_TEST

/* What is unused of a routed prefix, discarded in the old way. */
START_TEST(a_route_to_lo_is_a_prefix)
{
	expect_import("iproute2", T "ip -6 route add 2001:db8:48::/48 dev lo || true\n",
		      T_WORDS " prefix 2001:db8:48::/48", "");
	expect_import("iproute2", T "ip -6 route add unreachable 2001:db8:48::/48\n",
		      T_WORDS " prefix 2001:db8:48::/48", "");
	expect_import("ifupdown",
		      "iface t inet6 v4tunnel\n address 2001:db8::3/127\n endpoint 203.0.113.1\n ttl 9\n"
		      " up ip -6 route add 2001:db8:48::/48 dev lo\n",
		      T_WORDS " prefix 2001:db8:48::/48", "");
}
END_TEST

/* The text wins over what a comment said when it was printed. */
START_TEST(a_comment_gives_only_what_is_not_there)
{
	expect_import(
		"networkd",
		"# sitctl: notrack off: x\n# sitctl: ttl 200: x\n# sitctl: allow tcp/22: x\n# sitctl: allow udp/53: x\n"
		"# sitctl: wonder 7: x\n# sitctl: metric\n"
		"[NetDev]\nName=t\nKind=sit\n[Tunnel]\nRemote=203.0.113.1\nTTL=9\n[Match]\nName=t\n[Network]\n"
		"Address=2001:db8::3/127\n",
		T_WORDS " notrack off allow tcp/22 allow udp/53", "");
}
END_TEST

START_TEST(several_tunnels)
{
	struct import im;

	read_import(&im, "iproute2",
		    "ip tunnel add a mode sit remote 203.0.113.1\nip addr add 2001:db8::3/127 dev a\n"
		    "ip -6 route add unreachable 2001:db8:a::/48\nip tunnel add b mode sit remote 203.0.113.2\n"
		    "ip addr add 2001:db8::5/127 dev b\nip -6 route add unreachable 2001:db8:b::/48\n"
		    "ip -6 route add default via 2001:db8::4\nip tunnel add a mode sit remote 203.0.113.3\n");
	ck_assert_str_eq(import_errors(&im), "x:8: a: is created twice\n");
	ck_assert_uint_eq(im.n, 2);
	ck_assert(net6_equal(&im.tunnels[0].spec.prefixes[0].net, &(struct net6){ ip6("2001:db8:a::"), 48 }));
	ck_assert(net6_equal(&im.tunnels[1].spec.prefixes[0].net, &(struct net6){ ip6("2001:db8:b::"), 48 }));
	ck_assert_int_eq(im.tunnels[0].spec.gateway_mode, GATEWAY_NONE);
	ck_assert_int_eq(im.tunnels[1].spec.gateway_mode, GATEWAY_ADDRESS);
	import_free(&im);
}
END_TEST

Suite *suite_import(void)
{
	Suite *suite = suite_create("import");
	TCase *tc = tcase_create("formats");

	tcase_add_test(tc, tunnels_within_a_stanza);
	tcase_add_test(tc, iproute2_as_brokers_print_it);
	tcase_add_test(tc, iproute2_values);
	tcase_add_test(tc, what_is_not_understood_is_named_with_its_line);
	tcase_add_test(tc, names_of_interfaces);
	tcase_add_test(tc, a_wrong_value_is_named);
	tcase_add_test(tc, other_devices);
	tcase_add_test(tc, a_fault_is_named_once);
	tcase_add_test(tc, iproute2_order);
	tcase_add_test(tc, routes);
	tcase_add_test(tc, a_route_to_lo_is_a_prefix);
	tcase_add_test(tc, a_comment_gives_only_what_is_not_there);
	tcase_add_test(tc, several_tunnels);
	suite_add_tcase(suite, tc);
	return suite;
}
