/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of `import` and of our own files with hostile ones: what they cost is bounded. */
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "conf/conf.h"
#include "import/import.h"

#define MEGABYTE (1 << 20)

/* BEGIN, then UNIT as often as it fits into a file that is read; '@' in it counts, in hexadecimal. Free it. */
static char *repeated(const char *begin, const char *unit)
{
	char *text = calloc(1, MEGABYTE + 1);
	size_t len = strlen(begin);

	ck_assert_ptr_nonnull(text);
	memcpy(text, begin, len);
	for (unsigned int i = 0; len + strlen(unit) + 16 < MEGABYTE; i++)
		for (const char *p = unit; *p; p++)
			if (*p == '@')
				len += (size_t)snprintf(text + len, 16, "%x", i);
			else
				text[len++] = *p;
	return text;
}

#define BASE "ip tunnel add t mode sit remote 203.0.113.1\nip addr add 2001:db8::3/127 dev t\n"
#define NETPLAN "network: {tunnels: {t: {mode: sit, remote: 203.0.113.1, addresses: [2001:db8::3/127],\n"
#define NETWORKD "[NetDev]\nName=t\nKind=sit\n[Tunnel]\nRemote=203.0.113.1\n[Match]\nName=t\n[Network]\n"

/* Each is a megabyte; ERROR is what its first error must say. */
static const struct {
	const char *format, *begin, *unit, *error;
} hostile[] = {
	/* netplan: depth, aliases, anchors, directives, number */
	{ "netplan", "", "[", "nested too deep" },
	{ "netplan", "", "{", "nested too deep" },
	{ "netplan", "", "- ", "nested too deep" },
	{ "netplan", "", "? ", "nested too deep" },
	{ "netplan", "a: &x {k: v}\n", "b@: *x\n", "alias" },
	{ "netplan", "", "&a@ : b\n", "more than 100 anchors" },
	{ "netplan", "", "%TAG !a@! b\n", "more than 100 times" },
	{ "netplan", "a: [", "a,", "more than 20000 keys" },
	{ "netplan", NETPLAN, "wonder@: [],\n", "more than 20000 keys" },
	{ "netplan", "network:\n tunnels:\n  t: &x {mode: sit, wonder: 1}\n", "  u@: *x\n", "alias" },
	/* errors */
	{ "iproute2", BASE, "x\n", "x:3: x: is not a command" },
	{ "iproute2", BASE, "ip addr add x dev t\n", "x:3: x: is not an IPv6 address" },
	{ "iproute2", BASE, "ip tunnel add t mode sit\n", "created twice" },
	{ "ifupdown", "iface t inet6 v4tunnel\n", "x 1\n", "x:258: x: is one option too many" },
	{ "ifupdown", "", "iface t@ inet6 v4tunnel\n", "is one tunnel too many" },
	{ "networkd", NETWORKD, "Wonder@=1\n", "Wonder0: is not understood" },
	{ "networkd", NETWORKD, "x\n", "neither [SECTION] nor KEY=VALUE" },
	/* what is kept until the end */
	{ "iproute2", BASE, "ip a a 2001:db8:@::1/64 dev e@\n",
	  "beyond the limit of 8192 addresses, routes and the like" },
	{ "iproute2", BASE, "ip link set t mtu @\n", "beyond the limit of 8192 addresses, routes and the like" },
	{ "iproute2", BASE, "ip -6 route add 2001:db8:@::/48 dev t\n",
	  "beyond the limit of 8192 addresses, routes and the like" },
	{ "networkd", NETWORKD, "Address=2001:db8:@::1/64\n",
	  "beyond the limit of 8192 addresses, routes and the like" },
	{ "networkd", NETWORKD, "Gateway=2001:db8::@\n", "beyond the limit of 8192 addresses, routes and the like" },
	{ "iproute2", BASE, "# sitctl: allow tcp/@\n", "beyond the limit of 8192 addresses, routes and the like" },
	{ "iproute2", BASE, "ip link add d@ type dummy\n", NULL },
	{ "iproute2", "", "ip tunnel add t@ mode sit\n", "one tunnel too many" },
	/* what could take the square of its length */
	{ "ifupdown", "", "\\\n", NULL },
	{ "networkd", "", "\\\n", NULL },
	{ "iproute2", "", "\\\n", NULL },
	{ "iproute2", "", "<<E\n", "a here-document has no end" },
	{ "iproute2", "", "a <<@ <<@ <<@ <<@\n", "a here-document has no end" },
	{ "iproute2", "echo ", "$(\"", "is not closed" },
	{ "iproute2", "A='a b'\necho ", " $A$(f)", "too many words" },
	{ "iproute2", "", "f@() {\n", NULL },
	{ "iproute2", "case a in ", "b|", NULL },
	{ "ifupdown", "iface e inet manual\n", " up ip tunnel add t mode gre\n", "one option too many" },
	{ "ifupdown", "iface t inet6 v4tunnel\n", "iface e@ inet manual\n up ip link set t mtu\n",
	  "one command too many" },
	{ "netplan", NETPLAN "}}, bridges: {b: {interfaces: [", "t, ", "more than 20000 keys" },
	{ "networkd", NETWORKD "[Match]\nName=", "e@ ", "one pattern too many" },
};

START_TEST(a_hostile_file_costs_little)
{
	char *text = repeated(hostile[_i].begin, hostile[_i].unit);
	size_t before = allocated(), after;
	struct import im;

	read_import(&im, hostile[_i].format, text);
	after = allocated();
	ck_assert_uint_le(im.n_items, IMPORT_ITEMS_MAX);
	ck_assert_uint_le(errors_kept(&im.errors), ERRORS_MAX);
	ck_assert_msg(after < before + 6 * MEGABYTE, "%zu bytes are kept", after - before);
	if (hostile[_i].error)
		ck_assert_msg(strstr(import_errors(&im), hostile[_i].error), "%s", import_errors(&im));
	import_free(&im);
	free(text);
}
END_TEST

/* 50 are printed, and how many more there are. */
START_TEST(errors_are_counted)
{
	struct errors e = { .n = 0 };
	char text[64];

	for (int i = 0; i < ERRORS_MAX; i++)
		ck_assert(errors_add(&e, "%d", i));
	ck_assert_ptr_null(errors_more(&e, text, sizeof(text)));
	ck_assert(errors_add(&e, "one more"));
	ck_assert_str_eq(errors_more(&e, text, sizeof(text)), "1 more error is not printed");
	ck_assert(errors_add(&e, "and one"));
	ck_assert_str_eq(errors_more(&e, text, sizeof(text)), "2 more errors are not printed");
	ck_assert_uint_eq(errors_kept(&e), ERRORS_MAX);
	ck_assert_str_eq(e.texts[ERRORS_MAX - 1], "49");
	errors_free(&e);
}
END_TEST

START_TEST(the_program_prints_fifty)
{
	char *text = repeated("", "wonder@ 1\n");
	unsigned int lines = 0;
	struct ran ran;

	put_file("/run/bad", text, 0);
	expect(&ran, "client import iproute2 /run/bad", 2, " more errors are not printed");
	for (const char *p = ran.err; *p; p++)
		lines += *p == '\n';
	/* And that there is no tunnel in it. */
	ck_assert_uint_eq(lines, ERRORS_MAX + 2);
	put_file("/etc/sitctl/x.conf", text, 0);
	expect(&ran, "client up x", 2, " more errors are not printed");
	free(text);
}
END_TEST

/* Our own: errors, sections, lines. */
START_TEST(a_file_of_ours)
{
	static const struct {
		const char *unit, *why;
		size_t times;
	} rows[] = { { "wonder\n", NULL, 100000 }, { "[x]\n", "too large", 1 << 17 }, { "\n", "too large", 1 << 20 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t len = strlen(rows[i].unit);
		char *text = calloc(rows[i].times, len + 1);
		struct conf f = { .exists = true };
		struct err err = { .usage = false };
		int ret;

		ck_assert_ptr_nonnull(text);
		for (size_t k = 0; k < rows[i].times; k++)
			memcpy(text + k * len, rows[i].unit, len);
		ret = conf_parse(&f, text, ROLE_SERVER, "", &err);
		ck_assert_int_eq(ret < 0, rows[i].why != NULL);
		if (rows[i].why)
			ck_assert(err.usage && strstr(err.why, rows[i].why));
		else
			ck_assert_uint_eq(f.errors.n, rows[i].times);
		ck_assert_uint_le(errors_kept(&f.errors), ERRORS_MAX);
		conf_free(&f);
		free(text);
	}
}
END_TEST

Suite *suite_limits(void)
{
	Suite *suite = suite_create("limits");
	TCase *tc = tcase_create("hostile"), *files = tcase_create("files"), *etc;

	tcase_set_timeout(
		tc, 10); /* seconds, of which each takes less than one; what takes the square of its length, more */
	tcase_add_loop_test(tc, a_hostile_file_costs_little, 0, sizeof(hostile) / sizeof(*hostile));
	suite_add_tcase(suite, tc);
	tcase_set_timeout(files, 60);
	tcase_add_test(files, errors_are_counted);
	tcase_add_test(files, a_file_of_ours);
	suite_add_tcase(suite, files);
	etc = namespaced_case(suite, "program", own_etc);
	tcase_add_test(etc, the_program_prints_fifty);
	return suite;
}
