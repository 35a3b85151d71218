/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of `export`: each format against a file that was reviewed, and what it says it leaves out. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "../unit.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "spec/params.h"

#define FIXTURES "tests/fixtures/export"

/* As brokers hand it out, and with all that a client can have. */
#define PLAIN \
	"home remote 203.0.113.1 address 2001:db8:1::3/127 gateway 2001:db8:1::2 prefix 2001:db8:100::/64 mtu 1480"
#define FULL                                                                                                         \
	"sit-full remote 203.0.113.1 local 198.51.100.7 address 2001:db8:1::3/127 address 2001:db8:1::13/64 "        \
	"metric 512 prefix 2001:db8:100::/64 prefix 2001:db8:200::/48,lan dev wan ttl inherit mtu 1400 notrack off " \
	"simple-security on allow tcp/443@2001:db8:1::3"

static struct spec spec; /* of the last one made */

static void forget(void)
{
	spec_free(&spec);
}

static void make(struct exported *e, const char *words)
{
	make_spec(&spec, ROLE_CLIENT, words);
	memset(e, 0, sizeof(*e));
	e->spec = spec;
	e->mtu = e->spec.mtu;
	e->source = ip4("198.51.100.7");
}

/* The text, to be freed. */
static char *text_of(const struct format *f, const struct exported *e, struct notes *notes, int expected)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(format_print(f, out, e, notes), expected);
	fclose(out);
	return text;
}

/* With SITCTL_GOLDEN=write in the environment the files are written instead; then read them, line by line. */
static void golden(const char *words, const char *kind)
{
	const char *write = getenv("SITCTL_GOLDEN");
	struct exported e;

	make(&e, words);
	for (const struct format *f = formats; f->name; f++) {
		char path[256], wanted[16384];
		struct notes notes;
		char *text = text_of(f, &e, &notes, 0);
		FILE *file;
		size_t n;

		snprintf(path, sizeof(path), FIXTURES "/%s.%s", f->name, kind);
		file = fopen(path, write ? "w" : "r");
		ck_assert_msg(file != NULL, "%s", path);
		if (write)
			fputs(text, file);
		n = write ? 0 : fread(wanted, 1, sizeof(wanted) - 1, file);
		fclose(file);
		wanted[n] = '\0';
		ck_assert_msg(write || !strcmp(text, wanted), "%s\nhave:\n%s\nwanted:\n%s", path, text, wanted);
		notes_free(&notes);
		free(text);
	}
}

START_TEST(plain_as_reviewed)
{
	golden(PLAIN, "plain");
}
END_TEST

START_TEST(full_as_reviewed)
{
	golden(FULL, "full");
}
END_TEST

/* Does one of the notes begin with PARAM and VALUE? */
static bool noted(const struct notes *notes, const char *param, const char *value)
{
	char begin[VALUE_TEXT + 40];

	snprintf(begin, sizeof(begin), "%s %s: ", param, value);
	for (size_t i = 0; i < notes->n; i++)
		if (!strncmp(notes->texts[i], begin, strlen(begin)))
			return true;
	return false;
}

/* Nothing is dropped in silence: each value is in the output, or a note names it. */
START_TEST(nothing_is_dropped)
{
	static const char *const switches[] = { "notrack", "mss-clamp", "source-filter", "simple-security" };
	struct exported e;

	make(&e, "tun remote 203.0.113.1 local 198.51.100.7 address 2001:db8:1::3/127 address 2001:db8:9::13/64 "
		 "gateway 2001:db8:1::2 metric 517 prefix 2001:db8:100::/64 prefix 2001:db8:200::/48,lan9 dev wan7 "
		 "ttl 67 mtu 1401 simple-security on allow tcp/443@2001:db8:1::3 target www.example.org "
		 "target 2001:db8:7::7");
	for (const struct format *f = formats; f->name; f++) {
		struct notes notes;
		char *text = text_of(f, &e, &notes, 0), value[VALUE_TEXT], part[VALUE_TEXT];

		for (const struct param *p = params; p->name; p++) {
			bool is_switch = false;

			for (size_t i = 0; i < sizeof(switches) / sizeof(*switches); i++)
				is_switch = is_switch || !strcmp(switches[i], p->name);
			for (unsigned int i = 0; !is_switch && exported_value(&e, p, i, value); i++) {
				/* The length may stand apart, and a LAN have another form. */
				snprintf(part, sizeof(part), "%.*s", (int)strcspn(value, "/,:"), value);
				if (strchr(value, ':') && strcmp(p->name, "allow"))
					snprintf(part, sizeof(part), "%.*s", (int)strcspn(value, "/,"), value);
				ck_assert_msg(strstr(text, part) || noted(&notes, p->name, value), "%s: %s %s\n%s",
					      f->name, p->name, value, text);
			}
		}
		ck_assert_msg(strstr(text, "41") || strstr(text, "sitctl") || noted(&notes, "notrack", "on"), "%s\n%s",
			      f->name, text);
		/* What is a note is a comment as well. */
		for (size_t i = 0; i < notes.n; i++)
			ck_assert_msg(strstr(text, notes.texts[i]), "%s: %s", f->name, notes.texts[i]);
		notes_free(&notes);
		free(text);
	}
}
END_TEST

/* What a shell makes of the words: a line for each. */
static void shell_words(const char *command, char *out, size_t size)
{
	char script[4096];
	FILE *pipe;
	size_t n;

	snprintf(script, sizeof(script), "sitctl() { printf '%%s\\n' \"$@\"; }; ip() { sitctl \"$@\"; }\n%s", command);
	ck_assert_int_eq(setenv("SCRIPT", script, 1), 0);
	pipe = popen("eval \"$SCRIPT\"", "r");
	ck_assert_ptr_nonnull(pipe);
	n = fread(out, 1, size - 1, pipe);
	out[n] = '\0';
	ck_assert_int_eq(pclose(pipe), 0);
}

START_TEST(a_shell_takes_every_name)
{
	static const char *const names[] = {
		"a'b\"c", "$HOME", "`id`", "a\\", "*", "#x", "a;b", "~", "t&", "(x)", "!!"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char words[256], out[4096], line[32];
		struct exported e;
		struct notes notes;
		char *text;

		snprintf(words, sizeof(words), "%s remote 203.0.113.1 address 2001:db8::3 notrack off dev %s", names[i],
			 names[i]);
		make(&e, words);
		snprintf(line, sizeof(line), "\n%s\n", names[i]);
		text = text_of(format_find("sitctl"), &e, &notes, 0);
		shell_words(text, out, sizeof(out));
		ck_assert_msg(strstr(out, line) && strstr(strstr(out, line) + 1, line), "%s: %s", names[i], out);
		free(text);
		notes_free(&notes);
		text = text_of(format_find("iproute2"), &e, &notes, 0);
		shell_words(text, out, sizeof(out));
		ck_assert_msg(strstr(out, line) && strstr(strstr(out, line) + 1, line), "%s: %s", names[i], out);
		free(text);
		notes_free(&notes);
	}
}
END_TEST

/* Formats that have no way to write a name say so, and print nothing that would mean something else. */
START_TEST(what_cannot_be_written_is_refused)
{
	struct exported e;
	struct notes notes;

	make(&e, "a;reboot remote 203.0.113.1 address 2001:db8::3 dev #x");
	free(text_of(format_find("ifupdown"), &e, &notes, -22));
	ck_assert_ptr_nonnull(strstr(notes.refused, "a;reboot"));
	free(text_of(format_find("ifupdown-sitctl"), &e, &notes, -22));
	free(text_of(format_find("sitctl.conf"), &e, &notes, -22));
	ck_assert_ptr_nonnull(strstr(notes.refused, "#x"));
	make(&e, "a\\ remote 203.0.113.1 address 2001:db8::3");
	free(text_of(format_find("networkd"), &e, &notes, -22));
}
END_TEST

START_TEST(a_missing_source_is_asked_for)
{
	static const char *const need[] = { "vyos", "freebsd", "openbsd", "windows" };
	struct exported e;

	make(&e, "home remote 203.0.113.1 address 2001:db8::3");
	e.source.s_addr = 0;
	for (size_t i = 0; i < sizeof(need) / sizeof(*need); i++) {
		struct notes notes;
		char *text = text_of(format_find(need[i]), &e, &notes, 0);

		ck_assert_ptr_nonnull(strstr(text, "LOCAL-IPV4"));
		ck_assert_uint_ge(notes.n, 1);
		free(text);
		notes_free(&notes);
	}
}
END_TEST

Suite *suite_export(void)
{
	Suite *suite = suite_create("export");
	TCase *tc = tcase_create("formats");

	tcase_add_checked_fixture(tc, NULL, forget);
	tcase_add_test(tc, plain_as_reviewed);
	tcase_add_test(tc, full_as_reviewed);
	tcase_add_test(tc, nothing_is_dropped);
	tcase_add_test(tc, a_shell_takes_every_name);
	tcase_add_test(tc, what_cannot_be_written_is_refused);
	tcase_add_test(tc, a_missing_source_is_asked_for);
	suite_add_tcase(suite, tc);
	return suite;
}
