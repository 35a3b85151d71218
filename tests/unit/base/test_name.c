/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of name.h: one name for equal texts, another for others, however many there are. */
#include <string.h>

#include "../unit.h"
#include "base/name.h"

#define MANY 20000

START_TEST(equal_texts_are_one)
{
	char text[] = "sit-alice";
	struct name a, b, other;

	ck_assert(name_hold(&a, text) && name_hold(&b, "sit-alice") && name_hold(&other, "sit-alicf"));
	ck_assert(name_equal(a, b));
	ck_assert(!name_equal(a, other));
	/* It is held, not borrowed. */
	strcpy(text, "changed");
	ck_assert_str_eq(name_text(a), "sit-alice");
	ck_assert_ptr_eq(name_text(a), name_text(b));
}
END_TEST

START_TEST(the_empty_one_is_zero)
{
	static const struct name zero;
	struct name name;

	memset(&name, 0xff, sizeof(name));
	ck_assert(name_hold(&name, ""));
	ck_assert(name_equal(name, zero));
	ck_assert_str_eq(name_text(zero), "");
}
END_TEST

/* What was held stays while the table grows; it takes little more than its bytes. */
START_TEST(many)
{
	static struct name names[MANY];
	char text[16];
	size_t before = allocated();

	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "peer-%d", i);
		ck_assert(name_hold(&names[i], text));
	}
	ck_assert_uint_lt((allocated() - before) / MANY, 64);
	for (int i = 0; i < MANY; i++) {
		struct name again;

		snprintf(text, sizeof(text), "peer-%d", i);
		ck_assert_str_eq(name_text(names[i]), text);
		ck_assert(name_hold(&again, text) && name_equal(again, names[i]));
	}
	names_forget();
	ck_assert_uint_lt(allocated(), before + MANY); /* what the test itself keeps */
	ck_assert(name_hold(&names[0], "peer-7"));
	ck_assert_str_eq(name_text(names[0]), "peer-7");
}
END_TEST

Suite *suite_name(void)
{
	Suite *s = suite_create("name");
	TCase *tc = tcase_create("names");

	tcase_add_test(tc, equal_texts_are_one);
	tcase_add_test(tc, the_empty_one_is_zero);
	tcase_add_test(tc, many);
	suite_add_tcase(s, tc);
	return s;
}
