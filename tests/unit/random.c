/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels with any values, the same in every run. */
#include <arpa/inet.h>
#include <string.h>

#include "unit.h"
#include "base/list.h"
#include "spec/params.h"

static uint32_t *state; /* of the test that runs */

static uint32_t below(uint32_t n)
{
	return pseudo_random(state) % n;
}

/* Global unicast: any host may have it. */
static struct in6_addr random_address(void)
{
	struct in6_addr addr;

	for (int i = 0; i < 16; i++) /* with runs of zeros, which the text form shortens */
		addr.s6_addr[i] = below(3) ? 0 : (uint8_t)pseudo_random(state);
	addr.s6_addr[0] = (uint8_t)(0x20 + below(0x20));
	return addr;
}

static struct in_addr random_ipv4(void)
{
	struct in_addr addr;

	do
		addr.s_addr = htonl(pseudo_random(state) % 0x5f000000 + 0x80000000);
	while (addr4_not_far_end(addr));
	return addr;
}

static void random_name(char *name, size_t longest)
{
	static const char bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t n = 1 + below((uint32_t)longest);

	for (size_t i = 0; i < n; i++)
		name[i] = bytes[below(sizeof(bytes) - 1)];
	name[n] = '\0';
	if (name[0] == '.')
		name[0] = 'x';
}

static void random_ifname(struct name *ifname)
{
	char text[IFNAMSIZ];

	random_name(text, sizeof(text) - 1);
	ck_assert(name_hold(ifname, text));
}

static uint32_t edge(uint32_t min, uint32_t max)
{
	switch (below(4)) {
	case 0: return min;
	case 1: return max;
	default: return min + below(max - min) + below(2);
	}
}

/* Prefixes of one tunnel may not overlap: the I-th has bits of its own. */
static void random_prefixes(struct spec *s)
{
	unsigned int n = below(8);

	for (unsigned int i = 0; i < n; i++) {
		struct prefix p = { .net = { .addr = random_address() } };

		p.net.addr.s6_addr[1] = (uint8_t)i;
		p.net.len = (uint8_t)(16 + below(113));
		p.net.addr = net6_base(&p.net);
		if (s->role == ROLE_CLIENT && below(2))
			random_ifname(&p.ifname);
		ck_assert(param_append(s, "prefix", &p));
	}
}

void random_spec(struct spec *s, enum role role, uint32_t *seed)
{
	char name[40];
	struct err err;
	unsigned int n;

	state = seed;
	random_name(name, role == ROLE_CLIENT ? 15 : 11);
	ck_assert_int_eq(spec_init(s, role, name, &err), 0);
	for (const struct param *p = params; p->name; p++)
		if ((p->roles & role) && !p->internal)
			s->set |= param_bit(p);
	s->remote = random_ipv4();
	if (below(4) == 0)
		s->host = list_text("tunnel.example");
	if (role != ROLE_PEER && below(2))
		s->local = random_ipv4();
	n = role == ROLE_CLIENT ? 1 + below(4) : 1;
	for (unsigned int i = 0; i < n; i++) {
		struct net6 address = { .addr = random_address(), .len = (uint8_t)edge(1, 128) };

		address.addr.s6_addr[15] = (uint8_t)(0x10 + i);
		ck_assert(param_append(s, "address", &address));
	}
	s->has_server_address = role == ROLE_PEER;
	if (role == ROLE_PEER) {
		s->server_address = random_address();
		s->server_address.s6_addr[15] = 0x77;
		s->proxy_ndp = below(3);
		random_ifname(&s->dev);
	} else {
		random_ifname(&s->underlay);
	}
	s->gateway_mode = role == ROLE_CLIENT ? below(3) : GATEWAY_AUTO;
	if (s->gateway_mode == GATEWAY_ADDRESS)
		s->gateway = random_address();
	if (role == ROLE_CLIENT)
		s->metric = edge(1, UINT32_MAX);
	random_prefixes(s);
	s->ttl = (uint8_t)below(256);
	s->tos = (uint8_t)below(256);
	if (role != ROLE_NAT && role != ROLE_SERVER)
		s->fwmark = below(3) ? edge(0, UINT32_MAX - 1) : 0;
	s->mtu = below(3) ? edge(1280, 65515) : 0;
	s->notrack = below(2);
	s->mss_clamp = below(2);
	s->source_filter = below(2);
	s->simple_security = role == ROLE_CLIENT && below(2);
	n = role == ROLE_CLIENT ? below(5) : 0;
	for (unsigned int i = 0; i < n; i++) { /* each has a protocol of its own: no two overlap */
		struct allow allow = { .proto = (uint8_t)(100 + i), .last = 65535 };

		ck_assert(param_append(s, "allow", &allow));
	}
	n = role == ROLE_CLIENT ? below(5) : 0;
	for (unsigned int i = 0; i < n; i++) {
		char target[64];

		snprintf(target, sizeof(target), i % 2 ? "2001:db8::%x" : "host%x.example", 1 + i);
		ck_assert(param_append(s, "target", target));
	}
}

void same_spec(const struct spec *a, const struct spec *b, const char *text)
{
	struct spec x = *a, y = *b;

	ck_assert_msg(!x.host == !y.host && (!x.host || !strcmp(x.host, y.host)), "%s", text);
	ck_assert_msg(x.remote.s_addr == y.remote.s_addr && x.local.s_addr == y.local.s_addr, "%s", text);
	ck_assert_msg(x.n_addresses == y.n_addresses && x.n_prefixes == y.n_prefixes, "%s", text);
	for (unsigned int i = 0; i < x.n_addresses; i++)
		ck_assert_msg(net6_equal(&x.addresses[i], &y.addresses[i]), "%s", text);
	for (unsigned int i = 0; i < x.n_prefixes; i++)
		ck_assert_msg(net6_equal(&x.prefixes[i].net, &y.prefixes[i].net) &&
				      name_equal(x.prefixes[i].ifname, y.prefixes[i].ifname),
			      "%s", text);
	ck_assert_msg(x.gateway_mode == y.gateway_mode && addr6_equal(&x.gateway, &y.gateway), "%s", text);
	ck_assert_msg(x.metric == y.metric && x.ttl == y.ttl && x.tos == y.tos && x.fwmark == y.fwmark &&
			      x.mtu == y.mtu && x.notrack == y.notrack,
		      "%s", text);
	ck_assert_msg(x.mss_clamp == y.mss_clamp && x.source_filter == y.source_filter, "%s", text);
	ck_assert_msg(x.has_server_address == y.has_server_address, "%s", text);
	ck_assert_msg(addr6_equal(&x.server_address, &y.server_address) && x.proxy_ndp == y.proxy_ndp, "%s", text);
	ck_assert_msg(name_equal(x.dev, y.dev) && name_equal(x.underlay, y.underlay), "%s", text);
	ck_assert_msg(x.simple_security == y.simple_security && x.n_allows == y.n_allows, "%s", text);
	for (unsigned int i = 0; i < x.n_allows; i++)
		ck_assert_msg(!memcmp(&x.allows[i], &y.allows[i], sizeof(x.allows[i])), "%s", text);
	ck_assert_msg(x.n_targets == y.n_targets, "%s", text);
	for (unsigned int i = 0; i < x.n_targets; i++)
		ck_assert_msg(!strcmp(list_text_at(x.targets, i), list_text_at(y.targets, i)), "%s", text);
}
