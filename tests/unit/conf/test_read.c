/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of conf.h, reading: lines of every kind, and all errors of a file with their lines. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unistd.h>

#include "../unit.h"
#include "conf/conf.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define PATH CONF_DIR "/x.conf"
#define C "[client]\nremote = 203.0.113.1\naddress = 2001:db8::3\n"
#define TWO "remote = 198.51.100.7\naddress = 2001:db8::3\n"

static struct conf f;
static struct err err;

static void end(void)
{
	conf_free(&f);
}

static int read_len(enum role role, const char *text, size_t len)
{
	conf_free(&f);
	put_file(PATH, text, len);
	return conf_read(&f, PATH, role, "x", &err);
}

static int read_text(enum role role, const char *text)
{
	return read_len(role, text, 0);
}

static void good(enum role role, const char *text)
{
	char message[2048];

	ck_assert_msg(!read_text(role, text), "%s: %s", text, err_text(&err, message, sizeof(message)));
	ck_assert_msg(f.exists && !f.errors.n, "%s: %s", text, f.errors.n ? f.errors.texts[0] : "it does not exist");
}

/* The parameters of a section, as words. */
static const char *words_of(enum role role, const char *name)
{
	static char text[8192];
	const struct conf_section *s = conf_find(&f, role, name);

	ck_assert_msg(s && !s->bad, "no good section '%s'", name);
	spec_text(&s->spec, false, text, sizeof(text));
	return text;
}

/*
 * The errors of TEXT are those of WANT, one a line: its number (none: of the whole file), a colon, the word,
 * and after a '|' what must stand somewhere behind it.
 */
static void expect_errors(enum role role, const char *text, const char *want)
{
	size_t n = 0;

	ck_assert_msg(!read_text(role, text), "'%s' cannot be read", text);
	for (const char *p = want; *p; p += strcspn(p, "\n"), p += *p == '\n', n++) {
		char begin[400], more[200] = "";
		const char *error = n < f.errors.n ? f.errors.texts[n] : "(no more errors)";

		snprintf(begin, sizeof(begin), PATH "%s%.*s", *p == ':' ? "" : ":", (int)strcspn(p, "|\n"), p);
		if (p[strcspn(p, "|\n")] == '|')
			snprintf(more, sizeof(more), "%.*s", (int)(strcspn(p, "\n") - strcspn(p, "|") - 1),
				 p + strcspn(p, "|") + 1);
		ck_assert_msg(!strncmp(error, begin, strlen(begin)), "'%s': error %zu is '%s', not '%s...'", text, n,
			      error, begin);
		ck_assert_msg(strstr(error + strlen(begin), more), "'%s': error %zu lacks '%s': %s", text, n, more,
			      error);
	}
	ck_assert_msg(f.errors.n == n, "'%s': one error too many: %s", text, n < f.errors.n ? f.errors.texts[n] : "");
}

START_TEST(passes)
{
	good(ROLE_NAT,
	     "# all\n[pass home]\nremote = 203.0.113.1\nto = 10.0.0.9 # the cellar\n[ pass a.b ]\nto=10.0.0.10\n"
	     "remote=tunnel.example\ninterface=wan0\n");
	ck_assert_str_eq(words_of(ROLE_NAT, "home"), "remote 203.0.113.1 to 10.0.0.9");
	ck_assert_str_eq(words_of(ROLE_NAT, "a.b"), "remote tunnel.example to 10.0.0.10 interface wan0");
	good(ROLE_NAT, "");
	ck_assert_int_eq(f.role, ROLE_NAT);
	expect_errors(
		ROLE_NAT, "[pass]\n[peer a]\n[pass a/b]\n[server]\n[pass x]\nremote = 203.0.113.1\nlocal = any\n",
		"1: [pass]: a pass needs a name|[pass NAME]\n2: [peer a]: is not a section|[pass NAME]\n3: a/b: \n"
		"4: [server]: is not a section\n7: local: \n5: x: 'to' is missing");
	expect_errors(ROLE_NAT, "remote = 203.0.113.1\n", "1: remote: appears before the first section|[pass NAME]");
	expect_errors(ROLE_SERVER, "[pass x]\n", "1: [pass x]: is not a section");
}
END_TEST

START_TEST(client)
{
	good(ROLE_CLIENT,
	     "# home\n[client]\nremote  = tunnel.example\naddress = 2001:db8::3/127\naddress=2001:DB8:0::5/64\n"
	     "gateway = none\nmetric = 5\nprefix = 2001:db8:1::/64,lan0\nprefix = 2001:db8:2::/64\ndev = eth0\nttl = "
	     "inherit\n"
	     "mtu = 1400\nnotrack = off\nmss-clamp = off\nsource-filter = off\nsimple-security = on\nallow = "
	     "tcp/443\nlocal = any\n");
	ck_assert_str_eq(words_of(ROLE_CLIENT, "x"),
			 "remote tunnel.example local any address 2001:db8::3/127 address 2001:db8::5/64 "
			 "gateway none metric 5 prefix 2001:db8:1::/64,lan0 prefix 2001:db8:2::/64 dev eth0 ttl "
			 "inherit mtu 1400 notrack off "
			 "mss-clamp off source-filter off simple-security on allow tcp/443");
	ck_assert_uint_eq(f.sections[0].line, 2);
	ck_assert_str_eq(name_text(f.sections[0].spec.dev), "x");
}
END_TEST

START_TEST(server_and_peers)
{
	good(ROLE_SERVER, "[server]\nuplink = eth0\nttl = 64\n\n[peer alice]\n" TWO
			  "prefix = 2001:db8:100::/64\nserver-address = 2001:db8::9\n"
			  "proxy-ndp = off\n[peer b.o-b_]\nremote = 198.51.100.8\naddress = 2001:db8::5\ndev = tun0\n");
	ck_assert_uint_eq(f.n_sections, 3);
	ck_assert_str_eq(words_of(ROLE_SERVER, ""), "uplink eth0 ttl 64");
	ck_assert_str_eq(words_of(ROLE_PEER, "alice"),
			 "remote 198.51.100.7 address 2001:db8::3/127 server-address 2001:db8::9 "
			 "prefix 2001:db8:100::/64 proxy-ndp off");
	ck_assert_str_eq(words_of(ROLE_PEER, "b.o-b_"), "remote 198.51.100.8 address 2001:db8::5/127 dev tun0");
	ck_assert_str_eq(name_text(conf_find(&f, ROLE_PEER, "alice")->spec.dev), "sit-alice");
	ck_assert_uint_eq(conf_find(&f, ROLE_PEER, "b.o-b_")->line, 11);
	ck_assert_ptr_null(conf_find(&f, ROLE_PEER, "carol"));
	ck_assert_ptr_null(conf_find(&f, ROLE_CLIENT, ""));
}
END_TEST

#define R "remote = 203.0.113.1\naddress = 2001:db8::3\n"

/* All these say the same. */
START_TEST(ways_to_write)
{
	static const char *const texts[] = {
		C "mtu = 1400",
		C "mtu=1400\n",
		C "\t mtu\t=\t 1400 \t\n",
		C "mtu = 1400 # why\n",
		C "mtu = 1400\t#why\n",
		C "mtu =1400 #\n",
		C "mtu = 1400 # a # b\n",
		"[client]\r\nremote = 203.0.113.1\r\naddress = 2001:db8::3\r\nmtu = 1400 # x\r\n",
		"\n\n \t\n\r\n" C "mtu = 1400\n\n",
		"; a\n# b\n  ;c\n\t#d = e\n#[server]\n" C "#mtu = 1300\n;mtu = 1300\nmtu = 1400\n# end",
		"  [client]  \nmtu = 1400\n" R,
		"[ client ]\nmtu = 1400\n" R,
		"\t[client]\t\r\nmtu = 1400\n" R,
		"[\tclient]\n" R "mtu = 1400",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		good(ROLE_CLIENT, texts[i]);
		ck_assert_str_eq(words_of(ROLE_CLIENT, "x"), "remote 203.0.113.1 address 2001:db8::3/127 mtu 1400");
	}
	good(ROLE_SERVER, "[peer alice]\n" TWO "[peer\tbob]\n" TWO "[ peer  carol ]\r\n" TWO);
	ck_assert(conf_find(&f, ROLE_PEER, "alice") && conf_find(&f, ROLE_PEER, "bob") &&
		  conf_find(&f, ROLE_PEER, "carol"));
}
END_TEST

/* Names of interfaces may have a '#', and a ';' begins a comment at the begin of a line only. */
START_TEST(no_comments)
{
	good(ROLE_CLIENT, C "dev = a#b # c\nprefix = 2001:db8:1::/64,lan#1\nprefix = 2001:db8:2::/64,x;y;\n");
	ck_assert_str_eq(words_of(ROLE_CLIENT, "x"),
			 "remote 203.0.113.1 address 2001:db8::3/127 prefix 2001:db8:1::/64,lan#1 "
			 "prefix 2001:db8:2::/64,x;y; dev a#b");
	expect_errors(ROLE_CLIENT, C "mtu = 1400 ; no comment\n", "4: mtu '1400 ; no comment': |1280..65515");
	expect_errors(ROLE_CLIENT, C "mtu = 1400#\n", "4: mtu '1400#': |1280..65515");
	expect_errors(ROLE_CLIENT, C "dev = #x\n", "4: dev: has no value|dev IFACE");
}
END_TEST

/* By file: text, what is wrong. */
static const struct {
	enum role role;
	const char *text, *errors;
} wrong[] = {
	{ ROLE_CLIENT, C "mut = 1400\n", "4: mut: |did you mean 'mtu'" },
	{ ROLE_CLIENT, C "Mtu = 1400\n", "4: Mtu: |did you mean 'mtu'" },
	{ ROLE_CLIENT, C "xyzzyxyzzy = 1\n", "4: xyzzyxyzzy: |sitctl client up help" },
	{ ROLE_CLIENT, C "uplink = eth0\n", "4: uplink: |client" },
	{ ROLE_CLIENT, C "resolved = 203.0.113.1\n", "4: resolved: " },
	{ ROLE_CLIENT, C "mtu =\n", "4: mtu: has no value|mtu 1280..65515" },
	{ ROLE_CLIENT, C "mtu = \t \r\n", "4: mtu: has no value" },
	{ ROLE_CLIENT, C "mtu = # 1400\n", "4: mtu: has no value" },
	{ ROLE_CLIENT, C "mtu = 1279\n", "4: mtu '1279': |1280..65515" },
	{ ROLE_CLIENT, C "ttl = 9 10\n", "4: ttl '9 10': |1..255" },
	{ ROLE_CLIENT, C "ttl == 9\n", "4: ttl '= 9': |1..255" },
	{ ROLE_CLIENT, C "ttl = 9\nttl = 9\n", "5: ttl: is given twice" },
	{ ROLE_CLIENT, C "mtu\n", "4: mtu: |KEY = VALUE" },
	{ ROLE_CLIENT, C "mtu 1400\n", "4: mtu 1400: |KEY = VALUE" },
	{ ROLE_CLIENT, C "= 1400\n", "4: = 1400: |KEY = VALUE" },
	{ ROLE_CLIENT, C "]\n", "4: ]: |KEY = VALUE" },
	{ ROLE_CLIENT, C "a-key-that-is-longer-than-any-parameter = 1\n",
	  "4: a-key-that-is-longer-than-any-parameter = 1: " },
	{ ROLE_CLIENT, C "[client]\n" R, "4: [client]: appears twice" },
	{ ROLE_CLIENT, "mtu = 1400\n" C, "1: mtu: appears before the first section|[client]" },
	{ ROLE_CLIENT, "\n# x\nmtu = 1400\nttl = 9\n" C, "3: mtu: |first section\n4: ttl: |first section" },
	{ ROLE_CLIENT, "mtu = 1400\n", "1: mtu: |first section" },
	{ ROLE_CLIENT, "", ": [client]: this section is missing" },
	{ ROLE_CLIENT, "\n", ": [client]: this section is missing" },
	{ ROLE_CLIENT, "# nothing\n;\n", ": [client]: this section is missing" },
	{ ROLE_CLIENT, "[client]", "1: x: 'remote' is missing|remote IPV4" },
	{ ROLE_CLIENT, "\n[client]\n\n", "2: x: 'remote' is missing" },
	{ ROLE_CLIENT, "# a\n[client]\n# b\nremote = 203.0.113.1\n", "2: x: 'address' is missing" },
	{ ROLE_CLIENT, "[server]\nuplink = eth0\n", "1: [server]: is not a section|'[client]'" },
	{ ROLE_CLIENT, "[peer alice]\n" TWO, "1: [peer alice]: is not a section|'[client]'" },
	{ ROLE_CLIENT, "[client x]\n" R, "1: [client x]: is not a section" },
	{ ROLE_CLIENT, "[Client]\n" R, "1: [Client]: is not a section" },
	{ ROLE_CLIENT, "[]\n" R, "1: []: is not a section" },
	{ ROLE_CLIENT, "[\n" R, "1: [: is not a section" },
	{ ROLE_CLIENT, "[client\n" R, "1: [client: is not a section" },
	{ ROLE_CLIENT, C "prefix = 2001:db8:1::/48\nprefix = 2001:db8:1:2::/64,eth0\n",
	  "5: prefix '2001:db8:1:2::/64,eth0': |overlaps" },
	{ ROLE_CLIENT, C "address = 2001:db8::3/64\n", "4: address '2001:db8::3/64': |twice" },
	{ ROLE_SERVER, "[client]\n" R, "1: [client]: is not a section|'[server]' and '[peer NAME]'" },
	{ ROLE_SERVER, "[peer]\n" TWO, "1: [peer]: a peer needs a name|[peer NAME]" },
	{ ROLE_SERVER, "[peer a b]\n" TWO, "1: [peer a b]: is not a section" },
	{ ROLE_SERVER, "[peer a$b]\n" TWO, "1: a$b: |letters" },
	{ ROLE_SERVER, "[peer a]]\n" TWO, "1: a]: |letters" },
	{ ROLE_SERVER, "[peers]\n" TWO, "1: [peers]: is not a section" },
	{ ROLE_SERVER, "[server alice]\n", "1: [server alice]: is not a section" },
	{ ROLE_SERVER, "[server]\n[peer a]\n" TWO "[server]\nttl = 9\n[peer a]\n" TWO,
	  "5: [server]: appears twice\n7: [peer a]: appears twice" },
	{ ROLE_SERVER, "[server]\nremote = 203.0.113.1\n", "2: remote: |server" },
	{ ROLE_SERVER, "[peer a]\n" TWO "metric = 5\n", "4: metric: |peer" },
	{ ROLE_SERVER, "[peer a]\n" TWO "address = 2001:db8::5\n", "4: address: is given twice" },
	{ ROLE_SERVER, "[peer a]\n\n[peer b]\n" TWO "\n[peer c]\nremote = 198.51.100.7\n",
	  "1: a: 'remote' is missing\n7: c: 'address' is missing" },
	{ ROLE_SERVER, "[peer a]\nremote = 198.51.100.7\naddress = 2001:db8::3/64\n",
	  "1: 2001:db8::3/64: |server-address" },
	{ ROLE_SERVER, "[peer 123456789012]\n" TWO, "1: 123456789012: |dev NAME" },
	{ ROLE_SERVER,
	  "ttl = 9\n[server]\nupling = eth0\nttl = 256\nfoo\n[peer a]\nremote = 127.0.0.1\naddress = "
	  "2001:db8::3\nprefix = x\n"
	  "[peer b]\n[pear c]\nremote = bad bad\nfoo\n[peer d]\n" TWO "mtu = 1400\nmtu = 1400",
	  "1: ttl: |first section\n3: upling: |'uplink'\n4: ttl '256': |1..255\n5: foo: |KEY = VALUE\n7: remote "
	  "'127.0.0.1': \n"
	  "9: prefix 'x': |prefix IPV6/LEN\n11: [pear c]: |section\n18: mtu: is given twice\n10: b: 'remote' is "
	  "missing" },
};

/* What is wrong does not hide what else is; and is told with the line that it is in. */
START_TEST(errors)
{
	expect_errors(wrong[_i].role, wrong[_i].text, wrong[_i].errors);
}
END_TEST

/* A value that is wrong does not hide that another one is missing; nor is it called missing itself. */
START_TEST(wrong_and_missing)
{
	expect_errors(ROLE_CLIENT, "[client]\nremote = 203.0.113.1\nmtu = 1\n",
		      "3: mtu '1': \n1: x: 'address' is missing");
	expect_errors(ROLE_CLIENT, "[client]\nremote = 127.0.0.1\n",
		      "2: remote '127.0.0.1': \n1: x: 'address' is missing");
}
END_TEST

/* A header may have a comment, as any other line that says something. */
START_TEST(comment_of_a_header)
{
	good(ROLE_CLIENT, "[client] # home\n" R);
	good(ROLE_SERVER, "[server]\t# all\n[peer alice] # her\n" TWO);
	ck_assert_str_eq(name_text(conf_find(&f, ROLE_PEER, "alice")->spec.name), "alice");
}
END_TEST

/* The server's file may be empty: then there are no peers. */
START_TEST(nothing_said)
{
	static const char *const texts[] = { "", "\n", "# only\n; comments", "[server]", "\r\n[server]\r\n" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		good(ROLE_SERVER, texts[i]);
		ck_assert_uint_eq(f.n_sections, strchr(texts[i], '[') ? 1 : 0);
	}
	unlink(PATH);
	conf_free(&f);
	ck_assert_int_eq(conf_read(&f, PATH, ROLE_CLIENT, "x", &err), 0);
	ck_assert(!f.exists && !f.errors.n && !f.n_sections);
}
END_TEST

/* Lines of a megabyte: a comment is none of our business, a value is wrong and is quoted in part. */
START_TEST(long_lines)
{
	static char text[1 << 20];
	size_t len = sizeof(C) - 1;

	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, C "#", len + 1);
	good(ROLE_CLIENT, text);
	memcpy(text + len, "mtu = ", 6);
	expect_errors(ROLE_CLIENT, text, "4: mtu 'xxxxxxxx|1280..65515");
	memcpy(text + len, "mtu = 1400 # ", 13);
	good(ROLE_CLIENT, text);
	memcpy(text + len, "mtu = 1400 x ", 13);
	expect_errors(ROLE_CLIENT, text, "4: mtu '1400 x xx|1280..65515");
	memcpy(text + len, "xxxxxxxxxxxxx", 13);
	expect_errors(ROLE_CLIENT, text, "4: xxxxxxxxxxxxxxxx|KEY = VALUE");
	text[len] = '[';
	expect_errors(ROLE_CLIENT, text, "4: [xxxxxxxxxxxxxxx|section");
	text[sizeof(text) - 2] = ']';
	expect_errors(ROLE_CLIENT, text, "4: [xxxxxxxxxxxxxxx|section");
	memset(text + len, ' ', sizeof(text) - len - 12);
	memcpy(text + sizeof(text) - 12, "mtu=    1400", 12);
	text[sizeof(text) - 1] = '\0';
	expect_errors(ROLE_CLIENT, text, "4: mtu '140': ");
}
END_TEST

/* Bytes of any kind are no end of the world; they are quoted as they are (and made harmless when they are printed). */
START_TEST(any_bytes)
{
	uint32_t state = 20260;

	expect_errors(ROLE_CLIENT, C "m\xc3\xa4h = 1\n\xff\xfe\n\033[31m = 1\n",
		      "4: m\xc3\xa4h: \n5: \xff\xfe: \n6: \033[31m: ");
	for (int i = 0; i < 2000; i++) {
		static const char likely[] = "[]==##;; \n\n\n\t\rpeerserverclientaddress:1/64,";
		char text[300];
		size_t n = pseudo_random(&state) % 299;

		for (size_t k = 0; k < n; k++)
			text[k] = pseudo_random(&state) % 8 ? likely[pseudo_random(&state) % (sizeof(likely) - 1)]
							    : (char)(1 + pseudo_random(&state) % 255);
		text[n] = '\0';
		ck_assert_int_eq(read_text(i % 2 ? ROLE_CLIENT : ROLE_SERVER, text), 0);
		ck_assert_msg(i % 2 == 0 || f.errors.n, "'%s' is no client's file", text);
	}
}
END_TEST

/* A file larger than what is asked for at once comes whole from a pipe, under either name, and is no file to write. */
START_TEST(standard_input)
{
	static const char *const names[] = { "-", "/dev/stdin" };
	const char *text = "[client]\nremote = 203.0.113.1\naddress = 2001:db8::3\n";
	struct ran ran;

	for (size_t i = 0; i < COUNT(names); i++) {
		char comment[20000];
		int ends[2];

		memset(comment, '#', sizeof(comment) - 1);
		comment[sizeof(comment) - 1] = '\n';
		ck_assert_int_eq(pipe(ends), 0);
		ck_assert_int_eq(write(ends[1], comment, sizeof(comment)), sizeof(comment));
		ck_assert_int_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
		close(ends[1]);
		ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
		close(ends[0]);
		conf_free(&f);
		ck_assert_int_eq(conf_read(&f, names[i], ROLE_CLIENT, "x", &err), 0);
		ck_assert(f.exists && !f.errors.n);
		ck_assert_str_eq(f.path, "standard input");
		ck_assert_str_eq(words_of(ROLE_CLIENT, "x"), "remote 203.0.113.1 address 2001:db8::3/127");
	}
	expect(&ran, "--save -f - client up x remote 203.0.113.1 address 2001:db8::3", 2, "standard input");
	expect(&ran, "-f - client up x", 2, "standard input: [client]: this section is missing");
}
END_TEST

Suite *suite_read(void)
{
	Suite *s = suite_create("conf");
	TCase *tc = namespaced_case(s, "read", own_etc);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, passes);
	tcase_add_test(tc, standard_input);
	tcase_add_test(tc, client);
	tcase_add_test(tc, server_and_peers);
	tcase_add_test(tc, ways_to_write);
	tcase_add_test(tc, no_comments);
	tcase_add_loop_test(tc, errors, 0, COUNT(wrong));
	tcase_add_test(tc, nothing_said);
	tcase_add_test(tc, long_lines);
	tcase_add_test(tc, any_bytes);
	tcase_add_test(tc, wrong_and_missing);
	tcase_add_test(tc, comment_of_a_header);
	return s;
}
