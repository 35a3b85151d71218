/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of nearest.h: which known word an unknown one is taken for, and which one for none. */
#include <string.h>

#include "../unit.h"
#include "base/nearest.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const char *const words[] = { "client", "server", "nat", "show", "check", "doctor", "help" };
static const char *const formats[] = { "sitctl", "iproute2", "ifupdown", "netplan", "networkd", "vyos", "all" };
static const char *const params[] = { "remote", "local", "mtu", "ttl", "tos", "to", "prefix", "proxy-ndp" };
static const char *const options[] = { "json", "pretty", "brief", "netns", "file", "save", "force" };

static const struct {
	const char *const *among;
	unsigned int n;
	const char *word, *near;
} rows[] = {
	/* letters swapped, missing, added, replaced */
	{ words, COUNT(words), "clinet", "client" },
	{ words, COUNT(words), "clien", "client" },
	{ words, COUNT(words), "clients", "client" },
	{ words, COUNT(words), "Client", "client" },
	{ words, COUNT(words), "sevrer", "server" },
	{ words, COUNT(words), "chekc", "check" },
	{ words, COUNT(words), "hepl", "help" },
	{ words, COUNT(words), "shwo", "show" },
	{ words, COUNT(words), "nap", "nat" },
	{ params, COUNT(params), "mut", "mtu" },
	{ params, COUNT(params), "prefixes", "prefix" },
	{ params, COUNT(params), "proxy-npd", "proxy-ndp" },
	{ formats, COUNT(formats), "netplen", "netplan" },
	{ formats, COUNT(formats), "sitctll", "sitctl" },
	{ options, COUNT(options), "jsn", "json" },
	/* an abbreviation; the word itself */
	{ words, COUNT(words), "cl", "client" },
	{ formats, COUNT(formats), "ip", "iproute2" },
	{ words, COUNT(words), "check", "check" },
	/* two edits are the most for four letters to six, three for seven and more */
	{ words, COUNT(words), "servexx", "server" },
	{ words, COUNT(words), "clixxt", "client" },
	{ words, COUNT(words), "hexx", "help" },
	{ words, COUNT(words), "hxxx", NULL },
	{ words, COUNT(words), "clixxx", NULL },
	{ formats, COUNT(formats), "networxxx", "networkd" },
	{ formats, COUNT(formats), "netwoxxxx", NULL },
	/* as many edits as would make any word of any other */
	{ words, COUNT(words), "foo", NULL },
	{ formats, COUNT(formats), "foo", NULL },
	{ params, COUNT(params), "foo", NULL },
	{ options, COUNT(options), "foo", NULL },
	{ words, COUNT(words), "t1", NULL },
	{ words, COUNT(words), "c", NULL },
	{ words, COUNT(words), "", NULL },
	{ words, COUNT(words), "xyzzyxyzzy", NULL },
};

START_TEST(near_words)
{
	const char *near = nearest(rows[_i].word, rows[_i].among, rows[_i].n);

	ck_assert_msg(!near == !rows[_i].near && (!near || !strcmp(near, rows[_i].near)), "%s: %s", rows[_i].word,
		      near ? near : "none");
}
END_TEST

START_TEST(far_too_long)
{
	char longer[200];

	memset(longer, 'c', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_ptr_null(nearest(longer, words, COUNT(words)));
	ck_assert_ptr_null(nearest("client", words, 0));
}
END_TEST

Suite *suite_nearest(void)
{
	Suite *s = suite_create("nearest");
	TCase *tc = tcase_create("words");

	tcase_add_loop_test(tc, near_words, 0, COUNT(rows));
	tcase_add_test(tc, far_too_long);
	suite_add_tcase(s, tc);
	return s;
}
