/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of derive.h and wanted.h: what parameters mean in objects of the kernel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "plan/wanted.h"
#include "state/elements.h"

static struct spec spec;
static struct addr addr;
static struct route route;

static void forget(void)
{
	spec_free(&spec);
}

static void is_addr(const struct addr *a, const char *net, const char *ifname)
{
	struct net6 want = net6(net);

	ck_assert_msg(net6_equal(&a->net, &want), "%s", net);
	ck_assert_str_eq(a->ifname, ifname);
}

START_TEST(addresses_of_a_client)
{
	make_spec(&spec, ROLE_CLIENT, "t1 remote 203.0.113.1 address 2001:db8::3 address 2001:db8:9::1/64");
	ck_assert(derive_addr(&spec, 0, &addr) && addr.nodad);
	is_addr(&addr, "2001:db8::3/127", "t1");
	ck_assert(derive_addr(&spec, 1, &addr) && addr.nodad);
	is_addr(&addr, "2001:db8:9::1/64", "t1");
	ck_assert(!derive_addr(&spec, 2, &addr));
}
END_TEST

/* The pair of a /127 is a link; in anything else this end is a host and so is the peer. */
START_TEST(addresses_of_a_peer)
{
	static const struct {
		const char *words, *addr, *host_route;
	} rows[] = {
		{ "address 2001:db8::3", "2001:db8::2/127", NULL },
		{ "address 2001:db8::2/127", "2001:db8::3/127", NULL },
		{ "address 2001:db8::3 server-address 2001:db8::2", "2001:db8::2/127", NULL },
		{ "address 2001:db8::3 server-address 2001:db8::9", "2001:db8::9/128", "2001:db8::3/128" },
		{ "address 2001:db8::3/64 server-address 2001:db8::1", "2001:db8::1/128", "2001:db8::3/128" },
		{ "address 2001:db8::3/128 server-address 2001:db8::2", "2001:db8::2/128", "2001:db8::3/128" },
		{ "address 2001:db8::3/126 server-address 2001:db8::2", "2001:db8::2/128", "2001:db8::3/128" },
	};
	SPEC server = { 0 };
	struct spec both;
	struct addr more;
	struct net6 want;
	char words[256];

	make_spec(&server, ROLE_SERVER, "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(words, sizeof(words), "alice remote 198.51.100.7 prefix 2001:db8:5::/48 %s", rows[i].words);
		make_spec(&spec, ROLE_PEER, words);
		both = spec_effective(&spec, &server);
		ck_assert(derive_addr(&both, 0, &addr) && !derive_addr(&both, 1, &more));
		is_addr(&addr, rows[i].addr, "sit-alice");
		want = net6(rows[i].host_route ? rows[i].host_route : "2001:db8:5::/48");
		ck_assert_msg(derive_route(&both, 0, &route) && net6_equal(&route.dst, &want), "%s", rows[i].words);
		ck_assert_msg(derive_route(&both, 1, &route) == !!rows[i].host_route, "%s", rows[i].words);
		ck_assert(!derive_route(&both, 2, &route) && !derive_route(&both, 3, &route));
		spec_free(&spec);
	}
	make_spec(&spec, ROLE_PEER, "alice remote 198.51.100.7 address 2001:db8::3 prefix 2001:db8:5::/48");
	both = spec_effective(&spec, &server);
	want = net6("2001:db8:5::/48");
	ck_assert(derive_route(&both, 0, &route));
	ck_assert(net6_equal(&route.dst, &want) && route.metric == 1024 && route.type == 1 && !route.has_gateway);
	ck_assert_str_eq(route.ifname, "sit-alice");
}
END_TEST

/* A LAN gets a /64 at most (RFC 4862), and what is not on the LAN is unreachable. */
START_TEST(prefixes_of_a_client)
{
	static const struct {
		const char *prefix, *lan;
		bool unreachable;
	} rows[] = {
		{ "2001:db8:1::/48", NULL, true },
		{ "2001:db8:1::/64", NULL, true },
		{ "2001:db8:1::/48,eth1", "2001:db8:1::1/64", true },
		{ "2001:db8:1::/63,eth1", "2001:db8:1::1/64", true },
		{ "2001:db8:1::/64,eth1", "2001:db8:1::1/64", false },
		{ "2001:db8:1::/65,eth1", "2001:db8:1::1/65", false },
		{ "2001:db8:1::8/127,eth1", "2001:db8:1::9/127", false },
		{ "2001:db8:1::8/128,eth1", "2001:db8:1::8/128", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char words[128];
		bool lan;

		snprintf(words, sizeof(words), "t1 remote 203.0.113.1 address 2001:db8::3 prefix %s", rows[i].prefix);
		make_spec(&spec, ROLE_CLIENT, words);
		lan = derive_lan_addr(&spec.prefixes[0], &addr);
		ck_assert_msg(lan == !!rows[i].lan, "%s", rows[i].prefix);
		if (lan)
			is_addr(&addr, rows[i].lan, "eth1");
		ck_assert_msg(derive_unreachable(&spec.prefixes[0], &route) == rows[i].unreachable, "%s",
			      rows[i].prefix);
		if (rows[i].unreachable)
			ck_assert(route.type == 7 && route.metric == 4294967295U &&
				  net6_equal(&route.dst, &spec.prefixes[0].net));
	}
}
END_TEST

START_TEST(default_routes)
{
	struct in6_addr via = ip6("fe80::1");

	make_spec(&spec, ROLE_CLIENT, "t1 remote 203.0.113.1 address 2001:db8::3");
	ck_assert(derive_route(&spec, 0, &route) && !route.dst.len && !route.has_gateway && route.metric == 1024);
	ck_assert_str_eq(route.ifname, "t1");
	make_spec(&spec, ROLE_CLIENT, "t1 remote 203.0.113.1 address 2001:db8::3 gateway fe80::1 metric 7");
	ck_assert(derive_route(&spec, 0, &route) && route.has_gateway && route.metric == 7);
	ck_assert(addr6_equal(&route.gateway, &via));
	make_spec(&spec, ROLE_CLIENT, "t1 remote 203.0.113.1 address 2001:db8::3 gateway none");
	ck_assert(!derive_route(&spec, 0, &route));
}
END_TEST

/* As a device of somebody else is read, or one whose addresses were flushed while no journal tells them. */
START_TEST(without_an_address)
{
	SPEC server = { 0 };
	struct spec both;
	struct nft_table t = { .exists = true };
	struct err err;

	make_spec(&server, ROLE_SERVER, "");
	for (int i = 0; i < 2; i++) {
		spec_free(&spec);
		ck_assert_int_eq(spec_init(&spec, i ? ROLE_PEER : ROLE_CLIENT, "x", &err), 0);
		spec.remote = ip4("203.0.113.1");
		name_hold(&spec.dev, "x");
		both = spec.role == ROLE_PEER ? spec_effective(&spec, &server) : spec;
		for (unsigned int k = 0; derive_addr(&both, k, &addr) && k < 9; k++)
			ck_assert_uint_lt(k, 2);
		for (unsigned int k = 0; derive_route(&both, k, &route) && k < 9; k++)
			ck_assert_uint_lt(k, 2);
		ck_assert_int_eq(derive_elements(&both, &t, &err), 0);
	}
	nft_free(&t);
}
END_TEST

static struct lab lab;

static void begin(void)
{
	own_netns();
	make_veth("up0", "up1");
	lab_open(&lab);
}

static void end(void)
{
	forget();
	lab_close(&lab);
}

/* On-link: under an address of the uplink, or under a route of it without gateway; not ours, not a host. */
START_TEST(on_link_prefixes)
{
	struct net6 inside = net6("2001:db8:7::3/128"), outside = net6("2001:db8:8::3/128"),
		    wider = net6("2001:db8:7::/48");
	struct net6 found, want = net6("2001:db8:7::/64");

	lab_addr(&lab, "up0", "2001:db8:7::1/64", 0);
	ck_assert(on_link(&lab.s, "up0", &inside, &found) && net6_equal(&found, &want));
	ck_assert(!on_link(&lab.s, "up0", &outside, NULL));
	ck_assert(!on_link(&lab.s, "up0", &wider, NULL)); /* larger than what is on the link */
	ck_assert(!on_link(&lab.s, "up1", &inside, NULL));
	lab.s.n_addrs = 0;
	lab_addr(&lab, "up0", "2001:db8:7::3/128", 0);
	ck_assert(!on_link(&lab.s, "up0", &inside, NULL));
	lab_route(&lab, "up0", "2001:db8:7::/64", 256, 41); /* one that we made */
	ck_assert(!on_link(&lab.s, "up0", &inside, NULL));
	lab_route(&lab, "up0", "2001:db8:7::/64", 256, 2)->has_gateway = true;
	ck_assert(!on_link(&lab.s, "up0", &inside, NULL));
	lab_route(&lab, "up0", "default", 1024, 3);
	ck_assert(!on_link(&lab.s, "up0", &inside, NULL));
	lab_route(&lab, "up0", "2001:db8:7::/64", 256, 2); /* RTPROT_KERNEL */
	ck_assert(on_link(&lab.s, "up0", &inside, &found) && net6_equal(&found, &want));
}
END_TEST

static unsigned int all_proxied(const char *uplink, struct net6 *ranges)
{
	unsigned int at = 0, n = 0;

	while (derive_proxied(&lab.s, uplink, &spec, &at, &ranges[n]))
		n++;
	return n;
}

static unsigned int proxied(const char *words, struct net6 *ranges)
{
	char text[256];

	snprintf(text, sizeof(text), "alice remote 198.51.100.7 address 2001:db8:7::3 %s", words);
	make_spec(&spec, ROLE_PEER, text);
	return all_proxied("up0", ranges);
}

START_TEST(proxied_ranges)
{
	struct net6 ranges[4], host = net6("2001:db8:7::3/128"), part = net6("2001:db8:7::80/121");

	ck_assert_uint_eq(proxied("", ranges), 0);
	ck_assert_uint_eq(proxied("proxy-ndp on", ranges), 1);
	ck_assert(net6_equal(&ranges[0], &host));
	lab_addr(&lab, "up0", "2001:db8:7::1/64", 0);
	ck_assert_uint_eq(proxied("", ranges), 1);
	ck_assert(net6_equal(&ranges[0], &host));
	ck_assert_uint_eq(proxied("proxy-ndp off prefix 2001:db8:7::80/121", ranges), 0);
	ck_assert_uint_eq(proxied("prefix 2001:db8:7::80/121 prefix 2001:db8:9::/48", ranges), 2);
	ck_assert(net6_equal(&ranges[1], &part));
	ck_assert_uint_eq(all_proxied("", ranges), 0); /* no uplink yet */
}
END_TEST

static char alias[ALIAS_SIZE]; /* of the device below */

static void link_wanted(const char *words, struct link *out, int ret)
{
	struct world w = { .c = &lab.c, .s = &lab.s, .j = &lab.j, .desired = &lab.desired };
	char text[256];

	snprintf(text, sizeof(text), "t1 remote 203.0.113.1 address 2001:db8::3 %s", words);
	make_spec(&spec, ROLE_CLIENT, text);
	ck_assert_int_eq(wanted_link(&w, &spec, out, alias, &lab.err), ret);
}

START_TEST(tunnel_devices)
{
	struct link l;

	link_wanted("local 192.0.2.1 ttl inherit mtu 1400 dev up0", &l, 0);
	ck_assert_str_eq(l.name, "t1");
	ck_assert_str_eq(l.alias, "sitctl client t1");
	ck_assert_str_eq(l.underlay_name, "up0");
	ck_assert_uint_eq(l.underlay, index_of("up0"));
	ck_assert_uint_eq(l.remote.s_addr, ip4("203.0.113.1").s_addr);
	ck_assert_uint_eq(l.local.s_addr, ip4("192.0.2.1").s_addr);
	ck_assert(l.up && l.ttl == 0 && l.mtu == 1400);
	link_wanted("mtu 1400 dev nosuch0", &l, -EINVAL);
	ck_assert(lab.err.usage && !strcmp(lab.err.step, "nosuch0"));
}
END_TEST

/* `mtu auto`, asked of this kernel: the path less 20, never under 1280; without a path what is there, or 1480. */
START_TEST(automatic_mtu)
{
	static const struct {
		unsigned int device, tunnel;
	} rows[] = { { 1500, 1480 }, { 1400, 1380 }, { 1300, 1280 }, { 1280, 1280 }, { 9000, 8980 }, { 65535, 65515 } };
	struct link l;

	link_wanted("", &l, 0);
	ck_assert_uint_eq(l.mtu, 1480);
	lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1")->mtu = 1333;
	link_wanted("", &l, 0);
	ck_assert_uint_eq(l.mtu, 1333);
	ck_assert_int_eq(system("ip addr add 192.0.2.1/24 dev up0; ip route add default via 192.0.2.9"), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (size_t k = 0; k < lab.s.n_links; k++)
			if (!strcmp(lab.s.links[k].name, "up0"))
				lab.s.links[k].mtu = rows[i].device;
		link_wanted("", &l, 0);
		ck_assert_uint_eq(l.mtu, rows[i].tunnel);
	}
	ck_assert_int_eq(system("ip route add 203.0.113.0/24 via 192.0.2.9 mtu lock 1360"), 0);
	link_wanted("", &l, 0);
	ck_assert_uint_eq(l.mtu, 1340);
}
END_TEST

START_TEST(paths)
{
	struct in_addr any = { 0 };
	struct path p;

	ck_assert_int_eq(path_lookup(&lab.c, ip4("203.0.113.1"), any, 0, 0, &p, &lab.err), 0);
	ck_assert(!p.reachable);
	ck_assert_int_eq(system("ip addr add 192.0.2.1/24 dev up0; ip addr add 198.51.100.1/24 dev up1; "
				"ip route add 203.0.113.0/24 via 192.0.2.9; ip route add unreachable 203.0.113.99"),
			 0);
	ck_assert_int_eq(path_lookup(&lab.c, ip4("203.0.113.1"), any, 0, 0, &p, &lab.err), 0);
	ck_assert(p.reachable && p.index == index_of("up0") && p.source.s_addr == ip4("192.0.2.1").s_addr && !p.mtu);
	ck_assert_int_eq(path_lookup(&lab.c, ip4("198.51.100.9"), any, index_of("up1"), 0, &p, &lab.err), 0);
	ck_assert(p.reachable && p.index == index_of("up1"));
	ck_assert_int_eq(path_lookup(&lab.c, ip4("203.0.113.99"), any, 0, 0, &p, &lab.err), 0);
	ck_assert(!p.reachable);
	ck_assert_int_eq(path_lookup(&lab.c, ip4("203.0.113.1"), ip4("192.0.2.77"), 0, 0, &p, &lab.err), 0);
	ck_assert(!p.reachable); /* not our address */
}
END_TEST

Suite *suite_derive(void)
{
	Suite *s = suite_create("want");
	TCase *tc = tcase_create("objects"), *host = namespaced_case(s, "host", begin);

	tcase_add_checked_fixture(tc, NULL, forget);
	tcase_add_test(tc, addresses_of_a_client);
	tcase_add_test(tc, addresses_of_a_peer);
	tcase_add_test(tc, prefixes_of_a_client);
	tcase_add_test(tc, default_routes);
	tcase_add_test(tc, without_an_address);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(host, NULL, end);
	tcase_add_test(host, on_link_prefixes);
	tcase_add_test(host, proxied_ranges);
	tcase_add_test(host, tunnel_devices);
	tcase_add_test(host, automatic_mtu);
	tcase_add_test(host, paths);
	return s;
}
