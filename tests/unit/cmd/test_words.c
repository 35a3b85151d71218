/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the program's words: wrong ones, wrong options, exit status 2 and the nearest right one. */
#include <stdlib.h>
#include <string.h>

#include "../unit.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define T1 "remote 203.0.113.1 address 2001:db8::3"

/* Words, what stderr must quote, the way out it must name. All exit with 2, and stdout is empty. */
static const struct {
	const char *words, *what, *way;
} wrong[] = {
	{ "clinet up t1", "clinet", "'client'" },
	{ "cl up t1", "cl", "'client'" },
	{ "Client up t1", "Client", "'client'" },
	{ "sevrer show", "sevrer", "'server'" },
	{ "chekc", "chekc", "'check'" },
	{ "hlep", "hlep", "'help'" },
	{ "xyzzyxyzzy", "xyzzyxyzzy", "sitctl help" },
	{ "''", "sitctl: '': is not a command", "see 'sitctl help'" },
	{ "client ''", "sitctl: '': is not a command", "see 'sitctl client help'" },
	{ "client show ''", "sitctl: '': is empty", "expected an interface name" },
	{ "client up t1 " T1 " ''", "sitctl: '': is not a parameter", "see 'sitctl client up help'" },
	{ "check ''", "sitctl: '': 'check'", "no further arguments" },
	{ "foo", "foo", "sitctl help" }, /* three edits from "show": no guess */
	{ "client show foo bar", "bar", "no further arguments" },
	{ "client export t1 foo", "foo", "sitctl client export NAME help" },
	{ "client import foo", "foo", "sitctl client import help" },
	{ "doctor t1 tagret x", "tagret", "'target HOST'" },
	{ "doctor t1 target x y", "y", "is one argument too many; see 'sitctl doctor help'" },
	{ "nap show", "nap", "nat" },
	{ "up t1", "up", "'client up'" },
	{ "list", "list", "'show'" },
	{ "status", "status", "'show'" },
	{ "peer", "peer", "'server'" },
	{ "client list", "list", "'show'" },
	{ "client ls", "ls", "'show'" },
	{ "server status", "status", "'show'" },
	{ "client start t1", "start", "'up'" },
	{ "client stop t1", "stop", "'down'" },
	{ "client restart t1", "restart", "'up'" },
	{ "client edit t1", "edit", "'set'" },
	{ "client add t1", "add", "'up'" },
	{ "client del t1", "del", "'down'" },
	{ "client delete t1", "delete", "'down'" },
	{ "server add alice", "add", "'add-peer'" },
	{ "server delete alice", "delete", "'del-peer'" },
	{ "server remove alice", "remove", "'del-peer'" },
	{ "nat add x", "add", "'pass'" },
	{ "nat rm x", "rm", "'unpass'" },
	{ "client show --all", "--all", "without a name, 'show' means all" },
	{ "client show -d", "-d", "before the first word" },
	{ "client up -n t1", "-n", "before the first word" },
	{ "client -json", "-json", "before the first word" },
	{ "check -q", "-q", "before the first word" },
	{ "client upp t1", "upp", "'up'" },
	{ "client dwon t1", "dwon", "'down'" },
	{ "client add-peer t1", "add-peer", "sitctl client help" },
	{ "server add-per alice", "add-per", "'add-peer'" },
	{ "server set-pear alice", "set-pear", "'set-peer'" },
	{ "server ad", "ad", "'add-peer'" },
	{ "client up", "up", "name is missing" },
	{ "client down", "down", "name is missing" },
	{ "server add-peer", "add-peer", "name is missing" },
	{ "server set-peer", "set-peer", "name is missing" },
	{ "server del-peer", "del-peer", "name is missing" },
	{ "client down t1 t2", "t2", "no further arguments" },
	{ "client show t1 t2", "t2", "no further arguments" },
	{ "server down now", "now", "no further arguments" },
	{ "check t1", "t1", "no further arguments" },
	{ "client up t1", "t1", "/etc/sitctl/t1.conf" },
	{ "client up t1 remote 203.0.113.1", "t1", "'address' is missing" },
	{ "client up t1 " T1 " mut 1480", "mut", "'mtu'" },
	{ "client up t1 " T1 " mtu", "mtu", "no value" },
	{ "client up t1 " T1 " mtu 1279", "1279", "1280..65515" },
	{ "client up t1 " T1 " ttl 9 ttl 9", "ttl", "twice" },
	{ "client up t1 " T1 " -D", "-D", "OPTIONS" },
	{ "client up a/b " T1, "a/b", "interface name" },
	{ "client up 1234567890123456 " T1, "1234567890123456", "15 bytes" },
	{ "client up all " T1, "all", "name" },
	{ "client show a/b", "a/b", "name" },
	{ "server add-peer a$b " T1, "a$b", "letters" },
	{ "server add-peer 123456789012 " T1, "sit-123456789012", "dev NAME" },
	{ "server add-peer 123456789012345678901234567890123 " T1, "123456789012345678901234567890123", "32 bytes" },
	{ "server add-peer alice remote 198.51.100.7 address 2001:db8::3/64", "2001:db8::3/64", "server-address" },
	{ "server set-peer alice", "alice", "parameter" },
	{ "server set-peer alice mut 1480", "mut", "'mtu'" },
	{ "server up remote 203.0.113.1", "remote", "server" },
	{ "server up uplink a/b", "a/b", "IFACE" },
};

START_TEST(wrong_words)
{
	struct ran ran;

	expect(&ran, wrong[_i].words, 2, wrong[_i].what);
	ck_assert_msg(strstr(ran.err, wrong[_i].way), "sitctl %s: stderr lacks \"%s\": %s", wrong[_i].words,
		      wrong[_i].way, ran.err);
	ck_assert_str_eq(ran.out, "");
	ck_assert_msg(!strncmp(ran.err, "sitctl: ", 8), "%s", ran.err);
	ck_assert_msg(strchr(ran.err, '\n') == ran.err + strlen(ran.err) - 1, "one line: %s", ran.err);
}
END_TEST

static const struct {
	const char *words, *what, *way;
} options[] = {
	{ "--jsn client show", "--jsn", "'--json'" },
	{ "--j client show", "--j", "option" },
	{ "--foo client show", "--foo", "sitctl help" },
	{ "--verbose client show", "--verbose", "sitctl help" },
	{ "-x client show", "-x", "option" },
	{ "-jx client show", "-jx", "option" },
	{ "-jjDx check", "-jjDx", "option" },
	{ "--json=1 client show", "--json=1", "takes no value" },
	{ "--netns", "--netns", "no value" },
	{ "-n", "-n", "no value" },
	{ "-n nosuchnamespace client show", "nosuchnamespace", "namespace" },
	{ "-n ../../etc client show", "../../etc", "namespace" },
	{ "-n . client show", ".", "namespace" },
	{ "--color=purple client show", "--color=purple", "always" },
	{ "-c=purple client show", "-c=purple", "always" },
	{ "-- clinet", "clinet", "'client'" },
	{ "- client show", "-", "not a command" },
	{ "client -j show", "-j", "before the first word" },
	{ "-json client show", "-json", "'--json'" },
	{ "-details client show", "-details", "'--details'" },
	{ "-netns x client show", "-netns", "'--netns'" },
	{ "-br client show", "-br", "'--brief'" },
	{ "-brief show", "-brief", "'--brief'" },
	{ "-b nosuch", "nosuch", "cannot be read" },
	{ "-b /dev/null client show", "client", "cannot be used here" },
	{ "--save client show", "--save", "no configuration that could be saved" },
	{ "-f x nat down", "--file", "reads no file" },
	{ "-f x check", "--file", "'client check NAME', 'server check' or 'nat check'" },
	{ "-f nosuch client up t1", "nosuch", "does not exist" },
};

START_TEST(wrong_options)
{
	struct ran ran;

	expect(&ran, options[_i].words, 2, options[_i].what);
	ck_assert_msg(strstr(ran.err, options[_i].way), "sitctl %s: stderr lacks \"%s\": %s", options[_i].words,
		      options[_i].way, ran.err);
	ck_assert_str_eq(ran.out, "");
}
END_TEST

/* Who says nothing gets a short usage, which names each object. */
START_TEST(no_words)
{
	static const char *const words[] = { "", "-D", "-j" }, *const objects[] = { "client",	    "server", "nat",
										    "show",	    "check",  "doctor",
										    "'sitctl help'" };
	struct ran ran;

	for (size_t i = 0; i < COUNT(words); i++) {
		expect(&ran, words[i], 2, "Usage: sitctl ");
		for (size_t k = 0; k < COUNT(objects); k++)
			ck_assert_msg(strstr(ran.err, objects[k]), "stderr lacks \"%s\": %s", objects[k], ran.err);
		ck_assert_str_eq(ran.out, "");
	}
}
END_TEST

/* What is in the journal for us alone is no parameter that people can give. */
START_TEST(internal_parameter)
{
	struct ran ran;

	expect(&ran, "-D client up t1 " T1 " resolved 198.51.100.1 mtu 1480", 2, "resolved");
}
END_TEST

/* Bytes that would steer a terminal are not passed on; nor does a long word break anything. */
START_TEST(odd_bytes)
{
	char words[4000];
	struct ran ran;

	expect(&ran, "client \033[31mup", 2, "[31mup");
	ck_assert_ptr_null(strchr(ran.err, '\033'));
	expect(&ran, "\xff\xfe", 2, "help");
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	expect(&ran, words, 2, "xxxxxxxxxx");
	memcpy(words, "client up ", 10);
	expect(&ran, words, 2, "15 bytes");
	memcpy(words, "client up t1 remote ", 20);
	expect(&ran, words, 2, "remote");
}
END_TEST

/* A name after the options' end, and options in one word. */
START_TEST(right_options)
{
	struct ran ran;

	expect(&ran, "-V", 0, NULL);
	ck_assert_int_eq(strncmp(ran.out, "sitctl 0.", 9), 0);
	expect(&ran, "--version", 0, NULL);
	ck_assert_int_eq(strncmp(ran.out, "sitctl 0.", 9), 0);
	expect(&ran, "-jpdsq -- help", 0, NULL);
	expect(&ran, "--color=never --json help", 0, NULL);
	expect(&ran, "-c=always help", 0, NULL);
	expect(&ran, "-calways help", 0, NULL);
}
END_TEST

/* Whoever has no right is told so, at once and with the way out; wrong words and help come before that. */
static const char *const need_rights[] = {
	"client up t1 " T1,
	"client down t1",
	"-D client up t1 " T1,
	"client check",
	"server up uplink lo",
	"server down",
	"server add-peer alice " T1,
	"server set-peer alice mtu 1480",
	"server del-peer alice",
	"server check",
	"check",
};

START_TEST(not_root)
{
	struct ran ran;

	run_sitctl(&ran, RUN_NOBODY, need_rights[_i]);
	ck_assert_msg(ran.status == 1, "sitctl %s: exit %d: %s", need_rights[_i], ran.status, ran.err);
	ck_assert_msg(strstr(ran.err, "not root") && strstr(ran.err, "sudo"), "%s", ran.err);
	ck_assert_str_eq(ran.out, "");
}
END_TEST

START_TEST(not_root_but_allowed)
{
	struct ran ran;

	run_sitctl(&ran, RUN_NOBODY, "client up t1 remot x");
	ck_assert_int_eq(ran.status, 2);
	run_sitctl(&ran, RUN_NOBODY, "client up help");
	ck_assert_int_eq(ran.status, 0);
	run_sitctl(&ran, RUN_NOBODY, "-j client show");
	ck_assert_msg(ran.status == 0 && ran.out[0] == '[', "exit %d: %s%s", ran.status, ran.out, ran.err);
	run_sitctl(&ran, RUN_NOBODY, "server show nosuchpeer");
	ck_assert_int_eq(ran.status, 1);
	ck_assert_ptr_nonnull(strstr(ran.err, "nosuchpeer"));
}
END_TEST

Suite *suite_words(void)
{
	Suite *s = suite_create("words");
	TCase *tc = tcase_create("program"), *namespaced = namespaced_case(s, "own", own_netns_and_run);

	tcase_add_test(tc, no_words);
	tcase_add_loop_test(tc, wrong_words, 0, COUNT(wrong));
	tcase_add_loop_test(tc, wrong_options, 0, COUNT(options));
	tcase_add_test(tc, odd_bytes);
	tcase_add_test(tc, right_options);
	tcase_add_loop_test(tc, not_root, 0, COUNT(need_rights));
	if (!getenv("UNIT_WITHOUT_KERNEL"))
		tcase_add_test(tc, not_root_but_allowed);
	suite_add_tcase(s, tc);
	tcase_add_test(namespaced, internal_parameter);
	return s;
}
