/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests that every attribute of a sit device is known to all who must know it, row by row. */
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "export/formats.h"
#include "export/notes.h"
#include "import/assemble.h"
#include "kernel/linkmsg.h"
#include "kernel/sitattrs.h"
#include "spec/params.h"
#include "state/readback.h"

/*
 * What linux/if_tunnel.h has for sit devices and we make, with a value that is not the one without it; as `ip` prints it,
 * and as the parameter of the same name (NULL: there is none, every tunnel of ours has the same).
 */
static const struct {
	const char *name, *printed, *param;
} attrs[] = {
	{ "mtu", "mtu 1399", "1399" },
	{ "protocol", "mode ip6ip", NULL },
	{ "remote", "remote 203.0.113.99", "203.0.113.99" },
	{ "local", "local 192.0.2.77", "192.0.2.77" },
	{ "ttl", "ttl 33", "33" },
	{ "tos", "tos 0x4", "0x4" },
	{ "path MTU discovery", "pmtudisc", NULL },
	{ "dev", "dev wan9", "wan9" },
	{ "fwmark", "fwmark 0x1234567", "0x1234567" },
};

#define N_ATTRS (sizeof(attrs) / sizeof(*attrs))

static const struct sit_attr *row(int i)
{
	const struct sit_attr *attr = sit_attrs;

	while (attr->name && strcmp(attr->name, attrs[i].name))
		attr++;
	ck_assert_msg(attr->name, "no row for %s", attrs[i].name);
	return attr;
}

START_TEST(each_has_a_row)
{
	size_t rows = 0;

	while (sit_attrs[rows].name)
		rows++;
	ck_assert_uint_eq(rows, N_ATTRS);
	for (int i = 0; i < (int)N_ATTRS; i++)
		row(i);
}
END_TEST

/* A device with all of them, and none of them as 0. */
static struct link full(void)
{
	struct link link = { .name = "t1", .alias = "sitctl client t1", .group = 41 };

	link.is_sit = true;
	link.mtu = 1399;
	link.proto = IPPROTO_IPV6;
	link.remote = ip4("203.0.113.99");
	link.local = ip4("192.0.2.77");
	link.ttl = 33;
	link.tos = 4;
	link.pmtudisc = 1;
	link.underlay = 3;
	strcpy(link.underlay_name, "wan9");
	link.fwmark = 0x1234567;
	return link;
}

static struct link without(const struct sit_attr *attr)
{
	struct link link = full();

	memset((char *)&link + attr->at, 0, attr->size);
	return link;
}

/* What is put into a message is read out of it. */
START_TEST(put_and_decoded)
{
	struct link link = full(), less = without(row(_i)), read;
	struct arena arena = { NULL };
	struct nl_batch b;
	struct err err;

	ck_assert_int_eq(nl_batch_init(&b, 4096, &err), 0);
	link_put_newlink(&b, &link, 0);
	ck_assert_int_eq(link_decode((const void *)b.buf, &read, &arena), 0);
	ck_assert_msg(sit_attr_equal(row(_i), &read, &link), "%s", attrs[_i].name);
	nl_batch_reset(&b);
	link_put_newlink(&b, &less, 0);
	ck_assert_int_eq(link_decode((const void *)b.buf, &read, &arena), 0);
	ck_assert_msg(sit_attr_equal(row(_i), &read, &less), "%s", attrs[_i].name);
	nl_batch_free(&b);
	arena_free(&arena);
}
END_TEST

START_TEST(compared)
{
	struct link link = full(), less = without(row(_i));

	ck_assert(sit_attrs_and_link_equal(&link, &link));
	ck_assert_msg(!sit_attrs_and_link_equal(&link, &less), "%s", attrs[_i].name);
	ck_assert_msg(!link_same_tunnel(&link, &less), "%s", attrs[_i].name);
	ck_assert_msg(sit_attrs_equal(&link, &less) == row(_i)->of_link, "%s", attrs[_i].name);
}
END_TEST

START_TEST(printed_and_in_json)
{
	struct link link = full(), less = without(row(_i));
	char text[SIT_ATTR_TEXT], words[1024];
	FILE *out = fmemopen(words, sizeof(words), "w");
	json_t *json = json_object(), *value;

	sit_attrs_print(&link, NULL, true, out);
	sit_attrs_print(&link, NULL, false, out);
	fclose(out);
	ck_assert_msg(strstr(words, attrs[_i].printed), "%s", words);
	/* Where it goes, it is named with what it is then. */
	out = fmemopen(words, sizeof(words), "w");
	sit_attrs_print(&less, &link, row(_i)->of_link, out);
	fclose(out);
	ck_assert_msg(strstr(words, sit_attr_text(row(_i), &less, text)), "%s", words);
	sit_attrs_json(&link, json);
	if (attrs[_i].param) {
		value = json_object_get(json, row(_i)->json);
		ck_assert_msg(value, "%s", attrs[_i].name);
		snprintf(words, sizeof(words), "%lld", (long long)json_integer_value(value));
		ck_assert_str_eq(json_is_string(value) ? json_string_value(value) : words, attrs[_i].param);
	}
	json_decref(json);
}
END_TEST

static struct lab lab;

static void begin(void)
{
	own_netns();
	make_veth("wan9", "wan8");
	lab_open(&lab);
}

static void end(void)
{
	lab_close(&lab);
}

/* `show`, `export` and a lost journal: the parameter is what the kernel has. */
START_TEST(read_back)
{
	struct link *link = lab_tunnel(&lab, "t1", "sitctl client t1", "203.0.113.1");
	const struct param *p = param_find(ROLE_CLIENT, attrs[_i].name);
	char value[VALUE_TEXT];
	SPEC spec = { 0 };

	ck_assert(!p == !attrs[_i].param);
	if (!p)
		return;
	link->sit = full().sit;
	link->underlay = index_of("wan9");
	strcpy(link->underlay_name, "wan9");
	observe_link(&lab.s, link, NULL, &spec);
	ck_assert(param_text(p, &spec, 0, value));
	ck_assert_str_eq(value, attrs[_i].param);
}
END_TEST

/* What is asked for is what the plan wants of the device. */
START_TEST(derived)
{
	struct link link = { .index = 0 }, want = full();
	char words[256];
	SPEC spec = { 0 };

	if (!attrs[_i].param || row(_i)->at == offsetof(struct link, underlay)) /* which wanted_link() looks up */
		return;
	snprintf(words, sizeof(words), "t1 %saddress 2001:db8::3 %s %s",
		 strcmp(attrs[_i].name, "remote") ? "remote 203.0.113.1 " : "", attrs[_i].name, attrs[_i].param);
	make_spec(&spec, ROLE_CLIENT, words);
	derive_device(&spec, &link);
	ck_assert_msg(sit_attr_equal(row(_i), &link, &want), "%s", attrs[_i].name);
}
END_TEST

static char *exported_text(const struct format *f, const char *words)
{
	struct exported e = { .source = ip4("198.51.100.7") };
	struct notes notes;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	SPEC spec = { 0 };

	make_spec(&spec, ROLE_CLIENT, words);
	e.spec = spec;
	e.mtu = spec.mtu;
	ck_assert_int_eq(format_print(f, out, &e, &notes), 0);
	fclose(out);
	notes_free(&notes);
	return text;
}

/* Every format says it in its own words, or notes that it cannot. */
START_TEST(exported_everywhere)
{
	char words[256];

	if (!attrs[_i].param)
		return;
	snprintf(words, sizeof(words), "t1 %saddress 2001:db8::3 %s %s",
		 strcmp(attrs[_i].name, "remote") ? "remote 203.0.113.1 " : "", attrs[_i].name, attrs[_i].param);
	for (const struct format *f = formats; f->name; f++) {
		char *text = exported_text(f, words);

		ck_assert_msg(strstr(text, attrs[_i].param), "%s does not say %s:\n%s", f->name, attrs[_i].name, text);
		free(text);
	}
}
END_TEST

/* `ip link add` with all of them, as we print it ourselves, is understood. */
START_TEST(imported)
{
	const struct param *p = param_find(ROLE_CLIENT, attrs[_i].name);
	struct link link = full();
	char text[2048], value[VALUE_TEXT];
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct import im;

	if (!p) {
		fclose(out);
		return;
	}
	fputs("ip link add name t1", out);
	sit_attrs_print(&link, NULL, true, out);
	fputs(" type sit", out);
	sit_attrs_print(&link, NULL, false, out);
	fputs("\nip addr add 2001:db8::3/127 dev t1\n", out);
	fclose(out);
	read_import(&im, "iproute2", text);
	ck_assert_msg(!im.errors.n && im.n == 1, "%s\n%s", text, import_errors(&im));
	ck_assert(param_text(p, &im.tunnels[0].spec, 0, value));
	ck_assert_str_eq(value, attrs[_i].param);
	import_free(&im);
}
END_TEST

Suite *suite_sitattrs(void)
{
	Suite *s = suite_create("sit attributes");
	TCase *tc = tcase_create("table"), *host = namespaced_case(s, "device", begin);

	tcase_add_test(tc, each_has_a_row);
	tcase_add_loop_test(tc, put_and_decoded, 0, N_ATTRS);
	tcase_add_loop_test(tc, compared, 0, N_ATTRS);
	tcase_add_loop_test(tc, printed_and_in_json, 0, N_ATTRS);
	tcase_add_loop_test(tc, derived, 0, N_ATTRS);
	tcase_add_loop_test(tc, exported_everywhere, 0, N_ATTRS);
	tcase_add_loop_test(tc, imported, 0, N_ATTRS);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(host, NULL, end);
	tcase_add_loop_test(host, read_back, 0, N_ATTRS);
	return s;
}
