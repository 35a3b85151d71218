/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/inet6.h"

const char *addr6_text(const struct in6_addr *addr, char *buf)
{
	return inet_ntop(AF_INET6, addr, buf, NET6_TEXT);
}

const char *addr4_text(struct in_addr addr, char *buf)
{
	return inet_ntop(AF_INET, &addr, buf, NET6_TEXT);
}

const char *net6_text(const struct net6 *net, char *buf)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &net->addr, text, sizeof(text));
	snprintf(buf, NET6_TEXT, "%s/%u", text, net->len);
	return buf;
}

bool addr6_equal(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool net6_equal(const struct net6 *a, const struct net6 *b)
{
	return a->len == b->len && addr6_equal(&a->addr, &b->addr);
}

/* Mask for byte I of an address whose first LEN bits are significant. */
static uint8_t byte_mask(unsigned int len, unsigned int i)
{
	unsigned int bits = len > 8 * i ? len - 8 * i : 0;

	return bits >= 8 ? 0xff : (uint8_t)(0xff00 >> bits);
}

struct in6_addr net6_base(const struct net6 *net)
{
	struct in6_addr base = net->addr;

	for (unsigned int i = 0; i < 16; i++)
		base.s6_addr[i] &= byte_mask(net->len, i);
	return base;
}

bool net6_contains(const struct net6 *net, const struct in6_addr *addr)
{
	for (unsigned int i = 0; i < 16; i++)
		if ((net->addr.s6_addr[i] ^ addr->s6_addr[i]) & byte_mask(net->len, i))
			return false;
	return true;
}

struct in6_addr net6_last(const struct net6 *net)
{
	struct in6_addr last = net->addr;

	for (unsigned int bit = net->len; bit < 128; bit++)
		last.s6_addr[bit / 8] |= (uint8_t)(0x80 >> (bit % 8));
	return last;
}

bool net6_overlap(const struct net6 *a, const struct net6 *b)
{
	return a->len < b->len ? net6_contains(a, &b->addr) : net6_contains(b, &a->addr);
}

struct in6_addr net6_nth(const struct net6 *net, uint32_t n)
{
	struct in6_addr addr = net6_base(net);

	for (int i = 15; i >= 0 && n; i--) {
		n += addr.s6_addr[i];
		addr.s6_addr[i] = n & 0xff;
		n >>= 8;
	}
	return addr;
}

struct in6_addr net6_first(const struct net6 *net)
{
	return net6_nth(net, net->len < 128);
}

struct in6_addr addr6_other_half(const struct in6_addr *addr)
{
	struct in6_addr other = *addr;

	other.s6_addr[15] ^= 1;
	return other;
}

bool addr6_reserved_anycast(const struct in6_addr *addr)
{
	static const uint8_t zeros[8];
	static const uint8_t ones[7] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const uint8_t *id = addr->s6_addr + 8;

	return memcmp(id, zeros, 8) == 0 || (memcmp(id, ones, 7) == 0 && id[7] >= 0x80);
}

const char *addr6_not_host(const struct in6_addr *addr)
{
	if (IN6_IS_ADDR_UNSPECIFIED(addr))
		return "is the unspecified address";
	if (IN6_IS_ADDR_LOOPBACK(addr))
		return "is the loopback address";
	if (IN6_IS_ADDR_MULTICAST(addr))
		return "is a multicast address";
	if (IN6_IS_ADDR_LINKLOCAL(addr))
		return "is a link-local address, which only the kernel assigns";
	if (IN6_IS_ADDR_V4MAPPED(addr))
		return "is an IPv4-mapped address";
	if (IN6_IS_ADDR_V4COMPAT(addr))
		return "is an IPv4-compatible address";
	return NULL;
}

struct in_addr addr4_base(struct in_addr addr, uint8_t len)
{
	return (struct in_addr){ addr.s_addr & htonl(len ? UINT32_MAX << (32 - len) : 0) };
}

/* A range of IPv4 addresses, and what to say of an address in it. */
struct class4 {
	uint32_t net;
	uint8_t len;
	const char *text;
};

/* TEXT of the row of TABLE (N rows) that ADDR is in, or NULL. */
static const char *find_class(const struct class4 *table, size_t n, struct in_addr addr)
{
	for (size_t i = 0; i < n; i++)
		if (addr4_base(addr, table[i].len).s_addr == htonl(table[i].net))
			return table[i].text;
	return NULL;
}

const char *addr4_not_host(struct in_addr addr)
{
	static const struct class4 table[] = {
		{ 0x00000000, 8, "is an address in 0.0.0.0/8" },
		{ 0x7f000000, 8, "is a loopback address" },
		{ 0xe0000000, 4, "is a multicast address" },
		{ 0xffffffff, 32, "is the broadcast address" },
	};

	return find_class(table, sizeof(table) / sizeof(*table), addr);
}

const char *addr4_not_far_end(struct in_addr addr)
{
	static const struct class4 table[] = {
		{ 0xf0000000, 4, "is a reserved address (240.0.0.0/4)" },
		{ 0xa9fe0000, 16, "is a link-local address, which no router forwards (RFC 3927)" },
		{ 0xc0000000, 24,
		  "is in the block for IETF protocol assignments (192.0.0.0/24), not the address of another host" },
		{ 0xc0586300, 24, "is in the deprecated anycast prefix of the 6to4 relays (RFC 7526)" },
	};
	const char *text = addr4_not_host(addr);

	return text ? text : find_class(table, sizeof(table) / sizeof(*table), addr);
}

const char *addr4_behind_nat(struct in_addr addr)
{
	static const struct class4 table[] = {
		{ 0x0a000000, 8, "private (RFC 1918)" },
		{ 0xac100000, 12, "private (RFC 1918)" },
		{ 0xc0a80000, 16, "private (RFC 1918)" },
		{ 0x64400000, 10, "shared (RFC 6598)" },
	};

	return find_class(table, sizeof(table) / sizeof(*table), addr);
}
