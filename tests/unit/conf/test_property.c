/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests by property: whatever values a tunnel has, written as words and read again it is the same. */
#include <string.h>

#include "../unit.h"
#include "conf/conf.h"
#include "conf/write.h"
#include "spec/params.h"

#define ROUNDS 400

static uint32_t state;

static uint32_t below(uint32_t n)
{
	return pseudo_random(&state) % n;
}

static void round_trip(enum role role, uint32_t seed)
{
	static char text[65536], again[65536], copy[65536];

	state = seed;
	for (int i = 0; i < ROUNDS; i++) {
		SPEC a = { 0 }, b = { 0 };
		struct err err;
		char *words[512];
		int n;

		random_spec(&a, role, &state);
		spec_text(&a, true, text, sizeof(text));
		strcpy(copy, text);
		n = split_words(copy, words, 512);
		ck_assert_int_eq(spec_init(&b, role, name_text(a.name), &err), 0);
		ck_assert_msg(!spec_recorded_words(&b, n, words, &err), "%s: %s: %s", text, err.step, err.why);
		ck_assert_msg(!spec_check(&b, &err), "%s: %s: %s", text, err.step, err.why);
		same_spec(&a, &b, text);
		spec_text(&b, true, again, sizeof(again));
		ck_assert_str_eq(text, again);
	}
}

START_TEST(clients)
{
	round_trip(ROLE_CLIENT, 41);
}
END_TEST

START_TEST(peers)
{
	round_trip(ROLE_PEER, 4242);
}
END_TEST

/* Also through the journal: the same line, whatever the values. */
START_TEST(journal_lines)
{
	static char text[65536], line[65600];

	state = 777;
	for (int i = 0; i < ROUNDS; i++) {
		struct journal j = { .lock = -1 };
		SPEC a = { 0 };
		struct err err;
		enum role role = i % 2 ? ROLE_CLIENT : ROLE_PEER;
		const struct desired_tunnel *t;

		random_spec(&a, role, &state);
		spec_text(&a, true, text, sizeof(text));
		snprintf(line, sizeof(line), "%s %s %s\n", role == ROLE_CLIENT ? "client" : "peer", name_text(a.name),
			 text);
		ck_assert_int_eq(desired_init(&j.desired, &err), 0);
		ck_assert_msg(!journal_parse(&j, line, &err), "%s: %s", text, err.why);
		t = desired_find(&j.desired, role, name_text(a.name));
		ck_assert_msg(t && t->recorded, "%s %s", name_text(a.name), text);
		same_spec(&a, &t->spec, text);
		journal_close(&j);
	}
}
END_TEST

/* Any bytes as a value: taken or refused, never a crash, and what is taken reads back and is taken again. */
START_TEST(any_bytes)
{
	unsigned int good = 0;

	state = 90210;
	for (int i = 0; i < 20000; i++) {
		static const char likely[] = "0123456789abcdef::..//,-anyutoin";
		char word[64], value[VALUE_TEXT];
		const char *why = NULL;
		size_t n = below(24);

		for (size_t k = 0; k < n; k++)
			word[k] = below(20) ? likely[below(sizeof(likely) - 1)] : (char)(1 + below(255));
		word[n] = '\0';
		for (const struct param *p = params; p->name; p++) {
			SPEC a = { .role = ROLE_CLIENT }, b = { .role = ROLE_CLIENT };

			if (!param_take(p, &a, word, &why)) {
				ck_assert_msg(why && *why, "%s '%s': no reason", p->name, word);
				continue;
			}
			ck_assert_msg(param_text(p, &a, 0, value), "%s '%s'", p->name, word);
			ck_assert_msg(param_take(p, &b, value, &why), "%s '%s' reads '%s'", p->name, word, value);
			good++;
		}
	}
	ck_assert_uint_gt(good, 500);
}
END_TEST

#define PATH CONF_DIR "/x.conf"

/* What the file says of NAME, as one line; its values may stand in another order than they were put. */
static void read_back(const struct spec *a, const char *text)
{
	struct conf_section *s;
	struct spec wanted = *a;
	struct err err;
	struct conf f = { .lock = 0 };

	ck_assert_int_eq(conf_read(&f, PATH, conf_role(a->role), name_text(a->name), &err), 0);
	ck_assert_msg(!f.errors.n, "%s: %s", text, f.errors.texts[0]);
	s = conf_find(&f, a->role, name_text(a->name));
	ck_assert_msg(s, "%s: %s is not in the file", text, name_text(a->name));
	if (wanted.host) /* the address of a name is not in the file */
		wanted.remote.s_addr = 0;
	same_spec(&wanted, &s->spec, text);
	conf_free(&f);
}

static void put_in_file(const struct spec *a, bool forget)
{
	struct err err;
	struct conf f = { .lock = 0 };

	ck_assert_int_eq(conf_read(&f, PATH, conf_role(a->role), name_text(a->name), &err), 0);
	if (forget)
		ck_assert_int_eq(conf_remove(&f, a->role, name_text(a->name)), 0);
	ck_assert_int_eq(conf_put(&f, a, &err), 0);
	ck_assert(!conf_prepare(&f, &err) && !conf_commit(&f, &err));
	conf_free(&f);
}

static void random_tunnel(struct spec *a, enum role role)
{
	random_spec(a, role, &state);
	if (role != ROLE_CLIENT)
		return;
	/* All of them have one file, which names the tunnel and its device. */
	name_hold(&a->name, "x");
	name_hold(&a->dev, "x");
}

/* Through a file: what was put reads back, whatever was there before; put again, not a byte changes. */
static void through_a_file(enum role role, uint32_t seed)
{
	static char text[65536], before[1 << 18];

	state = seed;
	for (int i = 0; i < ROUNDS; i++) {
		SPEC a = { 0 };

		random_tunnel(&a, role);
		spec_text(&a, false, text, sizeof(text));
		/* The values of a list that are there already keep their place: that order is not the spec's. */
		put_in_file(&a, role == ROLE_CLIENT);
		read_back(&a, text);
		strcpy(before, get_file(PATH));
		put_in_file(&a, false);
		ck_assert_str_eq(get_file(PATH), before);
	}
}

START_TEST(files)
{
	through_a_file(ROLE_CLIENT, 1941);
	put_file(PATH, "[server]\n", 0);
	through_a_file(ROLE_PEER, 6214);
}
END_TEST

/* Over another tunnel's values, comments beside them: what is read back is the new one, and the comments are all there. */
START_TEST(files_over_files)
{
	static char text[65536], before[1 << 18];

	state = 31337;
	for (int i = 0; i < ROUNDS; i++) {
		SPEC a = { 0 }, b = { 0 };

		random_tunnel(&a, ROLE_CLIENT);
		random_tunnel(&b, ROLE_CLIENT);
		/* At most one value of each list in common, so that the order is the spec's. */
		spec_text(&b, false, text, sizeof(text));
		put_in_file(&a, true);
		snprintf(before, sizeof(before), "# head\n%s# tail\n", get_file(PATH));
		put_file(PATH, before, 0);
		put_in_file(&b, false);
		read_back(&b, text);
		ck_assert_msg(!strncmp(get_file(PATH), "# head\n", 7) && strstr(get_file(PATH), "\n# tail\n"), "%s",
			      get_file(PATH));
		put_file(PATH, "", 0);
	}
}
END_TEST

Suite *suite_property(void)
{
	Suite *s = suite_create("property");
	TCase *tc = tcase_create("round trips");

	tcase_add_test(tc, clients);
	tcase_add_test(tc, peers);
	tcase_add_test(tc, journal_lines);
	tcase_add_test(tc, any_bytes);
	suite_add_tcase(s, tc);
	tc = namespaced_case(s, "files", own_etc);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, files);
	tcase_add_test(tc, files_over_files);
	return s;
}
