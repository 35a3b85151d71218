/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of generic netlink: families of this machine's kernel, and what it would never tell, byte by byte. */
#include "../unit.h" /* before linux/: glibc and the kernel define the same names */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/generic.h"

/* Numbers of linux/genetlink.h, written out: the library takes them from there. */
#define NLCTRL 16
#define FAMILY_ID 1
#define FAMILY_NAME 2
#define GROUPS 7
#define GROUP_NAME 1
#define GROUP_ID 2

static struct nl nl;
static struct nl_batch b;
static struct genl_family *family;
static struct bytes in;
static struct err err;

static void drop(void)
{
	free(family);
	family = NULL;
}

static void begin(void)
{
	own_netns();
	ck_assert_int_eq(nl_open(&nl, &nl_protocols[NL_GENERIC], &err), 0);
	ck_assert_int_eq(nl_batch_init(&b, 4096, &err), 0);
}

static void end(void)
{
	nl_close(&nl);
	nl_batch_free(&b);
	drop();
}

/* The kernel's own family is in every kernel, and has one group. */
START_TEST(nlctrl)
{
	uint32_t group;

	family = genl_resolve(&nl, &b, "nlctrl", &err);
	ck_assert_msg(family, "%s: %s", err.step, strerror(err.code));
	ck_assert_str_eq(family->name, "nlctrl");
	ck_assert_uint_eq(family->id, NLCTRL);
	ck_assert_int_eq(genl_group(family, "notify", &group, &err), 0);
	ck_assert_uint_eq(group, NLCTRL);
	ck_assert_int_eq(nl_join(&nl, group, &err), 0);
	ck_assert_int_eq(genl_group(family, "", &group, &err), -ENOENT);
	ck_assert_int_eq(genl_group(family, "notif", &group, &err), -ENOENT);
	ck_assert_uint_eq(group, 0);
	ck_assert_str_eq(err.step, "multicast group notif of generic netlink family nlctrl");
}
END_TEST

START_TEST(no_such_family)
{
	uint32_t group;

	family = genl_resolve(&nl, &b, "sitctl-nosuch", &err);
	ck_assert_ptr_nonnull(family);
	ck_assert_uint_eq(family->id, 0);
	ck_assert_int_eq(genl_group(family, "notify", &group, &err), -ENOENT);
}
END_TEST

/* A name that no family can have is not one that there is none of. */
START_TEST(impossible_name)
{
	ck_assert_ptr_null(genl_resolve(&nl, &b, "a-name-of-16-chr", &err));
	ck_assert(err.code > 0 && err.code != ENOENT);
	ck_assert_str_eq(err.step, "generic netlink family a-name-of-16-chr");
	family = genl_resolve(&nl, &b, "nlctrl", &err); /* it goes on */
	ck_assert_ptr_nonnull(family);
}
END_TEST

START_TEST(socket_of_another_family)
{
	nl_close(&nl);
	ck_assert_int_eq(nl_open(&nl, &nl_protocols[NL_ROUTE], &err), 0);
	ck_assert_ptr_null(genl_resolve(&nl, &b, "nlctrl", &err));
	ck_assert_int_gt(err.code, 0);
}
END_TEST

START_TEST(request)
{
	struct bytes want = { 0 };
	size_t header;

	ck_assert_int_eq(nl_batch_init(&b, 4096, &err), 0);
	memset(b.buf, 0xaa, 4096);
	genl_start(&b, 0x1234, 0x300, 7, 3);
	nl_put_u8(&b, 1, 0x42);
	header = b_header(&want, 0x1234, 0x300 | 5, 0xaaaaaaaa, 0xaaaaaaaa);
	b_u8(&want, 7);
	b_u8(&want, 3);
	b_u16(&want, 0);
	b_attr_u8(&want, 1, 0x42);
	b_end(&want, header);
	/* The numbers are written when it is sent. */
	memcpy(b.buf + 8, (char *)want.word + 8, 8);
	same_bytes(b.buf, b.len, &want);
	nl_batch_free(&b);
	ck_assert_int_eq(nl_batch_init(&b, 16, &err), 0);
	genl_start(&b, 0x1234, 0, 7, 3);
	ck_assert(b.overflow);
	nl_batch_free(&b);
}
END_TEST

static size_t put_header(uint16_t type, uint8_t cmd)
{
	size_t header = b_header(&in, type, 0, 0, 0);

	b_u8(&in, cmd);
	b_u8(&in, 2);
	b_u16(&in, 0);
	return header;
}

static void put_group(const char *name, uint32_t number)
{
	size_t group = b_attr(&in, 0x8000 | 1);

	b_attr_u32(&in, GROUP_ID, number);
	b_attr_str(&in, GROUP_NAME, name);
	b_attr_end(&in, group);
}

/* The family "some", 0x1f, whose groups follow up to put_end(). */
static size_t put_family(void)
{
	size_t groups;

	memset(&in, 0, sizeof(in));
	put_header(NLCTRL, 1);
	b_attr_str(&in, FAMILY_NAME, "some");
	b_attr_mem(&in, FAMILY_ID, "\x1f\x1f", 2); /* either way round */
	groups = b_attr(&in, 0x8000 | GROUPS);
	return groups;
}

static void put_end(size_t groups)
{
	b_attr_end(&in, groups);
	b_end(&in, 0);
}

/* As long as the message says, in the whole words that libmnl reads: a checker sees what reads beyond it. */
static int decode(void)
{
	void *copy = malloc((in.n + 3) / 4 * 4);
	int ret;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, in.word, in.n);
	ret = genl_decode(copy, &family);
	free(copy);
	return ret;
}

static void refused(void)
{
	ck_assert_int_eq(decode(), -EBADMSG);
	ck_assert_ptr_null(family);
}

static void group_is(const char *name, uint32_t number)
{
	uint32_t group;

	ck_assert_int_eq(genl_group(family, name, &group, &err), number ? 0 : -ENOENT);
	ck_assert_uint_eq(group, number);
}

START_TEST(two_groups)
{
	size_t groups = put_family();

	put_group("one", 11);
	put_group("fifteen-letters", 0xfffffff0);
	put_end(groups);
	ck_assert_int_eq(decode(), 0);
	ck_assert_str_eq(family->name, "some");
	ck_assert_uint_eq(family->id, 0x1f1f);
	group_is("one", 11);
	group_is("fifteen-letters", 0xfffffff0);
	group_is("two", 0);
	drop();
}
END_TEST

START_TEST(no_groups)
{
	put_end(put_family());
	ck_assert_int_eq(decode(), 0);
	group_is("one", 0);
	drop();
	in.n -= 4; /* nor an attribute for them */
	b_end(&in, 0);
	ck_assert_int_eq(decode(), 0);
	group_is("one", 0);
	drop();
}
END_TEST

/* Cut anywhere, as a message of that length: it is one only where the groups would begin, with the padding before or without. */
START_TEST(cut_short)
{
	size_t groups = put_family(), whole;
	unsigned int good = 0;

	put_group("one", 11);
	put_group("two", 12);
	put_end(groups);
	whole = in.n;
	for (size_t n = 16; n < whole; n++) {
		in.n = n;
		in.word[0] = (uint32_t)n;
		if (n > groups || n < groups - 2) {
			refused();
			continue;
		}
		ck_assert_int_eq(decode(), 0);
		drop();
		good++;
	}
	ck_assert_uint_eq(good, 3);
}
END_TEST

/* The nest of the groups ends anywhere in them. */
START_TEST(groups_cut_short)
{
	size_t groups = put_family(), one, two;

	put_group("one", 11);
	one = in.n;
	put_group("two", 12);
	two = in.n;
	for (size_t n = groups + 4; n <= two; n++) {
		in.n = n;
		b_attr_end(&in, groups);
		b_end(&in, 0);
		in.n = in.n < two ? two : in.n;
		if (n == groups + 4 || n == one || n == two) {
			ck_assert_int_eq(decode(), 0);
			group_is("one", n >= one ? 11 : 0);
			group_is("two", n >= two ? 12 : 0);
			drop();
		} else {
			refused();
		}
		put_family();
		put_group("one", 11);
		put_group("two", 12);
	}
}
END_TEST

START_TEST(bad_groups)
{
	size_t groups = put_family(), group;

	put_group("one", 0);
	put_end(groups);
	refused();
	groups = put_family();
	put_group("sixteen-letters-", 1);
	put_end(groups);
	refused();
	groups = put_family();
	put_group("one", 11);
	group = b_attr(&in, 1);
	b_attr_u32(&in, GROUP_ID, 1); /* no name */
	b_attr_end(&in, group);
	put_end(groups);
	refused();
	groups = put_family();
	group = b_attr(&in, 1);
	b_attr_mem(&in, GROUP_ID, "\1\0", 2);
	b_attr_str(&in, GROUP_NAME, "one");
	b_attr_end(&in, group);
	put_end(groups);
	refused();
	groups = put_family();
	group = b_attr(&in, 1);
	b_attr_u32(&in, GROUP_ID, 1);
	b_attr_mem(&in, GROUP_NAME, "one", 3); /* without its zero */
	b_attr_end(&in, group);
	put_end(groups);
	refused();
}
END_TEST

/* Of what is no family a part is missing or wrong. */
START_TEST(bad_families)
{
	static const struct {
		uint16_t type;
		uint8_t cmd;
		size_t name, id; /* lengths, 0: left out */
		uint16_t number;
		bool good;
	} cases[] = {
		{ NLCTRL, 1, 5, 2, 16, true },	  { NLCTRL, 1, 5, 2, 15, false }, /* below NLMSG_MIN_TYPE */
		{ NLCTRL, 1, 5, 2, 0, false },	  { NLCTRL, 1, 5, 1, 0x1f, false },
		{ NLCTRL, 1, 5, 4, 0x1f, false }, { NLCTRL, 1, 5, 0, 0x1f, false },
		{ NLCTRL, 1, 4, 2, 0x1f, false }, { NLCTRL, 1, 0, 2, 0x1f, false },
		{ NLCTRL, 2, 5, 2, 0x1f, false }, /* CTRL_CMD_DELFAMILY */
		{ NLCTRL, 3, 5, 2, 0x1f, false }, { NLCTRL + 1, 1, 5, 2, 0x1f, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint16_t number[2] = { cases[i].number, 0 };

		memset(&in, 0, sizeof(in));
		put_header(cases[i].type, cases[i].cmd);
		if (cases[i].name)
			b_attr_mem(&in, FAMILY_NAME, "some", cases[i].name);
		if (cases[i].id)
			b_attr_mem(&in, FAMILY_ID, number, cases[i].id);
		b_end(&in, 0);
		ck_assert_msg(decode() == (cases[i].good ? 0 : -EBADMSG), "case %zu", i);
		drop();
	}
}
END_TEST

/* No bytes at all lead to a crash. */
START_TEST(any_bytes)
{
	uint32_t state = 65537;
	unsigned int good = 0;

	for (int i = 0; i < 20000; i++) {
		size_t groups = put_family();

		put_group("one", 11);
		put_group("two", 12);
		put_end(groups);
		for (unsigned int k = pseudo_random(&state) % 3; k > 0; k--)
			((uint8_t *)in.word)[16 + pseudo_random(&state) % (in.n - 16)] = (uint8_t)pseudo_random(&state);
		if (!decode())
			good++;
		drop();
	}
	ck_assert_uint_gt(good, 1000);
	ck_assert_uint_lt(good, 20000);
}
END_TEST

Suite *suite_generic(void)
{
	Suite *s = suite_create("generic");
	TCase *tc = namespaced_case(s, "kernel", begin), *bytes = tcase_create("bytes");

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, nlctrl);
	tcase_add_test(tc, no_such_family);
	tcase_add_test(tc, impossible_name);
	tcase_add_test(tc, socket_of_another_family);
	tcase_add_test(bytes, request);
	tcase_add_test(bytes, two_groups);
	tcase_add_test(bytes, no_groups);
	tcase_add_test(bytes, cut_short);
	tcase_add_test(bytes, groups_cut_short);
	tcase_add_test(bytes, bad_groups);
	tcase_add_test(bytes, bad_families);
	tcase_add_test(bytes, any_bytes);
	suite_add_tcase(s, bytes);
	return s;
}
