/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of journal.h in memory: lines, what is wrong in them, notes of saved values. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "state/saved.h"

static struct journal j;
static struct err err;

static void begin(void)
{
	memset(&j, 0, sizeof(j));
	j.lock = -1;
	strcpy(j.dir, "/somewhere");
	ck_assert_int_eq(desired_init(&j.desired, &err), 0);
}

static void end(void)
{
	journal_close(&j);
}

static int parse(const char *text)
{
	char copy[16384];

	ck_assert_int_lt(snprintf(copy, sizeof(copy), "%s", text), (int)sizeof(copy));
	return journal_parse(&j, copy, &err);
}

static size_t count(enum saved_kind kind)
{
	size_t n = 0;

	for (size_t at = 0; saved_next(&j.saved, kind, &at);)
		n++;
	return n;
}

static void is_spec(enum role role, const char *name, const char *words)
{
	const struct desired_tunnel *t = desired_find(&j.desired, role, name);
	char text[4096];

	ck_assert_msg(t && t->recorded, "%s", name);
	spec_text(&t->spec, true, text, sizeof(text));
	ck_assert_str_eq(text, words);
}

START_TEST(whole_journal)
{
	const struct saved_sysctl *f;
	char text[512];

	ck_assert_int_eq(parse("# a comment\n"
			       "\n"
			       "sysctl net/ipv6/conf/all/forwarding 0 1\n"
			       "sysctl net/ipv6/conf/eth0.7/accept_ra 1 2\n"
			       "made lan0 2001:db8:1::1/64\n"
			       "server explicit uplink eth0 ttl 64\n"
			       "client t1 remote 203.0.113.1 address 2001:db8::3/127 address 2001:db8:9::1/64 prefix "
			       "2001:db8:1::/64,lan0\n"
			       "client t2 remote tunnel.example resolved 203.0.113.2 address 2001:db8::5/127\n"
			       "peer alice remote 198.51.100.7 address 2001:db8:7::3/127 prefix 2001:db8:2::/48\n"
			       "peer t1 remote 198.51.100.8 address 2001:db8:7::5/127"),
			 0); /* no newline at the end */
	f = saved_find_sysctl(&j.saved, "net/ipv6/conf/eth0.7/accept_ra");
	ck_assert(f && !strcmp(f->value, "1") && !strcmp(f->made, "2"));
	ck_assert_ptr_null(saved_find_sysctl(&j.saved, "net/ipv6/conf/eth0/accept_ra"));
	ck_assert_uint_eq(count(SAVED_SYSCTL), 2);
	ck_assert_uint_eq(count(SAVED_ADDR), 1);
	ck_assert(j.desired.server_explicit);
	spec_text(&j.desired.server, false, text, sizeof(text));
	ck_assert_str_eq(text, "uplink eth0 ttl 64");
	ck_assert_uint_eq(j.desired.n, 4);
	is_spec(ROLE_CLIENT, "t1",
		"remote 203.0.113.1 address 2001:db8::3/127 address 2001:db8:9::1/64 prefix 2001:db8:1::/64,lan0");
	is_spec(ROLE_CLIENT, "t2", "remote tunnel.example resolved 203.0.113.2 address 2001:db8::5/127");
	is_spec(ROLE_PEER, "alice", "remote 198.51.100.7 address 2001:db8:7::3/127 prefix 2001:db8:2::/48");
	ck_assert_uint_eq(desired_find(&j.desired, ROLE_CLIENT, "t2")->spec.remote.s_addr, ip4("203.0.113.2").s_addr);
}
END_TEST

/* A tunnel of a release that took what this one refuses: it can still be removed. */
START_TEST(remotes_of_an_older_release)
{
	ck_assert_int_eq(parse("client t1 remote 169.254.1.1 address 2001:db8::3\n"
			       "client t2 remote tunnel.example resolved 240.0.0.1 address 2001:db8::5\n"
			       "nat home remote 169.254.1.2 to 169.254.1.3 interface eth0\n"),
			 0);
	ck_assert_uint_eq(j.desired.n, 3);
}
END_TEST

/* Names of other people's interfaces, which no tunnel that is desired now may have. */
START_TEST(names_that_are_not_ascii)
{
	ck_assert_int_eq(parse("client t\xc3\xa9 remote 192.0.2.1 address 2001:db8::3 prefix 2001:db8:1::/64,l\xff\n"
			       "nat home remote 192.0.2.1 to 10.0.0.1 interface caf\xc3\xa9 inside l\xff\n"),
			 0);
	ck_assert_uint_eq(j.desired.n, 2);
}
END_TEST

/* What a person took down: one of them, or all that a role has. */
START_TEST(taken_down)
{
	static const char text[] = "down client t1\ndown peer t1\ndown server .\ndown nat .\ndown nat -\n";
	char *out = NULL;
	size_t size;
	FILE *file;

	ck_assert_int_eq(parse(text), 0);
	ck_assert_uint_eq(count(SAVED_DOWN), 5);
	ck_assert(saved_has_down(&j.saved, ROLE_CLIENT, "t1") && saved_has_down(&j.saved, ROLE_PEER, "t1"));
	ck_assert(saved_has_down(&j.saved, ROLE_SERVER, "") && saved_has_down(&j.saved, ROLE_NAT, ""));
	ck_assert(!saved_has_down(&j.saved, ROLE_NAT, "t1") && !saved_has_down(&j.saved, ROLE_CLIENT, ""));
	file = open_memstream(&out, &size);
	saved_print(&j.saved, file);
	fclose(file);
	ck_assert_str_eq(out, text);
	free(out);
	ck_assert_int_eq(saved_add_down(&j.saved, ROLE_CLIENT, "t1", &err), 0);
	ck_assert_uint_eq(count(SAVED_DOWN), 5);
	saved_forget_down(&j.saved, ROLE_CLIENT, "t1");
	ck_assert(!saved_has_down(&j.saved, ROLE_CLIENT, "t1") && saved_has_down(&j.saved, ROLE_PEER, "t1"));
}
END_TEST

START_TEST(empty_journal)
{
	ck_assert_int_eq(parse(""), 0);
	ck_assert_int_eq(parse("\n\n# nothing\n"), 0);
	ck_assert(!j.desired.n && !j.saved.n && !j.desired.server_explicit);
	ck_assert_int_eq(parse("server implicit uplink eth0\n"), 0);
	ck_assert(!j.desired.server_explicit && !strcmp(name_text(j.desired.server.uplink), "eth0"));
}
END_TEST

#define LONG20 "aaaaaaaaaaaaaaaaaaaa"

/* A line that is not ours is an error that names its number: nothing is guessed, nothing is clipped. */
static const struct {
	const char *text, *number, *what;
} wrong[] = {
	{ "nonsense", ":1", "nonsense" },
	{ "# fine\n\nclient t1 remote 203.0.113.1 address 2001:db8::3\nwhat is this\n", ":4", "what" },
	{ "sysctl net/ipv6/conf/all/forwarding 0\n", ":1", "sysctl" },
	{ "\nsysctl net/ipv6/conf/all/forwarding 0 1 2\n", ":2", "sysctl" },
	{ "sysctl kernel/core_pattern 0 1\n", ":1", "kernel/core_pattern" },
	{ "sysctl net/ipv4/ip_forward 0 1\n", ":1", "net/ipv4/ip_forward" },
	{ "sysctl net/ipv6/confx/all/forwarding 0 1\n", ":1", "confx" },
	{ "sysctl /net/ipv6/conf/all/forwarding 0 1\n", ":1", "/net" },
	{ "sysctl net/ipv6/conf/../../../kernel/core_pattern 0 1\n", ":1", "core_pattern" },
	{ "sysctl net/ipv6/conf/all/../../route/flush 0 1\n", ":1", "flush" },
	{ "sysctl net/ipv6/conf/" LONG20 LONG20 LONG20 " 0 1\n", ":1", "too long" },
	{ "sysctl net/ipv6/conf/all/forwarding " LONG20 LONG20 " 1\n", ":1", "too long" },
	{ "sysctl net/ipv6/conf/all/forwarding 1 " LONG20 LONG20 "\n", ":1", "too long" },
	{ "made lan0\n", ":1", "made" },
	{ "made lan0 2001:db8::1/129\n", ":1", "2001:db8::1/129" },
	{ "made a/b 2001:db8::1/64\n", ":1", "a/b" },
	{ "down client\n", ":1", "down" },
	{ "down tunnel t1\n", ":1", "tunnel" },
	{ "down client .\n", ":1", "." },
	{ "down peer a/b\n", ":1", "a/b" },
	{ "server\n", ":1", "server" },
	{ "server perhaps uplink eth0\n", ":1", "perhaps" },
	{ "server explicit uplink\n", ":1", "uplink" },
	{ "server explicit remote 1.2.3.4\n", ":1", "remote" },
	{ "client\n", ":1", "client" },
	{ "client t1\n", ":1", "remote" },
	{ "client t1 remote 203.0.113.1\n", ":1", "address" },
	{ "client 1234567890123456 remote 203.0.113.1 address 2001:db8::3\n", ":1", "1234567890123456" },
	{ "client t1 remote 203.0.113.1 address 2001:db8::3 mtu 1\n", ":1", "mtu" },
	{ "\n\n\npeer a$b remote 203.0.113.1 address 2001:db8::3\n", ":4", "a$b" },
	{ "peer alice remote 203.0.113.1 address 2001:db8::3 uplink eth0\n", ":1", "uplink" },
	{ "peer alice remote 203.0.113.1 address 2001:db8::3/64\n", ":1", "2001:db8::3/64" },
	{ "Client t1 remote 203.0.113.1 address 2001:db8::3\n", ":1", "Client" },
};

START_TEST(wrong_lines)
{
	char message[2048];

	ck_assert_msg(parse(wrong[_i].text) == -EBADMSG, "taken: %s", wrong[_i].text);
	err_text(&err, message, sizeof(message));
	ck_assert_msg(strstr(err.step, "/somewhere/journal") && strstr(err.step, wrong[_i].number), "%s", message);
	ck_assert_msg(strstr(message, wrong[_i].what), "%s", message);
	ck_assert(err.hint[0]);
}
END_TEST

/* The longest values that there is room for are kept whole. */
START_TEST(longest_values)
{
	char key[SYSCTL_KEY_SIZE], value[SYSCTL_VALUE_SIZE], text[256];
	const struct saved_sysctl *f;

	strcpy(key, "net/ipv6/conf/");
	memset(key + 14, 'k', sizeof(key) - 15);
	key[sizeof(key) - 1] = '\0';
	memset(value, '7', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	snprintf(text, sizeof(text), "sysctl %s %s %s\n", key, value, value);
	ck_assert_int_eq(parse(text), 0);
	f = saved_find_sysctl(&j.saved, key);
	ck_assert(f && !strcmp(f->value, value) && !strcmp(f->made, value));
}
END_TEST

/* A client with all that it can have, and a line of more words than any can have. */
START_TEST(fullest_line)
{
	static char text[64 * 1024], long_line[64 * 1024];
	size_t at = 0, size = 0;
	char *printed = NULL;
	FILE *out;

	at += (size_t)snprintf(text, sizeof(text),
			       "client t1 remote web.example resolved 203.0.113.1 gateway none simple-security on");
	for (int i = 0; i < 16; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, " address 2001:db8::%x:1/64", i + 1);
	for (int i = 0; i < 64; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, " prefix 2001:db8:%x::/48", i + 1);
	for (int i = 0; i < 32; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, " allow %d", i + 150);
	for (int i = 0; i < 4; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, " target h%d.example", i);
	snprintf(text + at, sizeof(text) - at,
		 " metric 7 local any dev wan ttl 64 mtu 1400 notrack on mss-clamp on source-filter on\n");
	ck_assert_int_eq(parse(text), 0);
	ck_assert_uint_eq(j.desired.n, 1);
	ck_assert_uint_eq(j.desired.tunnels[0].spec.n_prefixes, 64);
	ck_assert_uint_eq(j.desired.tunnels[0].spec.n_allows, 32);
	ck_assert_uint_eq(j.desired.tunnels[0].spec.n_targets, 4);
	out = open_memstream(&printed, &size);
	journal_print(&j, out);
	fclose(out);
	ck_assert(strstr(printed, " target h3.example"));
	free(printed);
	for (at = 0; at < 2 * 400; at += 2)
		memcpy(long_line + at, "x ", 2);
	ck_assert_int_eq(parse(long_line), -EBADMSG);
}
END_TEST

/* What it was before us is what was noted first; what we made of it is what came last. */
START_TEST(notes)
{
	static const char a[] = "net/ipv6/conf/a/forwarding", b[] = "net/ipv6/conf/b/forwarding",
			  c[] = "net/ipv6/conf/c/forwarding";

	ck_assert_int_eq(saved_add_sysctl(&j.saved, a, "0", "1", &err), 0);
	ck_assert_int_eq(saved_add_sysctl(&j.saved, b, "5", "6", &err), 0);
	ck_assert_int_eq(saved_add_sysctl(&j.saved, c, "8", "9", &err), 0);
	ck_assert_int_eq(saved_add_sysctl(&j.saved, a, "1", "2", &err), 0);
	ck_assert_uint_eq(count(SAVED_SYSCTL), 3);
	ck_assert_str_eq(saved_find_sysctl(&j.saved, a)->value, "0");
	ck_assert_str_eq(saved_find_sysctl(&j.saved, a)->made, "2");
	saved_forget_sysctl(&j.saved, a);
	saved_forget_sysctl(&j.saved, a);
	ck_assert_uint_eq(count(SAVED_SYSCTL), 2);
	ck_assert_ptr_null(saved_find_sysctl(&j.saved, a));
	ck_assert_str_eq(saved_find_sysctl(&j.saved, b)->value, "5");
	ck_assert_str_eq(saved_find_sysctl(&j.saved, c)->value, "8");
	ck_assert_int_eq(saved_add_sysctl(&j.saved, "net/ipv4/ip_forward", "0", "1", &err), -EINVAL);
	ck_assert_int_eq(saved_add_sysctl(&j.saved, "net/ipv6/conf/../x", "0", "1", &err), -EINVAL);
	ck_assert_uint_eq(count(SAVED_SYSCTL), 2);
}
END_TEST

START_TEST(made_addresses)
{
	struct net6 a = net6("2001:db8:1::1/64"), b = net6("2001:db8:1::1/65"), c = net6("2001:db8:2::1/64");

	ck_assert_int_eq(saved_add_addr(&j.saved, "lan0", &a, &err), 0);
	ck_assert_int_eq(saved_add_addr(&j.saved, "lan0", &a, &err), 0);
	ck_assert_int_eq(saved_add_addr(&j.saved, "lan1", &c, &err), 0);
	ck_assert_uint_eq(count(SAVED_ADDR), 2);
	ck_assert(saved_has_addr(&j.saved, "lan0", &a) && saved_has_addr(&j.saved, "lan1", &c));
	ck_assert(!saved_has_addr(&j.saved, "lan1", &a) && !saved_has_addr(&j.saved, "lan0", &b));
	saved_forget_addr(&j.saved, "lan0", &b);
	saved_forget_addr(&j.saved, "lan0", &a);
	ck_assert_uint_eq(count(SAVED_ADDR), 1);
	ck_assert(!saved_has_addr(&j.saved, "lan0", &a) && saved_has_addr(&j.saved, "lan1", &c));
}
END_TEST

/* A kind after the other, and of each what came first: journals are read by people, too. */
START_TEST(printed)
{
	static const char a[] = "net/ipv6/conf/a/forwarding", b[] = "net/ipv4/conf/b/forwarding",
			  c[] = "net/ipv6/conf/c/accept_ra";
	struct net6 x = net6("2001:db8:1::1/64"), y = net6("2001:db8:2::1/128");
	struct saved_list copy;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_int_eq(saved_add_addr(&j.saved, "lan1", &y, &err), 0);
	ck_assert_int_eq(saved_add_sysctl(&j.saved, b, "0", "1", &err), 0);
	ck_assert_int_eq(saved_add_sysctl(&j.saved, a, "0", "1", &err), 0);
	ck_assert_int_eq(saved_add_addr(&j.saved, "lan0", &x, &err), 0);
	ck_assert_int_eq(saved_add_sysctl(&j.saved, c, "1", "2", &err), 0);
	ck_assert_int_eq(saved_copy(&copy, &j.saved, &err), 0);
	saved_forget_sysctl(&j.saved, a);
	journal_print(&j, out);
	saved_print(&copy, out);
	saved_free(&copy);
	fclose(out);
	ck_assert_str_eq(text, "# sitctl's journal: what was configured, and sysctl KEY BEFORE MADE\n"
			       "sysctl net/ipv4/conf/b/forwarding 0 1\n"
			       "sysctl net/ipv6/conf/c/accept_ra 1 2\n"
			       "made lan1 2001:db8:2::1/128\n"
			       "made lan0 2001:db8:1::1/64\n"
			       "sysctl net/ipv4/conf/b/forwarding 0 1\n"
			       "sysctl net/ipv6/conf/a/forwarding 0 1\n"
			       "sysctl net/ipv6/conf/c/accept_ra 1 2\n"
			       "made lan1 2001:db8:2::1/128\n"
			       "made lan0 2001:db8:1::1/64\n");
	free(text);
}
END_TEST

Suite *suite_journal(void)
{
	Suite *s = suite_create("journal");
	TCase *tc = tcase_create("lines");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, whole_journal);
	tcase_add_test(tc, remotes_of_an_older_release);
	tcase_add_test(tc, names_that_are_not_ascii);
	tcase_add_test(tc, taken_down);
	tcase_add_test(tc, empty_journal);
	tcase_add_loop_test(tc, wrong_lines, 0, sizeof(wrong) / sizeof(*wrong));
	tcase_add_test(tc, longest_values);
	tcase_add_test(tc, fullest_line);
	tcase_add_test(tc, notes);
	tcase_add_test(tc, made_addresses);
	tcase_add_test(tc, printed);
	suite_add_tcase(s, tc);
	return s;
}
