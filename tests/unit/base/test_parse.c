/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of parse.h: every parser at its boundaries. */
#include <string.h>

#include "../unit.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Refused, and with a reason. */
#define REFUSED(call, word)                                               \
	do {                                                              \
		why = NULL;                                               \
		ck_assert_msg(!(call), "'%s' was taken", word);           \
		ck_assert_msg(why &&*why, "'%s': no reason given", word); \
	} while (0)

static const char *why;

START_TEST(u32_bounds)
{
	static const struct {
		const char *word;
		uint32_t min, max, value;
	} good[] = {
		{ "0", 0, 0, 0 },
		{ "0", 0, 255, 0 },
		{ "1", 1, 255, 1 },
		{ "255", 1, 255, 255 },
		{ "1280", 1280, 65515, 1280 },
		{ "65515", 1280, 65515, 65515 },
		{ "4294967295", 1, UINT32_MAX, UINT32_MAX },
		{ "10", 0, 99, 10 },
	};
	static const struct {
		const char *word;
		uint32_t min, max;
	} bad[] = {
		{ "", 0, UINT32_MAX },
		{ "0", 1, 255 },
		{ "256", 1, 255 },
		{ "1279", 1280, 65515 },
		{ "65516", 1280, 65515 },
		{ "4294967296", 0, UINT32_MAX },
		{ "18446744073709551616", 0, UINT32_MAX },
		{ "18446744073709551617", 0, UINT32_MAX },
		{ "99999999999999999999999999999999", 0, UINT32_MAX },
		{ "-1", 0, UINT32_MAX },
		{ "+1", 0, UINT32_MAX },
		{ " 1", 0, UINT32_MAX },
		{ "1 ", 0, UINT32_MAX },
		{ "1\n", 0, UINT32_MAX },
		{ "0x10", 0, UINT32_MAX },
		{ "1e3", 0, UINT32_MAX },
		{ "1.0", 0, UINT32_MAX },
		{ "01", 0, UINT32_MAX },
		{ "00", 0, UINT32_MAX },
		{ "\xd9\xa1", 0, UINT32_MAX },
	};

	for (size_t i = 0; i < COUNT(good); i++) {
		uint32_t value = 77;

		ck_assert_msg(parse_u32(good[i].word, good[i].min, good[i].max, &value, &why), "%s", good[i].word);
		ck_assert_uint_eq(value, good[i].value);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		uint32_t value = 77;

		REFUSED(parse_u32(bad[i].word, bad[i].min, bad[i].max, &value, &why), bad[i].word);
		ck_assert_uint_eq(value, 77);
	}
}
END_TEST

/* What people may name; the kernel's interfaces may have any byte from 128 on as well. */
static bool takes_ifname(const char *word)
{
	bool taken = parse_ifname(word, &why);

	if (taken)
		why = ifname_unfit(word);
	return taken && !why;
}

START_TEST(interface_names)
{
	static const char *const good[] = {
		"a",	"eth0", "123456789012345", "eth0.100", "...", "a..b", "sit1", "-x",
		"all1", "ALL",	"Default",	   "a$b",      "a'b", "a\"b", "a;b",  "a#b",
	};
	static const char *const bad[] = {
		"\xc3\xa9t\xc3\xa9",
		"",
		"1234567890123456",
		".",
		"..",
		"all",
		"default",
		"sit0",
		"a/b",
		"/",
		"a:b",
		":",
		"a%d",
		"%",
		"a b",
		" a",
		"a ",
		"a\tb",
		"a\n",
		"\x01",
		"a\x7f",
		"a\x1f",
		"\r",
		"\xff",
		"a\xc3",
		"\xc3z",
		"\xc0\xaf",
	};

	for (size_t i = 0; i < COUNT(good); i++)
		ck_assert_msg(takes_ifname(good[i]), "'%s': %s", good[i], why);
	for (size_t i = 0; i < COUNT(bad); i++)
		REFUSED(takes_ifname(bad[i]), bad[i]);
}
END_TEST

START_TEST(peer_names)
{
	static const char *const good[] = {
		"a", "Alice", "a-b_c.d", "0", "...", "-", "all", "12345678901234567890123456789012",
	};
	static const char *const bad[] = {
		"",	    ".",     "..",  "123456789012345678901234567890123",
		"a b",	    "a/b",   "a:b", "a\nb",
		"a%",	    "a$",    "a,b", "a@b",
		"\xc3\xa9", "a\x80",
	};

	for (size_t i = 0; i < COUNT(good); i++)
		ck_assert_msg(parse_peer_name(good[i], &why), "'%s': %s", good[i], why);
	for (size_t i = 0; i < COUNT(bad); i++)
		REFUSED(parse_peer_name(bad[i], &why), bad[i]);
}
END_TEST

/* Every byte alone: what a name may be made of. */
START_TEST(name_bytes)
{
	for (int c = 1; c < 256; c++) {
		char word[] = { 'a', (char)c, 'b', '\0' };
		bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		ck_assert_msg(parse_ifname(word, &why) == (c > ' ' && c != 127 && c != '/' && c != ':' && c != '%'),
			      "byte %d in an interface name", c);
		ck_assert_msg(takes_ifname(word) == (parse_ifname(word, &why) && c < 127),
			      "byte %d in an interface name of people's", c);
		ck_assert_msg(parse_peer_name(word, &why) == (alnum || c == '-' || c == '_' || c == '.'),
			      "byte %d in a peer name", c);
		ck_assert_msg(parse_host_name(word, &why) == (alnum || c == '-' || c == '.'), "byte %d in a host name",
			      c);
	}
}
END_TEST

START_TEST(ipv4_hosts)
{
	static const char *const good[] = {
		"1.0.0.0",   "1.2.3.4",		"203.0.113.1", "126.255.255.255",
		"128.0.0.0", "223.255.255.255", "10.0.0.1",    "255.255.255.254",
	};
	static const char *const bad[] = {
		"",	     "1.2.3",		"1.2.3.4.5",	   "1.2.3.256",
		"01.2.3.4",  "1.2.3.4 ",	" 1.2.3.4",	   "1.2.3.4/24",
		"0x1.2.3.4", "1.2.3.",		"1..3.4",	   "1",
		"0.0.0.0",   "0.255.255.255",	"127.0.0.1",	   "127.255.255.255",
		"224.0.0.0", "239.255.255.255", "255.255.255.255", "::1",
		"a.b.c.d",
	};
	struct in_addr addr;

	for (size_t i = 0; i < COUNT(good); i++) {
		ck_assert_msg(parse_ipv4_host(good[i], &addr, &why), "%s: %s", good[i], why);
		ck_assert_uint_eq(addr.s_addr, ip4(good[i]).s_addr);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		addr.s_addr = 0x01020304;
		REFUSED(parse_ipv4_host(bad[i], &addr, &why), bad[i]);
		ck_assert_uint_eq(addr.s_addr, 0x01020304);
	}
}
END_TEST

#define L63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

START_TEST(host_names)
{
	static const char *const good[] = {
		"a",
		"tunnel.example",
		"3com.example",
		"a-b.c-d",
		"x1",
		"1x",
		L63,
		L63 "." L63 "." L63 "."
		    "a",
		"xn--bcher-kva.example",
		"tunnel.example.",
	};
	static const char *const bad[] = {
		"",	   ".",	      "..",    "a..b",	     ".a",
		"-a",	   "a-",      "a.-b",  "a-.b",	     "a_b",
		"a b",	   "a/b",     "1",     "1.2",	     "10.0.0",
		"1.2.3.4", "123-456", L63 "a", "a." L63 "a", "z\xc3\xbcrich.example",
		"a:b",
	};
	char longest[260] = "";

	for (size_t i = 0; i < COUNT(good); i++)
		ck_assert_msg(parse_host_name(good[i], &why), "'%s': %s", good[i], why);
	for (size_t i = 0; i < COUNT(bad); i++)
		REFUSED(parse_host_name(bad[i], &why), bad[i]);
	for (size_t i = 0; i < 253; i++)
		longest[i] = i % 10 == 9 ? '.' : 'a';
	ck_assert(parse_host_name(longest, &why));
	longest[253] = 'a';
	REFUSED(parse_host_name(longest, &why), longest);
}
END_TEST

START_TEST(ipv6_hosts)
{
	static const char *const good[] = {
		"2001:db8::3", "2000::",  "fd00::1",   "64:ff9b::1.2.3.4", "2002:c000:201::1",
		"fec0::1",     "fbff::1", "::2:0:0:1", "2001:DB8::A",
	};
	static const char *const bad[] = {
		"",
		"::",
		"::1",
		"ff02::1",
		"ff00::",
		"fe80::1",
		"febf:ffff::1",
		"::ffff:1.2.3.4",
		"::1.2.3.4",
		"::1:2",
		"1.2.3.4",
		"2001:db8::1/64",
		"2001:db8::1%eth0",
		"2001:db8:::1",
		"2001:db8::g",
		" 2001:db8::1",
		"2001:db8:1:2:3:4:5",
		"2001:db8:1:2:3:4:5:6:7",
		"[2001:db8::1]",
		"2001:db8::12345",
	};
	struct in6_addr addr, want;

	for (size_t i = 0; i < COUNT(good); i++) {
		ck_assert_msg(parse_ipv6_host(good[i], &addr, &why), "%s: %s", good[i], why);
		want = ip6(good[i]);
		ck_assert_mem_eq(&addr, &want, 16);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		REFUSED(parse_ipv6_host(bad[i], &addr, &why), bad[i]);
}
END_TEST

START_TEST(addresses_with_length)
{
	static const struct {
		const char *word;
		uint8_t len;
	} good[] = {
		{ "2001:db8::3", 127 },	  { "2001:db8::3/127", 127 },
		{ "2001:db8::3/1", 1 },	  { "2001:db8::3/128", 128 },
		{ "2001:db8::3/64", 64 }, { "2001:db8:1111:2222:3333:4444:5555:6666/128", 128 },
	};
	static const char *const bad[] = {
		"",
		"/",
		"/64",
		"2001:db8::3/",
		"2001:db8::3/0",
		"2001:db8::3/129",
		"2001:db8::3/256",
		"2001:db8::3/-1",
		"2001:db8::3/064",
		"2001:db8::3/64/",
		"2001:db8::3/64/64",
		"2001:db8::3/ 64",
		"2001:db8::3 /64",
		"::1/128",
		"fe80::1/64",
		"ff02::1/128",
		"::/64",
		"203.0.113.1/24",
		"2001:db8::3/ffff::",
		"2001:db8:1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa/64",
	};
	struct net6 net;

	for (size_t i = 0; i < COUNT(good); i++) {
		ck_assert_msg(parse_ipv6_net_host(good[i].word, 127, &net, &why), "%s: %s", good[i].word, why);
		ck_assert_uint_eq(net.len, good[i].len);
	}
	ck_assert(parse_ipv6_net_host("2001:db8::9", 128, &net, &why) && net.len == 128);
	for (size_t i = 0; i < COUNT(bad); i++)
		REFUSED(parse_ipv6_net_host(bad[i], 127, &net, &why), bad[i]);
}
END_TEST

START_TEST(prefixes)
{
	static const char *const good[] = {
		"2001:db8::/32",	  "2000::/3", "8000::/1", "2001:db8::1/128", "2001:db8::2/127",
		"2001:db8:0:0:8000::/65", "fd00::/8",
	};
	static const char *const bad[] = {
		"",
		"2001:db8::",
		"2001:db8::/0",
		"2001:db8::/129",
		"::/0",
		"::/1",
		"2001:db8::1/127",
		"2001:db8::1/64",
		"2001:db8:0:0:8000::/64",
		"2001:db8::/31.5",
		"c000::/1",
		"ff00::/8",
		"fe80::/10",
		"2001:db8::/28",
		"2001:db8::/32,eth0",
		"203.0.113.0/24",
	};
	struct net6 net;

	for (size_t i = 0; i < COUNT(good); i++)
		ck_assert_msg(parse_ipv6_prefix(good[i], &net, &why), "%s: %s", good[i], why);
	for (size_t i = 0; i < COUNT(bad); i++)
		REFUSED(parse_ipv6_prefix(bad[i], &net, &why), bad[i]);
}
END_TEST

/* For each length: the last bit inside may be set, the first one outside may not. */
START_TEST(host_bits)
{
	for (unsigned int len = 2; len <= 128; len++) {
		struct net6 net = { .addr = ip6("4000::") }, out;
		char addr[NET6_TEXT], word[NET6_TEXT + 8];

		net.addr.s6_addr[(len - 1) / 8] |= (uint8_t)(0x80 >> ((len - 1) % 8));
		snprintf(word, sizeof(word), "%s/%u", addr6_text(&net.addr, addr), len);
		ck_assert_msg(parse_ipv6_prefix(word, &out, &why), "%s: %s", word, why);
		snprintf(word, sizeof(word), "%s/%u", addr6_text(&net.addr, addr), len - 1);
		if (len > 2) /* bit 2 is that of 4000:: itself */
			REFUSED(parse_ipv6_prefix(word, &out, &why), word);
	}
}
END_TEST

START_TEST(on_or_off)
{
	static const char *const bad[] = { "", "On", "ON", "yes", "no", "1", "0", "true", "onn", "o", "of", " on" };
	bool out = false;

	ck_assert(parse_on_off("on", &out, &why) && out);
	ck_assert(parse_on_off("off", &out, &why) && !out);
	for (size_t i = 0; i < COUNT(bad); i++)
		REFUSED(parse_on_off(bad[i], &out, &why), bad[i]);
}
END_TEST

Suite *suite_parse(void)
{
	Suite *s = suite_create("parse");
	TCase *tc = tcase_create("words");

	tcase_add_test(tc, u32_bounds);
	tcase_add_test(tc, interface_names);
	tcase_add_test(tc, peer_names);
	tcase_add_test(tc, name_bytes);
	tcase_add_test(tc, ipv4_hosts);
	tcase_add_test(tc, host_names);
	tcase_add_test(tc, ipv6_hosts);
	tcase_add_test(tc, addresses_with_length);
	tcase_add_test(tc, prefixes);
	tcase_add_test(tc, host_bits);
	tcase_add_test(tc, on_or_off);
	suite_add_tcase(s, tc);
	return s;
}
