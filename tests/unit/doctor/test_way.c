/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of way_decode(): RTM_NEWROUTE about IPv6 made by hand, whole and malformed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "doctor/way.h"

static struct bytes m;
static struct way way;

/* struct rtmsg: family, lengths of destination and source, TOS, table, protocol, scope, type, flags */
static void begin(uint8_t len)
{
	memset(&m, 0, sizeof(m));
	memset(&way, 0, sizeof(way));
	b_header(&m, 24, 0, 1, 0);
	b_mem(&m, (uint8_t[]){ 10, len, 0, 0, 254, 3, 0, 1 }, 8);
	b_u32(&m, 0);
}

/* As long as the message, so that a checker sees what reads beyond it. */
static int decode(void)
{
	void *copy;
	int ret;

	b_end(&m, 0);
	copy = malloc(m.n);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, m.word, m.n);
	ret = way_decode(copy, &way);
	free(copy);
	return ret;
}

START_TEST(whole)
{
	struct in6_addr dst = ip6("2001:db8::"), router = ip6("fe80::1");

	begin(32);
	b_attr_mem(&m, 1, &dst, sizeof(dst));
	b_attr_u32(&m, 4, 12);
	b_attr_mem(&m, 5, &router, sizeof(router));
	b_attr_u32(&m, 6, 1024);
	b_attr_u32(&m, 15, 1000);
	ck_assert_int_eq(decode(), 0);
	ck_assert(way.reachable);
	ck_assert(way.index == 12 && way.metric == 1024 && way.table == 1000);
	ck_assert(way.has_gateway && addr6_equal(&way.gateway, &router));
	ck_assert(way.net.len == 32 && !memcmp(&way.net.addr, &dst, sizeof(dst)));
}
END_TEST

/* The kernel leaves the destination out where it has no bits. */
START_TEST(default_route)
{
	begin(0);
	b_attr_u32(&m, 4, 12);
	ck_assert_int_eq(decode(), 0);
	ck_assert(way.reachable && way.index == 12 && way.table == 254 && !way.net.len);
}
END_TEST

/* A destination that is no IPv6 address, or none; a prefix with more bits than an address has. */
START_TEST(malformed)
{
	uint8_t dst[20] = { 0x20, 1, 0xd, 0xb8 };

	for (size_t n = 0; n <= sizeof(dst); n++) {
		begin(64);
		b_attr_mem(&m, 1, dst, n);
		ck_assert_msg(decode() == (n == 16 ? 0 : -EBADMSG), "%zu bytes", n);
	}
	begin(64);
	ck_assert_int_eq(decode(), -EBADMSG);
	for (unsigned int len = 128; len <= 255; len++) {
		begin((uint8_t)len);
		b_attr_mem(&m, 1, dst, 16);
		ck_assert_msg(decode() == (len == 128 ? 0 : -EBADMSG), "/%u", len);
	}
}
END_TEST

START_TEST(cut_short)
{
	begin(64);
	m.n -= 4;
	ck_assert_int_eq(decode(), -EBADMSG);
	begin(0);
	b_u16(&m, 8); /* an attribute without its second half */
	b_u16(&m, 4);
	ck_assert_int_eq(decode(), -EBADMSG);
}
END_TEST

Suite *suite_way(void)
{
	Suite *suite = suite_create("way");
	TCase *tc = tcase_create("decode");

	tcase_add_test(tc, whole);
	tcase_add_test(tc, default_route);
	tcase_add_test(tc, malformed);
	tcase_add_test(tc, cut_short);
	suite_add_tcase(suite, tc);
	return suite;
}
