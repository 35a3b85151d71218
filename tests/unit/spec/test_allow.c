/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of allow.h: what is taken and how it is written again, what is refused, what overlaps. */
#include <string.h>

#include "../unit.h"

static const char *why;

START_TEST(taken)
{
	static const struct {
		const char *word, *text; /* text NULL: as the word */
	} good[] = {
		{ "tcp", NULL },
		{ "udp/1", NULL },
		{ "tcp/65535", NULL },
		{ "tcp/1-65535", NULL },
		{ "sctp/5000-5001", NULL },
		{ "tcp/22-22", "tcp/22" },
		{ "6/22", "tcp/22" },
		{ "gre", NULL },
		{ "47", "gre" },
		{ "1", NULL },
		{ "255", NULL },
		{ "tcp/443@2001:db8::1", NULL },
		{ "tcp@2001:DB8:0::1", "tcp@2001:db8::1" },
		{ "esp@2001:db8::/32", NULL },
		{ "udplite/9@2001:db8::1/128", "udplite/9@2001:db8::1" },
		{ "dccp/1-2@2001:db8::/127", NULL },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct allow a, again;
		char text[100];

		ck_assert_msg(parse_allow(good[i].word, &a, &why), "'%s': %s", good[i].word, why);
		ck_assert_str_eq(allow_text(&a, text, sizeof(text)), good[i].text ? good[i].text : good[i].word);
		ck_assert(parse_allow(text, &again, &why));
		ck_assert_mem_eq(&a, &again, sizeof(a));
	}
}
END_TEST

START_TEST(refused)
{
	static const char *const bad[] = {
		"",
		"/",
		"@",
		"tcp/",
		"tcp/0",
		"tcp/65536",
		"tcp/0-9",
		"tcp/9-65536",
		"tcp/9-1",
		"tcp/1-",
		"tcp/-1",
		"tcp/1-2-3",
		"tcp/1/2",
		"tcp/ 1",
		"tcp /1",
		"TCP/1",
		"tc/1",
		"tcpp",
		"gre/1",
		"47/1",
		"0",
		"256",
		"-1",
		"06",
		"tcp/01",
		"tcp/1@",
		"tcp@",
		"tcp@::",
		"tcp@ff02::1",
		"tcp@fe80::1/10",
		"tcp@192.0.2.1",
		"tcp@2001:db8::/129",
		"tcp@2001:db8::1/64",
		"tcp@2001:db8::1@2001:db8::2",
		"tcp,udp",
		"tcp/80,443",
		"tcp/1@eth0",
	};
	char longest[200];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct allow a;

		why = NULL;
		ck_assert_msg(!parse_allow(bad[i], &a, &why), "'%s' was taken", bad[i]);
		ck_assert_msg(why && *why, "'%s': no reason", bad[i]);
	}
	memset(longest, '1', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ck_assert(!parse_allow(longest, &(struct allow){ 0 }, &why));
}
END_TEST

START_TEST(overlaps)
{
	static const struct {
		const char *a, *b;
		bool both;
	} pairs[] = {
		{ "tcp", "tcp", true },
		{ "tcp", "udp", false },
		{ "tcp", "tcp/1", true },
		{ "tcp/1-9", "tcp/9-10", true },
		{ "tcp/1-8", "tcp/9-10", false },
		{ "tcp/5", "tcp/1-9@2001:db8::1", true },
		{ "tcp@2001:db8::/32", "tcp@2001:db8::1", true },
		{ "tcp@2001:db8::2", "tcp@2001:db8::1", false },
		{ "tcp/1@2001:db8::/32", "tcp/2@2001:db8::1", false },
		{ "gre", "gre@2001:db8::1", true },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct allow a, b;

		ck_assert(parse_allow(pairs[i].a, &a, &why) && parse_allow(pairs[i].b, &b, &why));
		ck_assert_msg(allow_overlap(&a, &b) == pairs[i].both, "%s %s", pairs[i].a, pairs[i].b);
		ck_assert_msg(allow_overlap(&b, &a) == pairs[i].both, "%s %s", pairs[i].b, pairs[i].a);
	}
}
END_TEST

Suite *suite_allow(void)
{
	Suite *suite = suite_create("allow");
	TCase *tc = tcase_create("words");

	tcase_add_test(tc, taken);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, overlaps);
	suite_add_tcase(suite, tc);
	return suite;
}
