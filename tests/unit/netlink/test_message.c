/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of building messages and reading attributes: byte by byte, and nothing beyond the buffer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"

static struct nl_batch b;
static struct err err;

static void room(size_t size)
{
	ck_assert_int_eq(nl_batch_init(&b, size, &err), 0);
}

static void done(void)
{
	nl_batch_free(&b);
}

START_TEST(two_messages)
{
	struct bytes want = { 0 };
	struct nlattr *nest, *inner;
	uint8_t *extra;
	size_t header, attr, deeper;

	room(4096);
	memset(b.buf, 0, 4096);
	extra = nl_start(&b, 20, 0x600, 8);
	ck_assert_ptr_nonnull(extra);
	extra[0] = 10;
	nl_put_u8(&b, 1, 0x42);
	nl_put(&b, 2, 2, "\x12\x34");
	nl_put_u32(&b, 3, 0xdeadbeef);
	nl_put_str(&b, 4, "four");
	nl_put(&b, 5, 0, "");
	ck_assert_ptr_nonnull(nl_start(&b, 21, 0, 0));
	nest = nl_nest(&b, 6);
	inner = nl_nest(&b, 7);
	nl_put(&b, 8, 3, "abc");
	nl_nest_end(&b, inner);
	nl_nest_end(&b, nest);
	ck_assert(!b.overflow);
	ck_assert_uint_eq(b.n, 2);

	header = b_header(&want, 20, 0x600 | 5, 0, 0); /* NLM_F_REQUEST | NLM_F_ACK */
	b_u32(&want, 0);
	b_u32(&want, 0);
	((uint8_t *)want.word)[16] = 10;
	b_attr_u8(&want, 1, 0x42);
	b_attr_mem(&want, 2, "\x12\x34", 2);
	b_attr_u32(&want, 3, 0xdeadbeef);
	b_attr_str(&want, 4, "four");
	b_attr_mem(&want, 5, "", 0);
	b_end(&want, header);
	header = b_header(&want, 21, 5, 0, 0);
	attr = b_attr(&want, 0x8000 | 6); /* NLA_F_NESTED */
	deeper = b_attr(&want, 0x8000 | 7);
	b_attr_mem(&want, 8, "abc", 3);
	b_attr_end(&want, deeper);
	b_attr_end(&want, attr);
	b_end(&want, header);
	same_bytes(b.buf, b.len, &want);
}
END_TEST

/* What malloc() left there does not go to the kernel (and valgrind does not speak of it). */
START_TEST(padding_is_zero)
{
	room(256);
	memset(b.buf, 0xaa, 256);
	ck_assert_ptr_nonnull(nl_start(&b, 20, 0, 3)); /* one byte of padding */
	nl_put_u8(&b, 1, 0x42);			       /* three */
	ck_assert_int_eq(b.buf[19], 0);
	ck_assert_mem_eq(b.buf + 25, "\0\0\0", 3);
}
END_TEST

START_TEST(appended_message)
{
	struct bytes want = { 0 }, first = { 0 };
	size_t header = b_header(&first, 30, 1, 0, 0);

	b_mem(&first, "odd", 3);
	b_end(&first, header);
	room(64);
	nl_append(&b, b_msg(&first));
	ck_assert(nl_start(&b, 31, 0, 4) && b.n == 2);
	b_mem(&want, first.word, first.n);
	header = b_header(&want, 31, 5, 0, 0);
	b_u32(&want, 0);
	b_end(&want, header);
	ck_assert_uint_eq(b.len, want.n);
	ck_assert_mem_eq(b.buf, want.word, 19); /* the byte of padding is nobody's */
	ck_assert_mem_eq(b.buf + 20, (char *)want.word + 20, 20);
}
END_TEST

START_TEST(reset_makes_it_empty)
{
	room(40);
	nl_start(&b, 20, 0, 0);
	nl_put(&b, 1, 60, "");
	ck_assert(b.overflow);
	nl_batch_reset(&b);
	ck_assert(!b.overflow && !b.n && !b.len);
	ck_assert_ptr_nonnull(nl_start(&b, 20, 0, 24));
	ck_assert(!b.overflow);
}
END_TEST

/* In every size of buffer: all fits, or overflow is told and no byte behind the buffer is written. */
START_TEST(tiny_batches)
{
	for (size_t size = 0; size < 120; size++) {
		char payload[21] = "twenty bytes of text";
		struct nlattr *nest;

		room(size);
		b.buf = realloc(b.buf, size + 16);
		memset(b.buf + size, 0x5a, 16);
		nl_start(&b, 20, 0, 8);	    /* 24 bytes */
		nl_put(&b, 1, 20, payload); /* 24: 48 */
		nest = nl_nest(&b, 2);	    /* 4: 52 */
		nl_put_u32(&b, 3, 7);	    /* 8: 60 */
		nl_put_u8(&b, 3, 7);	    /* 8: 68 */
		nl_nest_end(&b, nest);
		nl_start(&b, 20, 0, 0);	      /* 16: 84 */
		nl_put_str(&b, 4, "abcdefg"); /* 12: 96 */
		ck_assert_msg(b.overflow == (size < 96), "%zu bytes", size);
		ck_assert_uint_le(b.len, size);
		if (!b.overflow)
			ck_assert_uint_eq(b.len, 96);
		for (int i = 0; i < 16; i++)
			ck_assert_msg(b.buf[size + (size_t)i] == 0x5a, "%zu bytes: byte %d behind", size, i);
		done();
	}
	room(64); /* for the fixture to free */
}
END_TEST

START_TEST(append_overflows)
{
	struct bytes m = { 0 };
	size_t header = b_header(&m, 30, 1, 0, 0);

	b_u32(&m, 1);
	b_end(&m, header);
	room(39);
	nl_append(&b, b_msg(&m));
	ck_assert(!b.overflow && b.n == 1);
	nl_append(&b, b_msg(&m));
	ck_assert(b.overflow && b.n == 1 && b.len == 20);
}
END_TEST

START_TEST(two_hundred_and_one)
{
	struct bytes m = { 0 };

	b_end(&m, b_header(&m, 30, 1, 0, 0));
	room(65536);
	for (int i = 0; i < 200; i++)
		ck_assert_ptr_nonnull(nl_start(&b, 20, 0, 0));
	ck_assert(!b.overflow && b.n == 200);
	ck_assert_ptr_null(nl_start(&b, 20, 0, 0));
	ck_assert(b.overflow && b.n == 200 && b.len == 200 * 16);
	nl_batch_reset(&b);
	for (int i = 0; i < 200; i++)
		nl_append(&b, b_msg(&m));
	ck_assert(!b.overflow);
	nl_append(&b, b_msg(&m));
	ck_assert(b.overflow && b.n == 200);
}
END_TEST

/* Attributes of too much for 16 bits: refused, not written with a shorter length. */
START_TEST(attribute_of_64_kib)
{
	char *big = calloc(1, 70000);

	room(200000);
	nl_start(&b, 20, 0, 0);
	nl_put(&b, 1, 65531, big); /* 65535 with its header: the longest there is */
	ck_assert(!b.overflow);
	ck_assert_uint_eq(b.len, 16 + 65536);
	nl_batch_reset(&b);
	nl_start(&b, 20, 0, 0);
	nl_put(&b, 1, 65532, big);
	free(big);
	ck_assert_msg(b.overflow, "an attribute of 65536 bytes has the length %u", *(uint16_t *)(b.buf + 16));
}
END_TEST

/* The same inside a nest, whose length has 16 bits too. */
START_TEST(nest_of_64_kib)
{
	char *big = calloc(1, 40000);
	struct nlattr *nest;

	room(200000);
	nl_start(&b, 20, 0, 0);
	nest = nl_nest(&b, 1);
	nl_put(&b, 2, 40000, big);
	nl_put(&b, 3, 40000, big);
	nl_nest_end(&b, nest);
	free(big);
	ck_assert_msg(b.overflow, "a nest of 80012 bytes has the length %u", *(uint16_t *)(b.buf + 16));
}
END_TEST

static struct bytes m;

static void message(void)
{
	memset(&m, 0, sizeof(m));
	b_header(&m, 16, 0, 1, 0);
	b_u32(&m, 0x01020304);
}

START_TEST(reading_values)
{
	const struct nlattr *tb[8 + 1];
	struct in6_addr addr6, want6 = ip6("2001:db8::7");
	char text[5] = "";

	message();
	b_attr_u8(&m, 1, 200);
	b_attr_mem(&m, 2, "\x01\x02", 2);
	b_attr_u32(&m, 3, 4000000000U);
	b_attr_str(&m, 4, "four");
	b_attr_mem(&m, 5, &want6, 16);
	b_attr_mem(&m, 6, "\xcb\x00\x71\x01", 4);
	b_attr_u8(&m, 9, 1);	       /* beyond max: left out */
	b_attr_u8(&m, 0x8000 | 7, 77); /* flags of the type are no part of it */
	b_end(&m, 0);
	ck_assert_int_eq(nl_attrs(b_msg(&m), 4, tb, 8), 0);
	ck_assert_uint_eq(nl_u8(tb[1], 0), 200);
	ck_assert_uint_eq(nl_u32(tb[3], 0), 4000000000U);
	ck_assert(nl_str(tb[4], text, 5));
	ck_assert_str_eq(text, "four");
	ck_assert(nl_in6(tb[5], &addr6) && addr6_equal(&addr6, &want6));
	ck_assert_uint_eq(nl_in(tb[6]).s_addr, ip4("203.0.113.1").s_addr);
	ck_assert_uint_eq(nl_u8(tb[7], 0), 77);
	ck_assert_ptr_null(tb[8]);
	/* Not there, or of another length: the default, and nothing is read. */
	ck_assert_uint_eq(nl_u8(NULL, 9), 9);
	ck_assert_uint_eq(nl_u8(tb[2], 9), 9);
	ck_assert_uint_eq(nl_u32(tb[2], 9), 9);
	ck_assert_uint_eq(nl_u32(tb[5], 9), 9);
	ck_assert_uint_eq(nl_in(tb[1]).s_addr, 0);
	ck_assert(!nl_in6(tb[3], &addr6) && !nl_in6(NULL, &addr6));
	ck_assert(!nl_str(tb[4], text, 4) && !nl_str(tb[2], text, 5) && !nl_str(NULL, text, 5));
}
END_TEST

START_TEST(truncated_attributes)
{
	const struct nlattr *tb[4 + 1];

	message();
	b_end(&m, 0);
	ck_assert_int_eq(nl_attrs(b_msg(&m), 4, tb, 4), 0);
	ck_assert_ptr_null(tb[1]);
	ck_assert_int_eq(nl_attrs(b_msg(&m), 5, tb, 4), -EBADMSG);
	ck_assert_int_eq(nl_attrs(b_msg(&m), 1000, tb, 4), -EBADMSG);
	ck_assert_ptr_null(tb[1]);
	/* The length of an attribute goes beyond the message: it is not handed out. */
	for (uint16_t len = 9; len < 2000; len = (uint16_t)(len * 3)) {
		message();
		b_attr_u32(&m, 1, 7);
		memcpy((char *)m.word + 20, &len, sizeof(len));
		b_end(&m, 0);
		nl_attrs(b_msg(&m), 4, tb, 4);
		ck_assert_msg(!tb[1], "length %u", len);
	}
	for (uint16_t len = 0; len < 4; len++) {
		message();
		b_attr_u32(&m, 1, 7);
		memcpy((char *)m.word + 20, &len, sizeof(len));
		b_end(&m, 0);
		nl_attrs(b_msg(&m), 4, tb, 4);
		ck_assert_msg(!tb[1], "length %u", len);
	}
}
END_TEST

START_TEST(nested_attributes)
{
	const struct nlattr *tb[4 + 1], *in[4 + 1];
	uint16_t beyond = 12;
	size_t nest;

	message();
	nest = b_attr(&m, 0x8000 | 2);
	b_attr_u32(&m, 1, 11);
	b_attr_u32(&m, 5, 55);
	b_attr_u32(&m, 4, 44);
	b_attr_end(&m, nest);
	b_attr_u32(&m, 3, 33);
	b_end(&m, 0);
	ck_assert_int_eq(nl_attrs(b_msg(&m), 4, tb, 4), 0);
	ck_assert_int_eq(nl_attrs_nested(tb[2], in, 4), 0);
	ck_assert_uint_eq(nl_u32(in[1], 0), 11);
	ck_assert_uint_eq(nl_u32(in[4], 0), 44);
	ck_assert(!in[2] && !in[3]);
	ck_assert_uint_eq(nl_u32(tb[3], 0), 33);
	/* The last inner one reaches over the end of the nest, into the next attribute. */
	memcpy((char *)m.word + nest + 20, &beyond, sizeof(beyond));
	nl_attrs(b_msg(&m), 4, tb, 4);
	nl_attrs_nested(tb[2], in, 4);
	ck_assert_ptr_null(in[4]);
}
END_TEST

Suite *suite_message(void)
{
	Suite *s = suite_create("nlmsg");
	TCase *build = tcase_create("building"), *reading = tcase_create("reading");

	tcase_add_checked_fixture(build, NULL, done);
	tcase_add_test(build, two_messages);
	tcase_add_test(build, padding_is_zero);
	tcase_add_test(build, appended_message);
	tcase_add_test(build, reset_makes_it_empty);
	tcase_add_test(build, tiny_batches);
	tcase_add_test(build, append_overflows);
	tcase_add_test(build, two_hundred_and_one);
	tcase_add_test(build, attribute_of_64_kib);
	tcase_add_test(build, nest_of_64_kib);
	tcase_add_test(reading, reading_values);
	tcase_add_test(reading, truncated_attributes);
	tcase_add_test(reading, nested_attributes);
	suite_add_tcase(s, build);
	suite_add_tcase(s, reading);
	return s;
}
