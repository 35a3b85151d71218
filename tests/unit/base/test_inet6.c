/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of inet6.h: arithmetic against another implementation, classes at their edges. */
#include <string.h>

#include "../unit.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define ROUNDS 2000

typedef unsigned __int128 u128;

static u128 number(const struct in6_addr *addr)
{
	u128 n = 0;

	for (int i = 0; i < 16; i++)
		n = n << 8 | addr->s6_addr[i];
	return n;
}

static u128 mask(unsigned int len)
{
	return len ? ~(u128)0 << (128 - len) : 0;
}

/* Often close to each other, so that prefixes match now and then. */
static struct net6 random_net(uint32_t *state)
{
	struct net6 net = { .len = (uint8_t)(pseudo_random(state) % 129) };
	unsigned int same = pseudo_random(state) % 17;

	for (unsigned int i = 0; i < 16; i++)
		net.addr.s6_addr[i] = i < same ? 0x20 : (uint8_t)pseudo_random(state);
	return net;
}

START_TEST(against_128_bit_numbers)
{
	uint32_t state = 20240601;
	unsigned int contained = 0, overlapping = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct net6 a = random_net(&state), b = random_net(&state);
		uint32_t n = pseudo_random(&state) >> (pseudo_random(&state) % 32);
		struct in6_addr base = net6_base(&a), nth = net6_nth(&a, n), other = addr6_other_half(&a.addr);
		struct in6_addr first = net6_first(&a);
		u128 x = number(&a.addr), y = number(&b.addr);
		unsigned int shorter = a.len < b.len ? a.len : b.len;
		bool in = (x & mask(a.len)) == (y & mask(a.len)), over = (x & mask(shorter)) == (y & mask(shorter));

		ck_assert(number(&base) == (x & mask(a.len)));
		ck_assert(number(&nth) == (x & mask(a.len)) + n);
		ck_assert(number(&first) == (x & mask(a.len)) + (a.len < 128));
		ck_assert(number(&other) == (x ^ 1));
		ck_assert_int_eq(net6_contains(&a, &b.addr), in);
		ck_assert_int_eq(net6_overlap(&a, &b), over);
		ck_assert_int_eq(net6_overlap(&b, &a), over);
		contained += in;
		overlapping += over;
	}
	/* The sequence is worth something only if both answers came up often. */
	ck_assert_uint_gt(contained, ROUNDS / 20);
	ck_assert_uint_lt(contained, ROUNDS - ROUNDS / 20);
	ck_assert_uint_gt(overlapping, ROUNDS / 20);
}
END_TEST

/* The carry goes as far as it must. */
START_TEST(nth_carries)
{
	static const struct {
		const char *net;
		uint32_t n;
		const char *addr;
	} rows[] = {
		{ "2001:db8::/64", 0, "2001:db8::" },
		{ "2001:db8::/64", 1, "2001:db8::1" },
		{ "2001:db8::7/64", 1, "2001:db8::1" },
		{ "2001:db8::/64", UINT32_MAX, "2001:db8::ffff:ffff" },
		{ "2001:db8::ff/128", 1, "2001:db8::100" },
		{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128", 1, "2001:db9::" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", 1, "::" },
		{ "2001:db8::100/120", 255, "2001:db8::1ff" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct net6 net = net6(rows[i].net);
		struct in6_addr want = ip6(rows[i].addr), have = net6_nth(&net, rows[i].n);

		ck_assert_msg(!memcmp(&want, &have, 16), "%s, %u", rows[i].net, rows[i].n);
	}
}
END_TEST

START_TEST(pairs_of_127)
{
	static const char *const rows[][2] = {
		{ "2001:db8::2", "2001:db8::3" },
		{ "2001:db8::", "2001:db8::1" },
		{ "2001:db8::fffe", "2001:db8::ffff" },
		{ "2001:db8::ff", "2001:db8::fe" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct in6_addr a = ip6(rows[i][0]), b = ip6(rows[i][1]), ab = addr6_other_half(&a),
				ba = addr6_other_half(&b);

		ck_assert(addr6_equal(&ab, &b) && addr6_equal(&ba, &a));
		ck_assert(!addr6_equal(&a, &b));
	}
}
END_TEST

START_TEST(reserved_anycast)
{
	static const struct {
		const char *addr;
		bool reserved;
	} rows[] = {
		{ "2001:db8::", true },
		{ "2001:db8:1:2::", true },
		{ "2001:db8::1", false },
		{ "2001:db8:0:0:8000::", false },
		{ "2001:db8::ff00", false },
		{ "2001:db8::ffff:ffff:ffff:ff7f", false },
		{ "2001:db8::ffff:ffff:ffff:ff80", true },
		{ "2001:db8::ffff:ffff:ffff:ffff", true },
		{ "2001:db8::fffe:ffff:ffff:ffff", false },
		{ "2001:db8::ffff:ffff:fffe:ffff", false },
		{ "ffff:ffff:ffff:ffff::1", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct in6_addr addr = ip6(rows[i].addr);

		ck_assert_msg(addr6_reserved_anycast(&addr) == rows[i].reserved, "%s", rows[i].addr);
	}
}
END_TEST

START_TEST(classes_of_ipv6)
{
	static const struct {
		const char *addr, *class; /* a word of the reason; NULL: a host can have it */
	} rows[] = {
		{ "::", "unspecified" },
		{ "::1", "loopback" },
		{ "::2", "IPv4-compatible" },
		{ "::ffff:ffff", "IPv4-compatible" },
		{ "::1:0:0", NULL },
		{ "::fffe:0:0", NULL },
		{ "::ffff:0:0", "IPv4-mapped" },
		{ "::ffff:255.255.255.255", "IPv4-mapped" },
		{ "::1:0:0:0", NULL },
		{ "fe7f:ffff::1", NULL },
		{ "fe80::", "link-local" },
		{ "febf:ffff::1", "link-local" },
		{ "fec0::1", NULL },
		{ "feff::1", NULL },
		{ "ff00::", "multicast" },
		{ "ff02::1", "multicast" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast" },
		{ "2001:db8::1", NULL },
		{ "fc00::1", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct in6_addr addr = ip6(rows[i].addr);
		const char *class = addr6_not_host(&addr);

		ck_assert_msg(!class == !rows[i].class, "%s: %s", rows[i].addr, class ? class : "taken");
		ck_assert_msg(!class || strstr(class, rows[i].class), "%s: %s", rows[i].addr, class);
	}
}
END_TEST

START_TEST(classes_of_ipv4)
{
	static const struct {
		const char *addr, *class, *nat;
	} rows[] = {
		{ "0.0.0.0", "0.0.0.0/8", NULL },
		{ "0.255.255.255", "0.0.0.0/8", NULL },
		{ "1.0.0.0", NULL, NULL },
		{ "9.255.255.255", NULL, NULL },
		{ "10.0.0.0", NULL, "RFC 1918" },
		{ "10.255.255.255", NULL, "RFC 1918" },
		{ "11.0.0.0", NULL, NULL },
		{ "100.63.255.255", NULL, NULL },
		{ "100.64.0.0", NULL, "RFC 6598" },
		{ "100.127.255.255", NULL, "RFC 6598" },
		{ "100.128.0.0", NULL, NULL },
		{ "126.255.255.255", NULL, NULL },
		{ "127.0.0.0", "loopback", NULL },
		{ "127.255.255.255", "loopback", NULL },
		{ "128.0.0.0", NULL, NULL },
		{ "172.15.255.255", NULL, NULL },
		{ "172.16.0.0", NULL, "RFC 1918" },
		{ "172.31.255.255", NULL, "RFC 1918" },
		{ "172.32.0.0", NULL, NULL },
		{ "192.167.255.255", NULL, NULL },
		{ "192.168.0.0", NULL, "RFC 1918" },
		{ "192.168.255.255", NULL, "RFC 1918" },
		{ "192.169.0.0", NULL, NULL },
		{ "223.255.255.255", NULL, NULL },
		{ "224.0.0.0", "multicast", NULL },
		{ "239.255.255.255", "multicast", NULL },
		{ "255.255.255.255", "broadcast", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *class = addr4_not_host(ip4(rows[i].addr)), *nat = addr4_behind_nat(ip4(rows[i].addr));

		ck_assert_msg(!class == !rows[i].class && (!class || strstr(class, rows[i].class)), "%s: %s",
			      rows[i].addr, class);
		ck_assert_msg(!nat == !rows[i].nat && (!nat || strstr(nat, rows[i].nat)), "%s: %s", rows[i].addr, nat);
	}
}
END_TEST

/* RFC 6890: what a tunnel cannot lead to; what is private, or for tests and manuals, it can. */
START_TEST(far_ends)
{
	static const struct {
		const char *addr, *class;
	} rows[] = {
		{ "0.0.0.1", "0.0.0.0/8" },
		{ "10.0.0.1", NULL },
		{ "100.64.0.1", NULL },
		{ "127.1.0.1", "loopback" },
		{ "169.253.255.255", NULL },
		{ "169.254.0.0", "link-local" },
		{ "169.254.255.255", "link-local" },
		{ "169.255.0.0", NULL },
		{ "172.16.0.1", NULL },
		{ "191.255.255.255", NULL },
		{ "192.0.0.0", "192.0.0.0/24" },
		{ "192.0.0.255", "192.0.0.0/24" },
		{ "192.0.1.0", NULL },
		{ "192.0.2.1", NULL },
		{ "192.88.98.255", NULL },
		{ "192.88.99.0", "6to4" },
		{ "192.88.99.255", "6to4" },
		{ "192.88.100.0", NULL },
		{ "192.168.1.1", NULL },
		{ "198.18.0.1", NULL },
		{ "198.19.255.254", NULL },
		{ "198.51.100.1", NULL },
		{ "203.0.113.1", NULL },
		{ "223.255.255.255", NULL },
		{ "224.0.0.1", "multicast" },
		{ "240.0.0.0", "240.0.0.0/4" },
		{ "255.255.255.254", "240.0.0.0/4" },
		{ "255.255.255.255", "broadcast" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *class = addr4_not_far_end(ip4(rows[i].addr));

		ck_assert_msg(!class == !rows[i].class && (!class || strstr(class, rows[i].class)), "%s: %s",
			      rows[i].addr, class);
	}
}
END_TEST

START_TEST(networks_of_ipv4)
{
	ck_assert_uint_eq(addr4_base(ip4("203.0.113.129"), 25).s_addr, ip4("203.0.113.128").s_addr);
	ck_assert_uint_eq(addr4_base(ip4("203.0.113.129"), 32).s_addr, ip4("203.0.113.129").s_addr);
	ck_assert_uint_eq(addr4_base(ip4("203.0.113.129"), 0).s_addr, 0);
}
END_TEST

/* RFC 5952: lower case, the longest run of zeros, the first of two, no run of one. */
START_TEST(texts)
{
	static const char *const rows[][2] = {
		{ "2001:DB8:0:0:0:0:0:A", "2001:db8::a" },
		{ "2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "2001:0db8::0001", "2001:db8::1" },
	};
	struct net6 longest = net6("1111:2222:3333:4444:5555:6666:7777:8888/128");
	char text[NET6_TEXT];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct in6_addr addr = ip6(rows[i][0]);

		ck_assert_str_eq(addr6_text(&addr, text), rows[i][1]);
	}
	ck_assert_str_eq(net6_text(&longest, text), "1111:2222:3333:4444:5555:6666:7777:8888/128");
	ck_assert_str_eq(addr4_text(ip4("203.0.113.255"), text), "203.0.113.255");
}
END_TEST

START_TEST(equality)
{
	struct net6 a = net6("2001:db8::/64"), b = net6("2001:db8::/65"), c = net6("2001:db8::1/64"), d = a;

	ck_assert(net6_equal(&a, &d));
	ck_assert(!net6_equal(&a, &b));
	ck_assert(!net6_equal(&a, &c));
}
END_TEST

Suite *suite_inet6(void)
{
	Suite *s = suite_create("inet6");
	TCase *tc = tcase_create("addresses");

	tcase_add_test(tc, against_128_bit_numbers);
	tcase_add_test(tc, nth_carries);
	tcase_add_test(tc, pairs_of_127);
	tcase_add_test(tc, reserved_anycast);
	tcase_add_test(tc, classes_of_ipv6);
	tcase_add_test(tc, classes_of_ipv4);
	tcase_add_test(tc, far_ends);
	tcase_add_test(tc, networks_of_ipv4);
	tcase_add_test(tc, texts);
	tcase_add_test(tc, equality);
	suite_add_tcase(s, tc);
	return s;
}
