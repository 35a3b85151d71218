/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: netlink messages byte by byte, as linux/netlink.h describes them, without the library. */
#include <arpa/inet.h>
#include <string.h>

#include "unit.h"

void b_mem(struct bytes *b, const void *data, size_t n)
{
	ck_assert_uint_le(b->n + n, sizeof(b->word));
	memcpy((char *)b->word + b->n, data, n);
	b->n += n;
}

void b_u8(struct bytes *b, uint8_t value)
{
	b_mem(b, &value, sizeof(value));
}

void b_u16(struct bytes *b, uint16_t value)
{
	b_mem(b, &value, sizeof(value));
}

void b_u32(struct bytes *b, uint32_t value)
{
	b_mem(b, &value, sizeof(value));
}

void b_addr6(struct bytes *b, const char *addr)
{
	struct in6_addr a = ip6(addr);

	b_mem(b, &a, sizeof(a));
}

void b_addr4(struct bytes *b, const char *addr)
{
	struct in_addr a = ip4(addr);

	b_mem(b, &a, sizeof(a));
}

void b_align(struct bytes *b)
{
	while (b->n % 4)
		b_u8(b, 0);
}

size_t b_header(struct bytes *b, uint16_t type, uint16_t flags, uint32_t seq, uint32_t pid)
{
	size_t at = b->n;

	b_u32(b, 0);
	b_u16(b, type);
	b_u16(b, flags);
	b_u32(b, seq);
	b_u32(b, pid);
	return at;
}

void b_end(struct bytes *b, size_t header)
{
	uint32_t len = (uint32_t)(b->n - header);

	memcpy((char *)b->word + header, &len, sizeof(len));
	b_align(b);
}

size_t b_attr(struct bytes *b, uint16_t type)
{
	size_t at = b->n;

	b_u16(b, 0);
	b_u16(b, type);
	return at;
}

void b_attr_end(struct bytes *b, size_t attr)
{
	uint16_t len = (uint16_t)(b->n - attr);

	memcpy((char *)b->word + attr, &len, sizeof(len));
	b_align(b);
}

void b_attr_mem(struct bytes *b, uint16_t type, const void *data, size_t n)
{
	size_t attr = b_attr(b, type);

	b_mem(b, data, n);
	b_attr_end(b, attr);
}

void b_attr_str(struct bytes *b, uint16_t type, const char *text)
{
	b_attr_mem(b, type, text, strlen(text) + 1);
}

void b_attr_u8(struct bytes *b, uint16_t type, uint8_t value)
{
	b_attr_mem(b, type, &value, sizeof(value));
}

void b_attr_u32(struct bytes *b, uint16_t type, uint32_t value)
{
	b_attr_mem(b, type, &value, sizeof(value));
}

const struct nlmsghdr *b_msg(const struct bytes *b)
{
	return (const struct nlmsghdr *)b->word;
}

void same_bytes(const void *have, size_t n, const struct bytes *want)
{
	const uint8_t *a = have, *b = (const uint8_t *)want->word;

	for (size_t i = 0; i < n && i < want->n; i++)
		ck_assert_msg(a[i] == b[i], "byte %zu of %zu is %02x, not %02x", i, n, a[i], b[i]);
	ck_assert_uint_eq(n, want->n);
}

struct in_addr ip4(const char *text)
{
	struct in_addr addr;

	ck_assert_msg(inet_pton(AF_INET, text, &addr) == 1, "%s", text);
	return addr;
}

struct in6_addr ip6(const char *text)
{
	struct in6_addr addr;

	ck_assert_msg(inet_pton(AF_INET6, text, &addr) == 1, "%s", text);
	return addr;
}

struct net6 net6(const char *text)
{
	char addr[64];
	unsigned int len;
	struct net6 net;

	ck_assert_msg(sscanf(text, "%60[^/]/%u", addr, &len) == 2, "%s", text);
	net.addr = ip6(addr);
	net.len = (uint8_t)len;
	return net;
}

int split_words(char *text, char *words[], int max)
{
	int n = 0;
	char *rest = NULL;

	for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		ck_assert_int_lt(n, max);
		words[n++] = word;
	}
	return n;
}

/* xorshift32 (Marsaglia 2003) */
uint32_t pseudo_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}
