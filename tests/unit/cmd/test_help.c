/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the tree of commands through its help: everything has one, and it names everything. */
#include <string.h>

#include "../unit.h"
#include "spec/params.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* cli.md: a command, the placeholder of its name, its parameters. */
#define CLIENT                                                                                                    \
	"remote IPV4|local IPV4|address IPV6|gateway IPV6|metric 1..4294967295|prefix IPV6|dev IFACE|ttl 1..255|" \
	"mtu 1280..65515|notrack on|mss-clamp on|source-filter on"
#define SERVER "uplink IFACE|local IPV4|ttl 1..255|mtu 1280..65515|notrack on|mss-clamp on|source-filter on"
#define PEER                                                                                               \
	"remote IPV4|address IPV6|server-address IPV6|prefix IPV6/LEN|proxy-ndp auto|dev NAME|ttl 1..255|" \
	"mtu 1280..65515|notrack on|mss-clamp on|source-filter on"

static const struct {
	const char *group, *name, *placeholder, *params;
} commands[] = {
	{ "client", "up", " NAME", CLIENT },
	{ "client", "set", " NAME PARAMETER", CLIENT },
	{ "client", "down", " NAME", NULL },
	{ "client", "show", " [ NAME ]", NULL },
	{ "client", "check", " [ NAME ]", NULL },
	{ "server", "up", "", SERVER },
	{ "server", "down", "", NULL },
	{ "server", "add-peer", " PEER", PEER },
	{ "server", "set-peer", " PEER", PEER },
	{ "server", "del-peer", " PEER", NULL },
	{ "server", "show", " [ PEER ]", NULL },
	{ "server", "check", "", NULL },
	{ "", "check", "", NULL },
	{ "nat", "up", "", NULL },
	{ "nat", "down", "", NULL },
};

/* NAME VALUE begins a line, after blanks, or ends at a word's end. */
static bool has_row(const char *text, const char *row)
{
	for (const char *p = strstr(text, row); p; p = strstr(p + 1, row))
		if (p >= text + 2 && p[-1] == ' ' && p[-2] == ' ')
			return true;
	return false;
}

static void names_params(const char *text, const char *rows)
{
	char copy[512], *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", rows);
	for (char *row = strtok_r(copy, "|", &rest); row; row = strtok_r(NULL, "|", &rest))
		ck_assert_msg(has_row(text, row), "no \"%s\" in:\n%s", row, text);
}

START_TEST(help_of_a_command)
{
	static const char *const forms[] = { "%s %s help", "%s %s --help", "%s %s -h", "help %s %s" };
	struct ran first, ran;
	char words[128], usage[128];

	for (size_t i = 0; i < COUNT(forms); i++) {
		snprintf(words, sizeof(words), forms[i], commands[_i].group, commands[_i].name);
		expect(&ran, words, 0, NULL);
		if (!i)
			first = ran;
		ck_assert_msg(!strcmp(ran.out, first.out), "sitctl %s:\n%s", words, ran.out);
	}
	snprintf(usage, sizeof(usage), "Usage: sitctl [ OPTIONS ] %s%s%s%s", commands[_i].group,
		 *commands[_i].group ? " " : "", commands[_i].name, commands[_i].placeholder);
	ck_assert_msg(!strncmp(ran.out, usage, strlen(usage)), "%s", ran.out);
	ck_assert_msg(!!commands[_i].params == !!strstr(ran.out, "Parameters:"), "%s", ran.out);
	if (commands[_i].params)
		names_params(ran.out, commands[_i].params);
	ck_assert_ptr_null(strstr(ran.out, "resolved")); /* that is the journal's */
}
END_TEST

/* What must be given, what is the default, what can be repeated: a person who has only this page can do it. */
START_TEST(help_of_client_up)
{
	struct ran ran;

	expect(&ran, "client up help", 0, NULL);
	ck_assert_ptr_nonnull(strstr(ran.out, "remote IPV4|HOST (required)"));
	ck_assert_ptr_nonnull(strstr(ran.out, "metric 1..4294967295 (default: 1024)"));
	ck_assert_ptr_nonnull(strstr(ran.out, "ttl 1..255|inherit (default: 255)"));
	ck_assert_ptr_nonnull(strstr(ran.out, "mtu 1280..65515|auto (default: auto)"));
	ck_assert_ptr_nonnull(strstr(ran.out, "can be repeated"));
}
END_TEST

START_TEST(help_of_a_group)
{
	static const char *const groups[] = { "client", "server" };
	struct ran ran, other;
	char words[64], line[128];

	for (size_t g = 0; g < COUNT(groups); g++) {
		snprintf(words, sizeof(words), "%s help", groups[g]);
		expect(&ran, words, 0, NULL);
		snprintf(words, sizeof(words), "help %s", groups[g]);
		expect(&other, words, 0, NULL);
		ck_assert_str_eq(ran.out, other.out);
		for (size_t i = 0; i < COUNT(commands); i++) {
			snprintf(line, sizeof(line), "sitctl %s %s", commands[i].group, commands[i].name);
			ck_assert_msg(!!strstr(ran.out, line) == !strcmp(commands[i].group, groups[g]), "%s in:\n%s",
				      line, ran.out);
		}
	}
}
END_TEST

START_TEST(help_of_all)
{
	static const char *const options[] = {
		"-V, --version",    "-h, --help",
		"-j, --json",	    "-p, --pretty",
		"-d, --details",    "-s, --statistics",
		"-n, --netns NAME", "-D, --dry-run",
		"-q, --quiet",	    "-c, --color[=auto|always|never]",
	};
	static const char *const forms[] = { "help", "--help", "-h", "-j --help", "-h nonsense" };
	struct ran ran, first;
	char line[128];

	for (size_t i = 0; i < COUNT(forms); i++) {
		expect(&ran, forms[i], 0, NULL);
		if (!i)
			first = ran;
		ck_assert_str_eq(ran.out, first.out);
	}
	for (size_t i = 0; i < COUNT(commands); i++) {
		snprintf(line, sizeof(line), "sitctl %s%s%s", commands[i].group, *commands[i].group ? " " : "",
			 commands[i].name);
		ck_assert_msg(strstr(ran.out, line), "%s", line);
	}
	for (size_t i = 0; i < COUNT(options); i++)
		ck_assert_msg(strstr(ran.out, options[i]), "%s", options[i]);
	ck_assert_ptr_nonnull(strstr(ran.out, "Exit status: 0"));
}
END_TEST

/* Lines that fit a terminal. */
START_TEST(lines_are_short)
{
	static const char *const pages[] = { "help",	       "client help",	       "server help",
					     "client up help", "server add-peer help", "nat help",
					     "nat pass help",  "server up help",       "check help" };
	struct ran ran;

	for (size_t i = 0; i < COUNT(pages); i++) {
		char *rest = NULL;

		expect(&ran, pages[i], 0, NULL);
		for (char *line = strtok_r(ran.out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
			ck_assert_msg(strlen(line) < 80, "sitctl %s: %zu bytes: %s", pages[i], strlen(line), line);
	}
}
END_TEST

/* Help for what is not there is a wrong word like any other. */
static const struct {
	const char *words, *what;
} not_there[] = {
	{ "help clinet", "'client'" },
	{ "clinet help", "'client'" },
	{ "client upp help", "'up'" },
	{ "help client upp", "'up'" },
	{ "server add-per --help", "'add-peer'" },
	{ "client help upp", "'up'" },
	{ "help check now", "now" },
};

START_TEST(help_of_what_is_not_there)
{
	struct ran ran;

	expect(&ran, not_there[_i].words, 2, not_there[_i].what);
	ck_assert_str_eq(ran.out, "");
}
END_TEST

/* Help that could not be printed is no success. */
START_TEST(full_disk)
{
	static const char *const words[] = { "help", "client help", "client up help", "-V", "-h" };
	struct ran ran;

	for (size_t i = 0; i < COUNT(words); i++) {
		run_sitctl(&ran, RUN_FULL, words[i]);
		ck_assert_msg(ran.status == 1, "sitctl %s: exit %d", words[i], ran.status);
		ck_assert_msg(strstr(ran.err, "write error") || strstr(ran.err, "No space"), "%s", ran.err);
	}
}
END_TEST

Suite *suite_help(void)
{
	Suite *s = suite_create("help");
	TCase *tc = tcase_create("program");

	tcase_add_loop_test(tc, help_of_a_command, 0, COUNT(commands));
	tcase_add_test(tc, help_of_client_up);
	tcase_add_test(tc, help_of_a_group);
	tcase_add_test(tc, help_of_all);
	tcase_add_test(tc, lines_are_short);
	tcase_add_loop_test(tc, help_of_what_is_not_there, 0, COUNT(not_there));
	tcase_add_test(tc, full_disk);
	suite_add_tcase(s, tc);
	return s;
}
