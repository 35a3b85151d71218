/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the table `inet sitctl`: its elements, its commands, and on this machine's kernel. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../unit.h"
#include "kernel/nft/load.h"
#include "kernel/nft/rules.h"
#include "plan/kinds.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct conversation c;
static struct err err;
static struct nft_table none, two, three, other;

/* `two` has remotes only; `three` one of each kind; `other` has what `two` has not. */
static void begin(void)
{
	struct in6_addr first = ip6("2001:db8:1::"), last = ip6("2001:db8:1:ffff:ffff:ffff:ffff:ffff"),
			host = ip6("2001:db8::3");

	two = three = other = (struct nft_table){ .exists = true, .intact = true };
	nft_add_remote(&two, ip4("198.51.100.7"), &err);
	nft_add_remote(&two, ip4("192.0.2.1"), &err);
	nft_add_remote(&two, ip4("198.51.100.7"), &err);
	nft_add_range(&three, SET_ALLOWED, "sit-alice", &first, &last, &err);
	nft_add_range(&three, SET_ALLOWED, "sit-alice", &host, &host, &err);
	nft_add_ifname(&three, SET_PEERS, "sit-alice", &err);
	nft_add_ifname(&three, SET_DROPPED, "a$b;c", &err);
	nft_add_ifname(&three, SET_CLAMPED, "123456789012345", &err);
	nft_add_remote(&three, ip4("192.0.2.1"), &err);
	nft_add_remote(&other, ip4("203.0.113.1"), &err);
	nft_sort(&two);
	nft_sort(&three);
	nft_sort(&other);
}

static void end(void)
{
	nft_free(&two);
	nft_free(&three);
	nft_free(&other);
}

START_TEST(elements)
{
	struct in6_addr host = ip6("2001:db8::3");
	struct nft_table t = { .exists = true, .intact = true };
	struct nft_elem counted = nft_elem_at(&two, 0);

	ck_assert_uint_eq(two.n, 2); /* each once */
	ck_assert(nft_has_remote(&two, ip4("192.0.2.1")) && nft_has_remote(&two, ip4("198.51.100.7")));
	ck_assert(!nft_has_remote(&two, ip4("192.0.2.2")) && !nft_has_remote(&none, ip4("192.0.2.1")));
	ck_assert(nft_has_ifname(&three, SET_PEERS, "sit-alice") &&
		  !nft_has_ifname(&three, SET_PROVIDERS, "sit-alice"));
	ck_assert(!nft_has_ifname(&three, SET_PEERS, "sit-alic") && !nft_has_ifname(&three, SET_PEERS, "sit-alice2"));
	ck_assert(nft_has_ifname(&three, SET_CLAMPED, "123456789012345"));
	ck_assert(nft_equal(&two, &two) && nft_equal(&none, &none));
	ck_assert(!nft_equal(&two, &three) && !nft_equal(&two, &none) && !nft_equal(&two, &other));
	/* The same in another order is the same; counters are not compared. */
	counted.packets = 77;
	nft_add_elem(&t, &counted, &err);
	nft_add_remote(&t, ip4("198.51.100.7"), &err);
	nft_sort(&t);
	ck_assert(nft_equal(&two, &t));
	t.intact = false;
	ck_assert(!nft_equal(&two, &t));
	t.intact = true;
	nft_add_range(&t, SET_ALLOWED, "sit-alice", &host, &host, &err);
	ck_assert(!nft_equal(&two, &t));
	nft_free(&t);
}
END_TEST

static char text[16384];

static const char *printed(enum step_op op, struct nft_table was, struct nft_table want)
{
	struct step step = { .op = (uint8_t)op,
			     .was = OBJECT({ .kind = KIND_NFT, .nft = was }),
			     .want = OBJECT({ .kind = KIND_NFT, .nft = want }) };
	FILE *out = fmemopen(text, sizeof(text), "w");

	kinds[KIND_NFT]->print(&step, out);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

#define ADD "\n    add element inet sitctl "

START_TEST(commands)
{
	struct nft_table broken = two;

	ck_assert_str_eq(printed(STEP_DEL, two, none), "nft 'delete table inet sitctl'\n");
	ck_assert_str_eq(printed(STEP_CHANGE, two, three),
			 "nft '\n    delete element inet sitctl remotes { 198.51.100.7 }" ADD
			 "peers { \"sit-alice\" }" ADD "allowed { 2001:db8::3 . \"sit-alice\", "
			 "2001:db8:1::/48 . \"sit-alice\" }" ADD "dropped { \"a$b;c\" }" ADD
			 "clamped { \"123456789012345\" }'\n");
	ck_assert_ptr_nonnull(strstr(printed(STEP_ADD, none, two), ADD "remotes { 192.0.2.1, 198.51.100.7 }"));
	ck_assert(!strncmp(text,
			   "nft '\n    add table inet sitctl\n    add set inet sitctl remotes { type ipv4_addr; }\n",
			   82));
	/* NOTRACK in both directions: the well-known one-liner does only the first. */
	ck_assert_ptr_nonnull(
		strstr(text, "\n    add chain inet sitctl prerouting { type filter hook prerouting priority -300; }\n"
			     "    add rule inet sitctl prerouting ip protocol 41 ip saddr @remotes notrack\n"));
	ck_assert_ptr_nonnull(strstr(text,
				     "\n    add chain inet sitctl output { type filter hook output priority -300; }\n"
				     "    add rule inet sitctl output ip protocol 41 ip daddr @remotes notrack\n"));
	broken.intact = false;
	ck_assert_msg(!strncmp(printed(STEP_CHANGE, broken, two),
			       "nft '\n    delete table inet sitctl\n    add table inet sitctl\n", 61),
		      "%s", text);
}
END_TEST

/* What lies in another element of its set is left out, whatever comes first; another tunnel's is not. */
START_TEST(covered)
{
	static const struct {
		const char *first, *last, *ifname;
	} given[] = {
		{ "2001:db8:1:2::", "2001:db8:1:2:ffff:ffff:ffff:ffff", "t1" },
		{ "2001:db8:1::", "2001:db8:1:0:ffff:ffff:ffff:ffff", "t1" },
		{ "2001:db8:1::", "2001:db8:1:7fff:ffff:ffff:ffff:ffff", "t1" },
		{ "2001:db8:1::", "2001:db8:1:fff:ffff:ffff:ffff:ffff", "t1" },
		{ "2001:db8:1::", "2001:db8:1::", "t1" },
		{ "2001:db8:1:2::", "2001:db8:1:2:ffff:ffff:ffff:ffff", "t2" },
		{ "2001:db8:1:8000::", "2001:db8:1:8000::", "t1" },
	};
	struct nft_table t = { .exists = true };

	for (size_t i = 0; i < COUNT(given); i++) {
		struct in6_addr first = ip6(given[i].first), last = ip6(given[i].last);

		nft_add_range(&t, SET_FORBIDDEN, given[i].ifname, &first, &last, &err);
		nft_add_range(&t, SET_ALLOWED, "t9", &first, &first, &err);
	}
	nft_sort(&t);
	ck_assert_int_eq(nft_drop_covered(&t, &err), 0);
	ck_assert_uint_eq(t.n, 3 + 3);
	for (size_t i = 0; i < t.n; i++) {
		struct nft_elem e = nft_elem_at(&t, i);
		bool widest = e.key[6] == 0x00 && !memcmp(e.key + 16, "t1", 3);

		if (e.set == SET_FORBIDDEN)
			ck_assert_uint_eq(e.end[6], widest ? 0x7f : e.key[6]);
	}
	nft_free(&t);
}
END_TEST

/* Ports, addresses and protocols: what lies in another goes; what overlaps in all three, and lies in none, is told. */
START_TEST(overlapping)
{
	static const struct {
		uint16_t first, last;
		const char *net;
		uint8_t proto;
	} rows[] = {
		{ 80, 90, "2001:db8:1::", 6 },	{ 85, 90, "2001:db8:1::", 6 },	{ 85, 100, "2001:db8:1::", 17 },
		{ 85, 100, "2001:db8:2::", 6 }, { 91, 100, "2001:db8:1::", 6 }, { 85, 100, "2001:db8:1::", 6 },
	};
	struct nft_table t = { .exists = true };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct in6_addr first = ip6(rows[i].net), last = first;
		uint16_t ports[2] = { htons(rows[i].first), htons(rows[i].last) };
		struct nft_elem e = { .set = SET_ANSWERS };
		size_t at = 0;

		last.s6_addr[15] = 0xff;
		nft_put_field(&e, &at, &ports[0], &ports[1], sizeof(ports[0]));
		nft_put_field(&e, &at, &first, &last, sizeof(first));
		nft_put_field(&e, &at, &rows[i].proto, &rows[i].proto, 1);
		nft_add_elem(&t, &e, &err);
		nft_sort(&t);
		ck_assert_int_eq(nft_drop_covered(&t, &err), i == COUNT(rows) - 1 ? -EEXIST : 0);
	}
	/* Gone are those of 85 to 90, in the first, and of 91 to 100, in the last. */
	ck_assert_uint_eq(t.n, COUNT(rows) - 2);
	nft_free(&t);
}
END_TEST

/* Packed as small as they can be, elements come back as they were. */
START_TEST(packed)
{
	struct nft_table t = { .exists = true };
	struct nft_elem e[200];

	srandom(1);
	for (size_t i = 0; i < COUNT(e); i++) {
		e[i] = (struct nft_elem){ .set = (enum nft_set_id)(i % SET_COUNT) };
		for (size_t k = 0; k < nft_key_len(e[i].set); k++)
			e[i].key[k] = random() % 2 ? 0 : (uint8_t)random();
		if (nft_sets[e[i].set].flags & SET_INTERVAL)
			for (size_t k = 0; k < nft_key_len(e[i].set); k++)
				e[i].end[k] = random() % 2 ? e[i].key[k] : (uint8_t)random();
		if (nft_sets[e[i].set].flags & SET_MAP)
			e[i].data[random() % 4] = (uint8_t)random();
		if (nft_sets[e[i].set].flags & SET_COUNTED)
			e[i].packets = random() % 2 ? 0 : (uint64_t)random();
		if (nft_sets[e[i].set].flags & SET_MAP)
			snprintf(e[i].comment, sizeof(e[i].comment), "%s", random() % 2 ? "" : "alice");
		nft_add_elem(&t, &e[i], &err);
	}
	for (size_t i = 0; i < COUNT(e); i++) {
		struct nft_elem got = nft_elem_at(&t, i);

		ck_assert(got.set == e[i].set && got.packets == e[i].packets && !strcmp(got.comment, e[i].comment));
		ck_assert_mem_eq(got.key, e[i].key, sizeof(got.key));
		ck_assert_mem_eq(got.data, e[i].data, sizeof(got.data));
		if (nft_sets[e[i].set].flags & SET_INTERVAL)
			ck_assert_mem_eq(got.end, e[i].end, sizeof(got.end));
	}
	nft_sort(&t);
	for (size_t i = 0; i < COUNT(e); i++) {
		struct nft_table one = { .exists = true };

		nft_add_elem(&one, &e[i], &err);
		ck_assert(nft_has_of(&t, &one, 0));
		nft_free(&one);
	}
	nft_free(&t);
}
END_TEST

START_TEST(as_json)
{
	struct object object = { .kind = KIND_NFT, .nft = three };
	json_t *json = kinds[KIND_NFT]->json(&object);
	char *dump = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);

	ck_assert_str_eq(
		dump, "{\"allowed\":[\"2001:db8::3 . \\\"sit-alice\\\"\","
		      "\"2001:db8:1::/48 . \\\"sit-alice\\\"\"],\"answers\":[],\"clamped\":"
		      "[\"\\\"123456789012345\\\"\"],\"dropped\":[\"\\\"a$b;c\\\"\"],\"family\":\"inet\","
		      "\"forbidden\":[],\"hairpins\":[],\"masqueraded\":[],\"open\":[],\"passed\":[],"
		      "\"peers\":[\"\\\"sit-alice\\\"\"],\"providers\":[],\"remotes\":[\"192.0.2.1\"],\"secured\":[],"
		      "\"site\":[],\"table\":\"sitctl\",\"unsolicited\":[],\"wildcards\":[]}");
	free(dump);
	json_decref(json);
}
END_TEST

static void open_kernel(void)
{
	own_netns();
	begin();
	ck_assert_int_eq(conversation_open(&c, &err), 0);
}

static void close_kernel(void)
{
	conversation_close(&c);
	end();
}

static int run(enum step_op op, struct nft_table was, struct nft_table want)
{
	struct step step = { .op = (uint8_t)op,
			     .was = OBJECT({ .kind = KIND_NFT, .nft = was }),
			     .want = OBJECT({ .kind = KIND_NFT, .nft = want }) };

	return kinds[KIND_NFT]->run(&c, &step, &err);
}

static void done(enum step_op op, struct nft_table was, struct nft_table want)
{
	char message[2048];

	if (run(op, was, want))
		ck_abort_msg("%s", err_text(&err, message, sizeof(message)));
}

/* What the kernel has is exactly WANT. */
static void has(const struct nft_table *want)
{
	struct nft_table loaded;

	ck_assert_int_eq(nft_load(&c, &loaded, &err), 0);
	ck_assert_int_eq(loaded.exists, want->exists);
	ck_assert_int_eq(loaded.intact, want->intact);
	ck_assert_uint_eq(loaded.n, want->n);
	ck_assert(nft_equal(&loaded, want));
	nft_free(&loaded);
}

START_TEST(made_changed_removed)
{
	struct nft_table empty = { .exists = true, .intact = true, .groups = 1 };

	has(&none);
	done(STEP_ADD, none, two);
	has(&two);
	ck_assert_int_eq(run(STEP_ADD, none, two), -EEXIST);
	done(STEP_CHANGE, two, three);
	has(&three);
	done(STEP_CHANGE, three, other);
	has(&other);
	done(STEP_CHANGE, other, empty);
	has(&empty);
	done(STEP_DEL, empty, none);
	has(&none);
	ck_assert_int_eq(run(STEP_DEL, two, none), -ENOENT);
}
END_TEST

/* One batch: of an addition and a removal that cannot be, nothing is done. */
START_TEST(all_or_nothing)
{
	done(STEP_ADD, none, two);
	ck_assert_int_lt(run(STEP_CHANGE, other, three), 0);
	has(&two);
}
END_TEST

/* More than one message's attribute (64 KiB) holds. */
START_TEST(ten_thousand)
{
	struct nft_table many = { .exists = true, .intact = true };

	for (uint32_t i = 0; i < 10000; i++)
		nft_add_remote(&many, (struct in_addr){ htonl(0x0a000000 + 3 * i) }, &err);
	nft_sort(&many);
	done(STEP_ADD, none, many);
	has(&many);
	done(STEP_CHANGE, many, two);
	has(&two);
	nft_free(&many);
}
END_TEST

/* Somebody deleted or added rules: no longer intact, and a change makes it whole again. */
static const char *const damages[] = {
	"flush chain inet sitctl prerouting",
	"add rule inet sitctl output counter",
	"add chain inet sitctl other",
	"insert rule inet sitctl prerouting ip protocol 41 ip daddr @remotes notrack",
	"flush chain inet sitctl output; add rule inet sitctl output ip protocol 41 ip saddr @remotes notrack",
	"flush chain inet sitctl from_peer",
	"add chain inet sitctl clamp { policy drop; }",
};

START_TEST(damaged)
{
	struct nft_table loaded;
	char command[256];

	done(STEP_ADD, none, two);
	snprintf(command, sizeof(command), "nft '%s'", damages[_i]);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(nft_load(&c, &loaded, &err), 0);
	ck_assert(loaded.exists && !loaded.intact);
	done(STEP_CHANGE, loaded, three);
	nft_free(&loaded);
	has(&three);
}
END_TEST

/* The commands of a dry run, done by nft itself, make what the library takes for its own. */
START_TEST(commands_make_the_same)
{
	ck_assert_int_eq(system(printed(STEP_ADD, none, two)), 0);
	has(&two);
	ck_assert_int_eq(system(printed(STEP_CHANGE, two, three)), 0);
	has(&three);
	ck_assert_int_eq(system(printed(STEP_CHANGE, three, other)), 0);
	has(&other);
	ck_assert_int_eq(system(printed(STEP_DEL, other, none)), 0);
	has(&none);
}
END_TEST

/* An element of each set, and so all chains: made by us, by the commands, and by nft from its own list. */
START_TEST(all_chains)
{
	struct nft_table all = { .exists = true, .intact = true };

	for (int set = 0; set < SET_COUNT; set++) {
		struct nft_elem e = { .set = (enum nft_set_id)set };
		size_t at = 0;

		for (const enum nft_field *f = nft_sets[set].fields; *f; f++) {
			static const uint8_t first[16] = { 0x20, 0x01 }, last[16] = { 0x20, 0x01, 0xff };
			size_t len = nft_types[*f].len;

			if (*f == FIELD_IFNAME)
				nft_put_ifname(&e, &at, "t1");
			else
				nft_put_field(&e, &at, first, nft_sets[set].flags & SET_INTERVAL ? last : first, len);
		}
		e.data[0] = 192;
		nft_add_elem(&all, &e, &err);
	}
	nft_sort(&all);
	ck_assert_uint_eq(all.groups, (1U << GROUP_COUNT) - 1);
	done(STEP_ADD, none, all);
	has(&all);
	ck_assert_int_eq(system("set -e; rules=$(nft list ruleset); nft flush ruleset; echo \"$rules\" | nft -f -"), 0);
	has(&all);
	ck_assert_int_eq(system("nft flush ruleset"), 0);
	ck_assert_int_eq(system(printed(STEP_ADD, none, all)), 0);
	has(&all);
	nft_free(&all);
}
END_TEST

/* People save their rules and load them again: what the library makes survives that. */
START_TEST(saved_and_loaded_by_nft)
{
	done(STEP_ADD, none, three);
	ck_assert_int_eq(system("set -e; rules=$(nft list ruleset); nft flush ruleset; echo \"$rules\" | nft -f -"), 0);
	has(&three);
}
END_TEST

START_TEST(tables_of_others)
{
	ck_assert_int_eq(system("nft 'add table inet other; add table ip sitctl; add chain ip sitctl output'"), 0);
	has(&none);
	done(STEP_ADD, none, two);
	has(&two);
	done(STEP_DEL, two, none);
	ck_assert_int_eq(system("nft list chain ip sitctl output >/dev/null && nft list table inet other >/dev/null"),
			 0);
}
END_TEST

Suite *suite_nft(void)
{
	Suite *s = suite_create("nft");
	TCase *tc = tcase_create("table"), *kernel = namespaced_case(s, "kernel", open_kernel);

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, elements);
	tcase_add_test(tc, commands);
	tcase_add_test(tc, covered);
	tcase_add_test(tc, overlapping);
	tcase_add_test(tc, packed);
	tcase_add_test(tc, as_json);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(kernel, NULL, close_kernel);
	tcase_add_test(kernel, made_changed_removed);
	tcase_add_test(kernel, all_or_nothing);
	tcase_add_test(kernel, ten_thousand);
	if (!system("nft --version >/dev/null 2>&1")) { /* the program only checks: it is no dependency */
		tcase_add_loop_test(kernel, damaged, 0, sizeof(damages) / sizeof(*damages));
		tcase_add_test(kernel, commands_make_the_same);
		tcase_add_test(kernel, all_chains);
		tcase_add_test(kernel, saved_and_loaded_by_nft);
		tcase_add_test(kernel, tables_of_others);
	}
	return s;
}
