/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of findings: what is shown of odd names and of what is too long; of the chance that loss explains. */
#include <string.h>

#include "../unit.h"
#include "doctor/exam.h"
#include "doctor/loss.h"

static struct exam e;

static struct finding *found(const char *name)
{
	memset(&e, 0, sizeof(e));
	return exam_found(&e, CAUSE_LOSSY, "%s", name);
}

/* sitctl-security(7) says how. */
START_TEST(each_cause_is_told)
{
	for (const struct cause *c = causes; c < causes + CAUSE_COUNT; c++)
		ck_assert_msg(c->name && c->what && c->evidence && c->remedy, "number %d lacks a text",
			      (int)(c - causes));
}
END_TEST

START_TEST(odd_bytes)
{
	struct finding *f = found("a\xc3\xa4 \x1b[1mb?");

	ck_assert_str_eq(f->evidence, "a\\xc3\\xa4 \\x1b[1mb?");
	exam_advice(f, "see %s", "\n");
	ck_assert_str_eq(f->remedy, "see \\x0a");
	exam_ok(&e, "%s", "\x7f");
	ck_assert_str_eq(e.text, "\\x7f");
	exam_skip(&e, "%s", "\xff");
	ck_assert_str_eq(e.text, "\\xff");
	ck_assert(e.skipped);
}
END_TEST

START_TEST(commands)
{
	struct finding *f = found("x");
	char text[EXAM_REMEDY + 10];

	exam_command(f, "ip link del %s", "a");
	ck_assert(f->command);
	ck_assert_str_eq(f->remedy, "ip link del a");
	/* A name is not what it was. */
	exam_command(f, "ip link del %s", "a\xff");
	ck_assert(!f->command);
	ck_assert_str_eq(f->remedy, causes[CAUSE_LOSSY].remedy);
	exam_command(f, "%s", "");
	ck_assert(!f->command);
	ck_assert_str_eq(f->remedy, causes[CAUSE_LOSSY].remedy);
	/* As long as there is room, and longer: what is cut off is another command. */
	for (size_t len = EXAM_REMEDY - 2; len < sizeof(text) - 1; len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		exam_command(f, "%s", text);
		ck_assert_msg(f->command == (len < EXAM_REMEDY - 1), "%zu bytes", len);
		ck_assert(f->command ? !strcmp(f->remedy, text) : !strcmp(f->remedy, causes[CAUSE_LOSSY].remedy));
	}
}
END_TEST

START_TEST(written)
{
	char buf[8];

	for (size_t len = 0; len < 12; len++) {
		FILE *out = fmemopen(buf, sizeof(buf), "w");

		buf[0] = '\0';
		ck_assert_ptr_nonnull(out);
		for (size_t i = 0; i < len; i++)
			fputc('x', out);
		exam_written(out, buf, sizeof(buf));
		ck_assert_msg(strlen(buf) == (len < sizeof(buf) - 1 ? len : 0), "%zu bytes", len);
	}
}
END_TEST

/* Where no echo came back one in four is taken to be lost; few echos prove little. */
START_TEST(by_chance)
{
	e.loss = NULL;
	ck_assert(loss_explains(&e, 0) && loss_explains(&e, 3) && !loss_explains(&e, 4));
	ck_assert_uint_eq(loss_enough(&e), 4);
	ck_assert(loss_by_chance(8, 8, 3) && !loss_by_chance(8, 8, 4));
	ck_assert(loss_by_chance(0, 8, 2) && !loss_by_chance(0, 8, 3));
	ck_assert(loss_by_chance(0, 40, 1) && !loss_by_chance(0, 40, 2));
	ck_assert(!loss_by_chance(0, 199, 1));
	/* Half is lost: seven in a row are one in 128. */
	ck_assert(loss_by_chance(50, 100, 7) && !loss_by_chance(50, 100, 8));
	for (unsigned int lost = 0; lost < 47; lost++)
		for (unsigned int n = 1; n < 40; n++) {
			ck_assert(!loss_by_chance(lost, 48, n) || loss_by_chance(lost + 1, 48, n));
			ck_assert(!loss_by_chance(lost, 48, n + 1) || loss_by_chance(lost, 48, n));
		}
}
END_TEST

Suite *suite_exam(void)
{
	Suite *suite = suite_create("exam");
	TCase *tc = tcase_create("exam");

	tcase_add_test(tc, each_cause_is_told);
	tcase_add_test(tc, odd_bytes);
	tcase_add_test(tc, commands);
	tcase_add_test(tc, written);
	tcase_add_test(tc, by_chance);
	suite_add_tcase(suite, tc);
	return suite;
}
