/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the table of parameters: every row, what it takes, what it refuses, how it reads. */
#include <string.h>

#include "../unit.h"
#include "spec/params.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define L63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

/* The tables of the manual. */
static const struct {
	enum role role;
	const char *names[20], *required[4];
} tables[] = {
	{ ROLE_CLIENT,
	  { "remote", "local", "address", "gateway", "metric", "prefix", "dev", "ttl", "tos", "fwmark", "mtu",
	    "notrack", "mss-clamp", "source-filter", "simple-security", "allow", "target" },
	  { "remote", "address" } },
	{ ROLE_NAT, { "remote", "to", "interface" }, { "remote", "to" } },
	{ ROLE_SERVER, { "uplink", "local", "ttl", "tos", "mtu", "notrack", "mss-clamp", "source-filter" }, { NULL } },
	{ ROLE_PEER,
	  { "remote", "address", "server-address", "prefix", "proxy-ndp", "dev", "ttl", "tos", "fwmark", "mtu",
	    "notrack", "mss-clamp", "source-filter" },
	  { "remote", "address" } },
};

static bool listed(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

START_TEST(the_table_is_that_of_the_manual)
{
	for (size_t i = 0; i < COUNT(tables); i++) {
		unsigned int rows = 0, names = 0;

		for (const struct param *p = params; p->name; p++) {
			if (!(p->roles & tables[i].role) || p->internal)
				continue;
			rows++;
			ck_assert_msg(listed(tables[i].names, p->name), "role %d: %s", tables[i].role, p->name);
			ck_assert_msg(!!(p->required & tables[i].role) == listed(tables[i].required, p->name), "%s",
				      p->name);
		}
		while (tables[i].names[names])
			ck_assert_msg(param_find(tables[i].role, tables[i].names[names++]), "%s",
				      tables[i].names[names]);
		ck_assert_uint_eq(rows, names);
	}
}
END_TEST

/* Each row can be found, has all that help needs, and fits into spec.set. */
START_TEST(rows_are_whole)
{
	unsigned int n = 0;

	for (const struct param *p = params; p->name; p++, n++) {
		ck_assert_msg(p->roles && p->value && p->help && p->take && p->text, "%s", p->name);
		ck_assert_msg(!(p->required & ~p->roles) && !(p->repeats & ~p->roles), "%s", p->name);
		for (unsigned int role = 1; role <= ROLE_PEER; role <<= 1)
			if (p->roles & role)
				ck_assert_msg(param_find(role, p->name) == p, "%s of role %u", p->name, role);
	}
	ck_assert_uint_le(n, PARAMS_MAX);
	ck_assert_ptr_null(param_find(ROLE_CLIENT, "uplink"));
	ck_assert_ptr_null(param_find(ROLE_CLIENT, "remot"));
	ck_assert_ptr_null(param_find(ROLE_CLIENT, "remotee"));
	ck_assert_ptr_null(param_find(ROLE_PEER, "gateway"));
	ck_assert_ptr_null(param_find(ROLE_SERVER, ""));
}
END_TEST

/* A row says for whom it is, and in which modes. */
START_TEST(by_role_and_mode)
{
	static const struct param row = { .roles = ROLE_CLIENT,
					  .modes = 1U << MODE_SIT,
					  .required = ROLE_CLIENT,
					  .needed = 0 },
				  other = { .roles = ROLE_CLIENT, .modes = 1U << MODE_COUNT, .required = ROLE_CLIENT };
	struct spec client = { .role = ROLE_CLIENT, .mode = MODE_SIT }, peer = { .role = ROLE_PEER, .mode = MODE_SIT };

	ck_assert(param_exists(&row, &client) && !param_exists(&row, &peer) && !param_exists(&other, &client));
	ck_assert(!param_required(&row, &client) && param_required(param_find(ROLE_CLIENT, "remote"), &client));
	for (int mode = 0; mode < MODE_COUNT; mode++)
		ck_assert(modes[mode].name && modes[mode].name[0]);
}
END_TEST

/* A value that is taken, and how it reads afterwards (NULL: as it was written). */
static const struct {
	enum role role;
	const char *name, *word, *text;
} taken[] = {
	{ ROLE_CLIENT, "remote", "203.0.113.1", NULL },
	{ ROLE_CLIENT, "remote", "tunnel.example", NULL },
	{ ROLE_CLIENT, "remote", L63 "." L63 "." L63 ".a", NULL },
	{ ROLE_PEER, "remote", "10.0.0.1", NULL },
	{ ROLE_CLIENT, "local", "any", NULL },
	{ ROLE_CLIENT, "local", "198.51.100.7", NULL },
	{ ROLE_SERVER, "local", "any", NULL },
	{ ROLE_SERVER, "local", "192.0.2.1", NULL },
	{ ROLE_CLIENT, "address", "2001:db8::3", "2001:db8::3/127" },
	{ ROLE_CLIENT, "address", "2001:db8::3/1", NULL },
	{ ROLE_CLIENT, "address", "2001:db8::3/128", NULL },
	{ ROLE_PEER, "address", "2001:DB8:0::3/64", "2001:db8::3/64" },
	{ ROLE_PEER, "server-address", "2001:db8::2", NULL },
	{ ROLE_CLIENT, "gateway", "auto", NULL },
	{ ROLE_CLIENT, "gateway", "none", NULL },
	{ ROLE_CLIENT, "gateway", "2001:db8::2", NULL },
	{ ROLE_CLIENT, "gateway", "fe80::1", NULL },
	{ ROLE_CLIENT, "metric", "1", NULL },
	{ ROLE_CLIENT, "metric", "4294967295", NULL },
	{ ROLE_CLIENT, "prefix", "2001:db8::/32", NULL },
	{ ROLE_CLIENT, "prefix", "2001:db8::1/128", NULL },
	{ ROLE_CLIENT, "prefix", "2001:db8:1::/48,eth0", NULL },
	{ ROLE_CLIENT, "prefix", "1111:2222:3333:4444:5555:6666:7777:8888/128,123456789012345", NULL },
	{ ROLE_CLIENT, "prefix", "2001:db8::/64,a,b", NULL },
	{ ROLE_PEER, "prefix", "2001:db8:1::/48", NULL },
	{ ROLE_PEER, "proxy-ndp", "auto", NULL },
	{ ROLE_PEER, "proxy-ndp", "on", NULL },
	{ ROLE_PEER, "proxy-ndp", "off", NULL },
	{ ROLE_SERVER, "uplink", "eth0", NULL },
	{ ROLE_SERVER, "uplink", "123456789012345", NULL },
	{ ROLE_CLIENT, "dev", "wan.7", NULL },
	{ ROLE_PEER, "dev", "a$b;c", NULL },
	{ ROLE_CLIENT, "ttl", "1", NULL },
	{ ROLE_CLIENT, "ttl", "255", NULL },
	{ ROLE_PEER, "ttl", "inherit", NULL },
	{ ROLE_SERVER, "ttl", "64", NULL },
	{ ROLE_CLIENT, "tos", "0", NULL },
	{ ROLE_CLIENT, "tos", "0x0", "0" },
	{ ROLE_CLIENT, "tos", "2", "0x2" },
	{ ROLE_CLIENT, "tos", "255", "0xff" },
	{ ROLE_SERVER, "tos", "0xFF", "0xff" },
	{ ROLE_PEER, "tos", "inherit", NULL },
	{ ROLE_CLIENT, "fwmark", "0", NULL },
	{ ROLE_CLIENT, "fwmark", "0xffffffff", NULL },
	{ ROLE_PEER, "fwmark", "4294967295", "0xffffffff" },
	{ ROLE_CLIENT, "mtu", "1280", NULL },
	{ ROLE_CLIENT, "mtu", "65515", NULL },
	{ ROLE_PEER, "mtu", "auto", NULL },
	{ ROLE_SERVER, "mtu", "1480", NULL },
	{ ROLE_CLIENT, "notrack", "on", NULL },
	{ ROLE_PEER, "notrack", "off", NULL },
	{ ROLE_SERVER, "notrack", "off", NULL },
	{ ROLE_CLIENT, "mss-clamp", "off", NULL },
	{ ROLE_PEER, "source-filter", "off", NULL },
	{ ROLE_SERVER, "mss-clamp", "on", NULL },
	{ ROLE_CLIENT, "target", "www.example.org", NULL },
	{ ROLE_CLIENT, "target", "2001:DB8:0::1", "2001:db8::1" },
	{ ROLE_CLIENT, "target", "fe80::1", NULL },
};

START_TEST(values_taken)
{
	char value[VALUE_TEXT] = "";
	SPEC spec = { 0 };
	struct err err;
	const struct param *p = param_find(taken[_i].role, taken[_i].name);
	char *words[] = { (char *)taken[_i].name, (char *)taken[_i].word };

	ck_assert_int_eq(spec_init(&spec, taken[_i].role, "x", &err), 0);
	ck_assert(!spec_given(&spec, p->name));
	ck_assert_msg(!spec_words(&spec, 2, words, &err), "%s %s: %s", words[0], words[1], err.why);
	ck_assert(spec_given(&spec, p->name));
	ck_assert(param_text(p, &spec, 0, value));
	ck_assert_str_eq(value, taken[_i].text ? taken[_i].text : taken[_i].word);
	ck_assert(!param_text(p, &spec, 1, value));
}
END_TEST

static const struct {
	enum role role;
	const char *name, *words[24];
} refused[] = {
	{ ROLE_CLIENT,
	  "remote",
	  { "",		  "auto x",    "0.0.0.0",   "127.0.0.1",   "224.0.0.1", "255.255.255.255",
	    "1.2.3",	  "1.2.3.4.5", "1.2.3.400", "2001:db8::1", "-x",	"a_b",
	    "1.2.3.4/24", "a..b",      L63 "x",	    ".",	   "1234",	"any",
	    "Any",	  "all",       "default" } },
	{ ROLE_NAT, "remote", { "any", "0.0.0.0" } },
	{ ROLE_PEER, "remote", { "any", "0.0.0.0" } },
	{ ROLE_CLIENT, "remote", { "240.0.0.1", "169.254.1.1", "192.0.0.8" } },
	{ ROLE_PEER, "remote", { "240.0.0.1", "169.254.1.1", "192.0.0.8", "192.88.99.1" } },
	{ ROLE_NAT, "remote", { "240.0.0.1", "169.254.1.1" } },
	{ ROLE_NAT, "to", { "240.0.0.1", "169.254.1.1", "127.0.0.1" } },
	{ ROLE_CLIENT, "local", { "", "host.example", "0.0.0.0", "127.0.0.1", "224.0.0.1", "Any", "auto", "::1" } },
	{ ROLE_SERVER, "local", { "None", "255.255.255.255" } },
	{ ROLE_CLIENT,
	  "address",
	  { "", "any", "2001:db8::3/0", "2001:db8::3/129", "2001:db8::3/", "::1", "::", "fe80::1", "ff02::1",
	    "::1.2.3.4", "::ffff:1.2.3.4", "1.2.3.4", "2001:db8::3/127,eth0", "2001:db8::3%eth0" } },
	{ ROLE_PEER, "address", { "2001:db8::3/1280", "2001:db8::3/+127" } },
	{ ROLE_PEER, "server-address", { "", "auto", "2001:db8::2/127", "fe80::1", "::1", "1.2.3.4" } },
	{ ROLE_CLIENT,
	  "gateway",
	  { "", "Auto", "off", "eth0", "2001:db8::1/64", "::1", "::", "ff02::1", "1.2.3.4", "fe80::1%t1" } },
	{ ROLE_CLIENT, "metric", { "", "0", "4294967296", "-1", "auto", "1024.0", "0x400", "01" } },
	{ ROLE_CLIENT,
	  "prefix",
	  { "", "2001:db8::", "2001:db8::/0", "2001:db8::/129", "2001:db8::1/64", "::/0", "2001:db8::/64,",
	    "2001:db8::/64,a/b", "2001:db8::/64,1234567890123456", "2001:db8::/64,all", "2001:db8::/64, eth0", ",eth0",
	    "fe80::/64", "ff00::/8", "1111:2222:3333:4444:5555:6666:7777:8888/128/128/128/128,eth0", "10.0.0.0/8" } },
	{ ROLE_PEER, "prefix", { "2001:db8::/64,eth0", "2001:db8::1/127", "2001:db8::/64," } },
	{ ROLE_PEER, "proxy-ndp", { "", "yes", "ON", "None", "1" } },
	{ ROLE_SERVER,
	  "uplink",
	  { "", ".", "..", "all", "default", "a/b", "a:b", "a%d", "a b", "1234567890123456", "caf\xc3\xa9", "\xff" } },
	{ ROLE_CLIENT, "dev", { "caf\xc3\xa9", "a\x80" } },
	{ ROLE_CLIENT, "prefix", { "2001:db8:100::/64,caf\xc3\xa9" } },
	{ ROLE_NAT, "interface", { "caf\xc3\xa9" } },
	{ ROLE_CLIENT, "dev", { "", ".", "all", "a/b", "1234567890123456" } },
	{ ROLE_PEER, "dev", { "", "..", "default", "a%d", "1234567890123456" } },
	{ ROLE_CLIENT, "ttl", { "", "0", "256", "-1", "Inherit", "auto", "64 ", "0x40", "064" } },
	{ ROLE_PEER, "ttl", { "0", "256", "4294967297" } },
	{ ROLE_SERVER, "ttl", { "0", "256" } },
	/* 1 is how the kernel writes `inherit`. */
	{ ROLE_CLIENT,
	  "tos",
	  { "", "1", "0x1", "0x01", "256", "0x100", "-1", "0x", "0xg", "x10", "Inherit", "010", "1.0" } },
	{ ROLE_SERVER, "tos", { "1", "256" } },
	{ ROLE_PEER, "fwmark", { "", "0x100000000", "4294967296", "-1", "0x", "auto", "inherit", "0x1/0xff" } },
	{ ROLE_CLIENT, "mtu", { "", "0", "1", "1279", "65516", "65536", "Auto", "None", "1480.0", "4294968776" } },
	{ ROLE_PEER, "mtu", { "1279", "65516" } },
	{ ROLE_SERVER, "mtu", { "1279", "65516" } },
	{ ROLE_CLIENT, "notrack", { "", "On", "yes", "1", "auto" } },
	{ ROLE_PEER, "mss-clamp", { "", "ON", "1280", "true" } },
	{ ROLE_SERVER, "source-filter", { "", "strict", "offf" } },
	{ ROLE_CLIENT,
	  "target",
	  { "", "192.0.2.1", "a_b", "a..b", "2001:db8::/32", "2001:db8::1::", "::1", "192.0.2.256", "ff02::1" } },
};

/* Exit status 2 comes from err.usage; the message names parameter and value, and how to write it. */
START_TEST(values_refused)
{
	const struct param *p = param_find(refused[_i].role, refused[_i].name);

	for (size_t k = 0; k < COUNT(refused[_i].words) && refused[_i].words[k]; k++) {
		char *words[] = { (char *)refused[_i].name, (char *)refused[_i].words[k] };
		char hint[256];
		SPEC spec = { 0 };
		struct err err = { .usage = false };

		ck_assert_int_eq(spec_init(&spec, refused[_i].role, "x", &err), 0);
		ck_assert_msg(spec_words(&spec, 2, words, &err) < 0, "%s '%s' was taken", words[0], words[1]);
		ck_assert(err.usage);
		ck_assert(!spec_given(&spec, p->name));
		ck_assert_msg(strstr(err.step, words[0]) && strstr(err.step, words[1]), "%s", err.step);
		ck_assert_msg(err.why[0], "%s '%s': no reason", words[0], words[1]);
		snprintf(hint, sizeof(hint), "%s %s", p->name, p->value);
		ck_assert_msg(strstr(err.hint, hint), "%s", err.hint);
	}
}
END_TEST

/* As many as there is room for, each once. */
START_TEST(targets)
{
	char *words[] = { (char *)"target", (char *)"a.example", (char *)"target", (char *)"2001:db8::1",
			  (char *)"target", (char *)"b.example", (char *)"target", (char *)"c.example",
			  (char *)"target", (char *)"d.example" },
	     *twice[] = { (char *)"target", (char *)"2001:db8::1", (char *)"target", (char *)"2001:DB8:0::1" };
	SPEC spec = { 0 };
	struct err err;

	ck_assert_int_eq(spec_init(&spec, ROLE_CLIENT, "x", &err), 0);
	ck_assert_int_eq(spec_words(&spec, 8, words, &err), 0);
	ck_assert_uint_eq(spec.n_targets, 4);
	ck_assert_int_lt(spec_words(&spec, 10, words, &err), 0);
	ck_assert_msg(strstr(err.why, "at most 4"), "%s", err.why);
	ck_assert_int_lt(spec_words(&spec, 4, twice, &err), 0);
	ck_assert_msg(strstr(err.why, "twice"), "%s", err.why);
}
END_TEST

/* As many items as the other has, of the same first letters: what lies behind the shorter one is not looked at. */
START_TEST(lists_compared)
{
	const struct param *p = param_find(ROLE_CLIENT, "target");
	char *words[] = { (char *)"target", (char *)"a.example", (char *)"target", (char *)"a.example.net" };
	SPEC a = { 0 };
	SPEC b = { 0 };
	struct err err;

	ck_assert_int_eq(spec_init(&a, ROLE_CLIENT, "x", &err) + spec_init(&b, ROLE_CLIENT, "x", &err), 0);
	ck_assert(param_equal(p, &a, &b));
	ck_assert_int_eq(spec_words(&a, 2, words, &err), 0);
	ck_assert(!param_equal(p, &a, &b) && !param_equal(p, &b, &a));
	ck_assert_int_eq(spec_words(&b, 2, words + 2, &err), 0);
	ck_assert(!param_equal(p, &a, &b) && !param_equal(p, &b, &a));
	ck_assert(param_equal(p, &a, &a) && param_equal(p, &b, &b));
}
END_TEST

/* What a parameter is when it is not given: the column "default" of cli.md. */
START_TEST(defaults)
{
	static const struct {
		enum role role;
		const char *name, *text; /* NULL: no value */
	} rows[] = {
		{ ROLE_CLIENT, "local", "any" },       { ROLE_CLIENT, "gateway", "auto" },
		{ ROLE_CLIENT, "metric", "1024" },     { ROLE_CLIENT, "ttl", "255" },
		{ ROLE_CLIENT, "mtu", "auto" },	       { ROLE_CLIENT, "tos", "0" },
		{ ROLE_CLIENT, "fwmark", "0" },	       { ROLE_PEER, "tos", "0" },
		{ ROLE_CLIENT, "notrack", "on" },      { ROLE_CLIENT, "address", NULL },
		{ ROLE_CLIENT, "prefix", NULL },       { ROLE_CLIENT, "dev", NULL },
		{ ROLE_SERVER, "local", "any" },       { ROLE_SERVER, "ttl", "255" },
		{ ROLE_SERVER, "mtu", "auto" },	       { ROLE_SERVER, "notrack", "on" },
		{ ROLE_CLIENT, "mss-clamp", "on" },    { ROLE_CLIENT, "source-filter", "on" },
		{ ROLE_SERVER, "uplink", NULL },       { ROLE_PEER, "proxy-ndp", "auto" },
		{ ROLE_PEER, "server-address", NULL }, { ROLE_PEER, "prefix", NULL },
		{ ROLE_PEER, "ttl", "255" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char value[VALUE_TEXT];
		SPEC spec = { 0 };
		struct err err;
		bool there;

		ck_assert_int_eq(spec_init(&spec, rows[i].role, "x", &err), 0);
		there = param_text(param_find(rows[i].role, rows[i].name), &spec, 0, value);
		ck_assert_msg(there == !!rows[i].text, "%s", rows[i].name);
		if (there)
			ck_assert_str_eq(value, rows[i].text);
	}
}
END_TEST

Suite *suite_params(void)
{
	Suite *s = suite_create("params");
	TCase *tc = tcase_create("table");

	tcase_add_test(tc, the_table_is_that_of_the_manual);
	tcase_add_test(tc, rows_are_whole);
	tcase_add_test(tc, by_role_and_mode);
	tcase_add_loop_test(tc, values_taken, 0, COUNT(taken));
	tcase_add_loop_test(tc, values_refused, 0, COUNT(refused));
	tcase_add_test(tc, targets);
	tcase_add_test(tc, lists_compared);
	tcase_add_test(tc, defaults);
	suite_add_tcase(s, tc);
	return s;
}
