/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of commands of a shell script: their words, and the room that these take. */
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "base/shellwords.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define LEFT 16 /* bytes that values may bring */

/* $Y has two words, $Z one, $E none; others are not known. */
static const char *value(void *nothing, const char *name, size_t len)
{
	(void)nothing;
	return len != 1 ? NULL : *name == 'Y' ? "a b" : *name == 'Z' ? "z" : *name == 'E' ? "" : NULL;
}

/* The commands of TEXT into BUF: words in [], odd ones in <>, a command a line. Their room is as large as it must be. */
static const char *commands(const char *text, char *buf, size_t size)
{
	size_t room = strlen(text) + 1 + LEFT;
	struct shellwords s = { .next = text, .room = malloc(room), .at = 1, .value = value, .left = LEFT };
	char *begin = s.room, *words[64];
	int n;

	ck_assert_ptr_nonnull(begin);
	buf[0] = '\0';
	while ((n = shell_command(&s, words, 64))) {
		for (int i = 0; i < n; i++)
			snprintf(buf + strlen(buf), size - strlen(buf), s.odd >> i & 1 ? "<%s>" : "[%s]", words[i]);
		snprintf(buf + strlen(buf), size - strlen(buf), "\n");
		ck_assert_msg((size_t)(s.room - begin) <= room, "%s: %zd bytes", text, s.room - begin);
	}
	free(begin);
	return buf;
}

/* A word that the shell splits; where a part is not known, this is as it stands in the text. */
START_TEST(words_that_values_split)
{
	static const char *const rows[][2] = {
		{ "x$Y", "[xa][b]\n" },
		{ "x$Y$(foo)", "[xa]<$Y$(foo)>\n" },
		{ "$(foo)x${Y}y", "<$(foo)x>[by]\n" },
		{ "$U$Y$U$Y$U", "<$U><$Y$U><$Y$U>\n" },
		{ "\"$U $Y\"$Y", "<\"$U $Y\">[b]\n" },
		{ "A=$Y$U", "<A=$Y$U>\n" },
		{ "$E $E$Z \"$E\"", "[z][]\n" },
	};
	char buf[256];

	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_str_eq(commands(rows[i][0], buf, sizeof(buf)), rows[i][1]);
}
END_TEST

START_TEST(brackets_and_redirections_are_no_words)
{
	static const char *const rows[][2] = {
		{ "(a b; c)&&d\n", "[a][b]\n[c]\n[d]\n" },
		{ "f() { a; }\ng ( )\n{\n}", "[f]\n[{][a]\n[}]\n[g]\n[{]\n[}]\n" },
		{ "case a in b|c) d;; e ) f\n;; esac", "[case][a][in][b]\n[c]\n[d]\n[;;]\n[e]\n[f]\n[;;]\n[esac]\n" },
		{ "a=(b c) d+=(e) f", "<a=(b c)><d+=(e)>[f]\n" },
		{ "a $(b \")\" ')' `c`) d", "[a]<$(b \")\" ')' `c`)>[d]\n" },
		{ "a>b 2>&1 c &>d <e\nf 3<g", "[a][c]\n[f]\n" },
		{ "a <<E b\nit's (\nE\nc <<-'F' <<G|d\n\tF\nG\ne", "[a][b]\n[c]\n[d]\n[e]\n" },
		{ "a <<<b c\nd", "[a][c]\n[d]\n" },
	};
	char buf[256];

	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_str_eq(commands(rows[i][0], buf, sizeof(buf)), rows[i][1]);
}
END_TEST

START_TEST(what_is_not_closed_is_said)
{
	static const char *const rows[][2] = {
		{ "a", NULL },
		{ "a 'b", "a quote is not closed" },
		{ "a $(b", "a bracket is not closed" },
		{ "a >\"b", "a quote is not closed" },
		{ "a <<E\nb\n", "a here-document has no end" },
		{ "<<E\nb\n", "a here-document has no end" },
		{ "a <<E <<E <<E <<E <<E", "there are too many here-documents" },
		{ "a <<E\nb\nE", NULL },
	};
	char room[256], *words[8];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct shellwords s = { .next = rows[i][0], .room = room, .at = 1, .value = value };

		shell_command(&s, words, 8);
		ck_assert_msg(rows[i][1] ? s.open && !strcmp(s.open, rows[i][1]) : !s.open, "%s: %s", rows[i][0],
			      s.open);
		ck_assert_uint_eq(s.line, 1);
	}
}
END_TEST

/* Whatever stands in it: the sanitizers look, too. */
START_TEST(words_fit_into_their_room)
{
	static const char *const parts[] = { "x", "$Y", "${Y}", "$U", "$(f o)", "`f`",	 "\"", "'",    "\\", " ",
					     ";", "\n", "$",	"A=", "<",	"${U:-", "}",  "\\\n", "#",  "$E",
					     "|", ")",	"(",	"<<", "<<-",	">",	 "&",  "E",    "0",  "\t" };
	char text[256], buf[4096];
	uint32_t state = 1;

	for (int run = 0; run < 20000; run++) {
		text[0] = '\0';
		for (uint32_t n = pseudo_random(&state) % 16; n; n--)
			strcat(text, parts[pseudo_random(&state) % COUNT(parts)]);
		commands(text, buf, sizeof(buf));
	}
}
END_TEST

Suite *suite_shellwords(void)
{
	Suite *s = suite_create("shellwords");
	TCase *tc = tcase_create("commands");

	tcase_add_test(tc, words_that_values_split);
	tcase_add_test(tc, brackets_and_redirections_are_no_words);
	tcase_add_test(tc, what_is_not_closed_is_said);
	tcase_add_test(tc, words_fit_into_their_room);
	suite_add_tcase(s, tc);
	return s;
}
