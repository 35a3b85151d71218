/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of `export` and `import` together: whatever a tunnel has, it comes back; and of both as a program. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit.h"
#include "base/list.h"
#include "base/shellwords.h"
#include "conf/conf.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "import/import.h"

#define ROUNDS 300

static int by_prefix(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct prefix));
}

/* The order of prefixes means nothing. */
static void sort_prefixes(struct spec *s)
{
	if (s->n_prefixes)
		qsort(s->prefixes, s->n_prefixes, sizeof(*s->prefixes), by_prefix);
}

static char *exported_text(const char *format, const struct spec *spec)
{
	struct exported e = { .spec = *spec, .mtu = spec->mtu, .source = ip4("198.51.100.7") };
	struct notes notes;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_int_eq(format_print(format_find(format), out, &e, &notes), 0);
	fclose(out);
	notes_free(&notes);
	return text;
}

/* Sitctl's own formats are read by sitctl itself. */
static void read_own(const char *format, const char *text, struct spec *spec)
{
	char *words[512], room[65536];
	struct shellwords s = { .next = text, .room = room, .at = 1 };
	struct conf f;
	struct err err;

	if (!strcmp(format, "sitctl")) {
		int n = shell_command(&s, words, 512);

		ck_assert_int_gt(n, 4);
		ck_assert_int_eq(spec_init(spec, ROLE_CLIENT, words[3], &err), 0);
		ck_assert_msg(!spec_words(spec, n - 4, words + 4, &err), "%s", err.why);
		return;
	}
	put_file("/etc/sitctl/x.conf", text, 0);
	memset(&f, 0, sizeof(f));
	ck_assert_int_eq(conf_read(&f, "/etc/sitctl/x.conf", ROLE_CLIENT, name_text(spec->name), &err), 0);
	ck_assert_msg(!f.errors.n, "%s\n%s", text, f.errors.n ? f.errors.texts[0] : "");
	spec_free(spec);
	spec_copy(spec, &f.sections[0].spec);
	conf_free(&f);
}

static void round_trip(const char *format, const char *importer, uint32_t seed)
{
	uint32_t state = seed;

	for (int i = 0; i < ROUNDS; i++) {
		SPEC a = { 0 }, b = { 0 };
		char *text;

		random_spec(&a, ROLE_CLIENT, &state);
		/* A metric of no route is none; another tool knows addresses only. */
		if (a.gateway_mode == GATEWAY_NONE)
			a.metric = METRIC_DEFAULT;
		if (a.gateway_mode != GATEWAY_ADDRESS)
			memset(&a.gateway, 0, sizeof(a.gateway));
		if (importer) {
			list_drop(a.host);
			a.host = NULL;
		}
		text = exported_text(format, &a);
		if (importer) {
			struct import im;

			read_import(&im, importer, text);
			ck_assert_msg(!im.errors.n, "%s\n%s", text, import_errors(&im));
			ck_assert_msg(im.n == 1, "%s", text);
			spec_copy(&b, &im.tunnels[0].spec);
			import_free(&im);
		} else {
			b.name = a.name;
			read_own(format, text, &b);
			if (a.host) /* the address is looked up again */
				b.remote = a.remote;
		}
		ck_assert_str_eq(name_text(a.name), name_text(b.name));
		sort_prefixes(&a);
		sort_prefixes(&b);
		same_spec(&a, &b, text);
		free(text);
	}
}

START_TEST(every_export_comes_back)
{
	static const char *const pairs[][2] = {
		{ "sitctl", NULL },	    { "iproute2", "iproute2" },
		{ "ifupdown", "ifupdown" }, { "ifupdown-sitctl", "ifupdown" },
		{ "netplan", "netplan" },   { "networkd", "networkd" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		round_trip(pairs[i][0], pairs[i][1], (uint32_t)i + 7);
}
END_TEST

START_TEST(the_file_comes_back)
{
	round_trip("sitctl.conf", NULL, 77);
}
END_TEST

/* Names that mean something to a shell, to YAML, to systemd. */
START_TEST(odd_names_come_back)
{
	static const char *const names[] = { "a'b\"c", "$HOME", "`id`", "*",   "#x",   "a;b", "~",    "&x",  "(x)",
					     "!x",     "[a]",	"yes",	"123", "null", "-",   "a\\b", "{x}", "|",
					     ">",      "@x",	"\"",	"'",   "a=b",  "1e3", "a,b" };
	static const char *const formats_read[] = { "iproute2", "netplan", "networkd" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		for (size_t k = 0; k < sizeof(formats_read) / sizeof(*formats_read); k++) {
			char words[256];
			struct import im;
			SPEC spec = { 0 };
			char *text;

			snprintf(words, sizeof(words), "%s remote 203.0.113.1 address 2001:db8::3 dev %s mss-clamp off",
				 names[i], names[i]);
			make_spec(&spec, ROLE_CLIENT, words);
			text = exported_text(formats_read[k], &spec);
			read_import(&im, formats_read[k], text);
			ck_assert_msg(!im.errors.n && im.n == 1, "%s\n%s", text, import_errors(&im));
			ck_assert_str_eq(name_text(im.tunnels[0].spec.name), names[i]);
			same_spec(&spec, &im.tunnels[0].spec, text);
			import_free(&im);
			free(text);
		}
}
END_TEST

#define MADE "ip tunnel add home mode sit remote 203.0.113.1 ttl 255\nip addr add 2001:db8::3/127 dev home\n"

START_TEST(the_program)
{
	struct ran ran;

	put_file("/run/made", MADE, 0);
	put_file("/run/more",
		 MADE "ip -6 route add default dev home\nip tunnel add b mode sit remote 203.0.113.2\n"
		      "ip addr add 2001:db8::5/127 dev b\n",
		 0);
	put_file("/run/bad", MADE "wonder\n", 0);
	expect(&ran, "client import iproute2 /run/made", 0, NULL);
	ck_assert_str_eq(ran.out, "# /etc/sitctl/home.conf; then: sitctl client up home\n[client]\n"
				  "remote = 203.0.113.1\naddress = 2001:db8::3/127\ngateway = none\n");
	expect(&ran, "client import iproute2 /run/more", 2, "several tunnels: home, b");
	expect(&ran, "client import iproute2 /run/more name home", 0, NULL);
	ck_assert_ptr_null(strstr(ran.out, "gateway"));
	expect(&ran, "client import iproute2 /run/made name b", 2, "no SIT tunnel with this name");
	expect(&ran, "client import iproute2 /run/bad", 1, "/run/bad:3: wonder: is not a command");
	ck_assert_ptr_nonnull(strstr(ran.out, "203.0.113.1"));
	expect(&ran, "-q client import iproute2 /run/bad", 1, "/run/bad:3: wonder");
	put_file("/run/others", MADE "ip -6 tunnel add g mode ip6gre remote 2001:db8::1 key 4\n", 0);
	expect(&ran, "client import iproute2 /run/others", 0, "g (ip6gre): skipped");
	expect(&ran, "-q client import iproute2 /run/others", 0, NULL);
	put_file("/run/others", "ip tunnel add sixteen-bytes-xx mode sit remote 203.0.113.1\n", 0);
	expect(&ran, "client import iproute2 /run/others", 2, "sixteen-bytes-xx");
	ck_assert_msg(!strstr(ran.err, "no SIT tunnel"), "%s", ran.err);
	expect(&ran, "client import netplan /run/none", 1, "/run/none");
	expect(&ran, "client import netplen /run/made", 2, "did you mean 'netplan'");
	expect(&ran, "client import", 2, "format is missing");
	expect(&ran, "client import netplan /run/made", 2, "no SIT tunnel was found");
	expect(&ran, "-j client import iproute2 /run/made", 0, NULL);
	ck_assert_ptr_nonnull(strstr(ran.out, "\"remote\":\"203.0.113.1\""));
}
END_TEST

START_TEST(the_program_saves)
{
	struct ran ran;

	put_file("/run/made", MADE, 0);
	put_file("/run/bad", MADE "wonder\n", 0);
	expect(&ran, "--save client import iproute2 /run/bad", 1, "nothing is saved");
	expect(&ran, "--dry-run --save client import iproute2 /run/made", 0, NULL);
	ck_assert_str_ne(ran.out, "");
	ck_assert_int_ne(access("/etc/sitctl/home.conf", F_OK), 0);
	put_file("/etc/sitctl/home.conf",
		 "# mine\n[client]\nremote = 203.0.113.9 # old\naddress = 2001:db8::3\nmtu = 1400\n", 0);
	expect(&ran, "--save client import iproute2 /run/made", 0, NULL);
	ck_assert_str_eq(ran.out, "");
	ck_assert_str_eq(get_file("/etc/sitctl/home.conf"), "# mine\n[client]\nremote = 203.0.113.1 # old\n"
							    "address = 2001:db8::3\ngateway = none\n");
	expect(&ran, "client export home sitctl", 0, NULL);
	ck_assert_str_eq(ran.out, "sitctl client up home remote 203.0.113.1 address 2001:db8::3/127 gateway none\n");
	expect(&ran, "client export home sitctll", 2, "did you mean 'sitctl'");
	expect(&ran, "client export home", 2, "format is missing");
	expect(&ran, "client export home sitctl more", 2, "more");
	expect(&ran, "client export other sitctl", 1, "no client tunnel");
	expect(&ran, "client export home networkmanager", 0, "networkmanager: notrack on: ");
	run_sitctl(&ran, RUN_NOBODY, "client export home sitctl.conf");
	ck_assert_int_eq(ran.status, 0);
}
END_TEST

Suite *suite_roundtrip(void)
{
	Suite *suite = suite_create("roundtrip");
	TCase *tc = tcase_create("formats"), *etc;

	tcase_add_test(tc, every_export_comes_back);
	tcase_add_test(tc, odd_names_come_back);
	suite_add_tcase(suite, tc);
	etc = namespaced_case(suite, "files", own_etc);
	tcase_add_test(etc, the_file_comes_back);
	tcase_add_test(etc, the_program);
	tcase_add_test(etc, the_program_saves);
	return suite;
}
