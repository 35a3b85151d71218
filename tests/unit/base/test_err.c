/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of err.h: the message says WHAT: WHY, the kernel's words and the way out. */
#include <errno.h>
#include <string.h>

#include "../unit.h"

static char text[2048];

START_TEST(system_errors)
{
	struct err err;

	ck_assert_int_eq(err_sys(&err, ENODEV, "link %s", "t1"), -ENODEV);
	ck_assert(!err.usage);
	ck_assert_str_eq(err_text(&err, text, sizeof(text)), "link t1: No such device");
	snprintf(err.kernel, sizeof(err.kernel), "Nexthop device is not up");
	ck_assert_str_eq(err_text(&err, text, sizeof(text)),
			 "link t1: No such device (kernel: Nexthop device is not up)");
	err_why(&err, "it %s", "went");
	err_hint(&err, "try %d", 2);
	ck_assert_str_eq(err_text(&err, text, sizeof(text)),
			 "link t1: it went (kernel: Nexthop device is not up); try 2");
}
END_TEST

START_TEST(usage_errors)
{
	struct err err;

	ck_assert_int_eq(err_usage(&err, "remot", "is not a parameter of a %s", "client"), -EINVAL);
	ck_assert(err.usage);
	ck_assert_str_eq(err_text(&err, text, sizeof(text)), "remot: is not a parameter of a client");
}
END_TEST

/* The first hint is the closest to the cause; a new error forgets the one before. */
START_TEST(hints_and_reuse)
{
	struct err err;

	err_usage(&err, "a", "b");
	err_hint(&err, "first");
	err_hint(&err, "second");
	ck_assert_str_eq(err_text(&err, text, sizeof(text)), "a: b; first");
	err_sys(&err, ENOENT, "c");
	ck_assert(!err.usage);
	ck_assert_str_eq(err_text(&err, text, sizeof(text)), "c: No such file or directory");
}
END_TEST

/* A word given by the user is no format, and too long a one is cut, not overrun. */
START_TEST(odd_words)
{
	char word[5000];
	struct err err;

	err_usage(&err, "%s%n", "is %s", "odd");
	ck_assert_str_eq(err_text(&err, text, sizeof(text)), "%s%n: is odd");
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	err_usage(&err, word, "%s", word);
	err_hint(&err, "%s", word);
	ck_assert_uint_lt(strlen(err_text(&err, text, sizeof(text))), sizeof(text));
	ck_assert_uint_gt(strlen(err_text(&err, text, sizeof(text))), 1000);
	ck_assert_str_eq(err_text(&err, text, 8), "xxxxxxx");
}
END_TEST

Suite *suite_err(void)
{
	Suite *s = suite_create("err");
	TCase *tc = tcase_create("errors");

	tcase_add_test(tc, system_errors);
	tcase_add_test(tc, usage_errors);
	tcase_add_test(tc, hints_and_reuse);
	tcase_add_test(tc, odd_words);
	suite_add_tcase(s, tc);
	return s;
}
