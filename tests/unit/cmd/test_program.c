/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the whole program in namespaces of its own, as far as a kernel without SIT goes. */
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#include "../unit.h"

static struct ran ran;

static void begin(void)
{
	own_netns_and_run();
	make_veth("up0", "up1");
}

/* A file of that name in the folder of whatever namespace. */
static bool run_has(const char *name)
{
	char pattern[64];
	glob_t found;
	bool there;

	snprintf(pattern, sizeof(pattern), "/run/sitctl/*/%s", name);
	there = !glob(pattern, 0, NULL, &found) && found.gl_pathc;
	globfree(&found);
	return there;
}

START_TEST(nothing_there)
{
	struct stat st;

	expect(&ran, "client show", 0, NULL);
	ck_assert_str_eq(ran.out, "");
	expect(&ran, "server show", 0, NULL);
	ck_assert_str_eq(ran.out, "");
	expect(&ran, "-j client show", 0, NULL);
	ck_assert_str_eq(ran.out, "[]\n");
	expect(&ran, "-j -p server show", 0, NULL);
	ck_assert_str_eq(ran.out, "[]\n");
	expect(&ran, "check", 0, NULL);
	ck_assert_str_eq(ran.out, "");
	expect(&ran, "-j check", 0, NULL);
	ck_assert_str_eq(ran.out, "[]\n");
	expect(&ran, "client show t1", 1, "t1");
	expect(&ran, "server show alice", 1, "alice");
	expect(&ran, "client check t1", 1, "t1");
	ck_assert_msg(stat("/run/sitctl", &st), "asking made a folder");
}
END_TEST

/* Nothing to remove: said, and no failure; nothing stays behind. */
START_TEST(nothing_to_remove)
{
	static const char *const words[] = { "client down t1", "server del-peer alice", "server down" };
	char quiet[64];

	for (size_t i = 0; i < 3; i++) {
		expect(&ran, words[i], 0, "nothing to remove");
		ck_assert_str_eq(ran.out, "");
		snprintf(quiet, sizeof(quiet), "-q %s", words[i]);
		expect(&ran, quiet, 0, NULL);
	}
	ck_assert(!run_has("journal") && !run_has("journal.new"));
	expect(&ran, "server set-peer alice mtu 1480", 2, "alice");
}
END_TEST

#define T1 "remote 203.0.113.1 address 2001:db8::3 mtu 1480"

START_TEST(dry_run_of_a_client)
{
	struct stat st;
	char *second;

	expect(&ran, "-D client up t1 " T1 " prefix 2001:db8:1::/48", 0, NULL);
	second = strstr(ran.out, "}'\n");
	ck_assert_ptr_nonnull(second);
	*second = '\0';
	second += 3;
	ck_assert_msg(!strncmp(ran.out, "nft '\n    add table inet sitctl\n", 31), "%s", ran.out);
	ck_assert_ptr_nonnull(strstr(ran.out, "\n    add element inet sitctl remotes { 203.0.113.1 }"));
	ck_assert_str_eq(second, "ip link add dev t1 group 41 mtu 1480 type sit mode ip6ip remote 203.0.113.1 local "
				 "any ttl 255 pmtudisc\n"
				 "ip link set dev t1 alias 'sitctl client t1'\n"
				 "sysctl -q -w net/ipv6/conf/t1/disable_ipv6=0\n"
				 "sysctl -q -w net/ipv6/conf/t1/accept_ra=0\n"
				 "sysctl -q -w net/ipv6/conf/t1/accept_redirects=0\n"
				 "ip link set dev t1 up\n"
				 "ip -6 addr add 2001:db8::3/127 dev t1 nodad\n"
				 "ip -6 route add default dev t1 metric 1024 proto 41\n"
				 "ip -6 route add unreachable 2001:db8:1::/48 metric 4294967295 proto 41\n");
	ck_assert_msg(stat("/run/sitctl", &st), "a dry run made a folder");
	expect(&ran, "client show", 0, NULL);
	ck_assert_str_eq(ran.out, "");
}
END_TEST

/* The same plan as JSON: the same steps in the same order. */
START_TEST(dry_run_as_json)
{
	static const char *const rows[][2] = {
		{ "add", "nftables" }, { "add", "link" },    { "add", "sysctl" },  { "add", "sysctl" },
		{ "add", "sysctl" },   { "change", "link" }, { "add", "address" }, { "add", "route" },
	};
	json_t *plan;

	expect(&ran, "-j -D client up t1 " T1, 0, NULL);
	plan = json_loads(ran.out, 0, NULL);
	ck_assert(json_is_array(plan));
	ck_assert_uint_eq(json_array_size(plan), 8);
	for (size_t i = 0; i < 8; i++) {
		const json_t *step = json_array_get(plan, i);

		ck_assert_str_eq(json_string_value(json_object_get(step, "op")), rows[i][0]);
		ck_assert_str_eq(json_string_value(json_object_get(step, "kind")), rows[i][1]);
	}
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(plan, 1), "remote")), "203.0.113.1");
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(plan, 1), "mtu")), 1480);
	json_decref(plan);
}
END_TEST

START_TEST(refused_before_anything)
{
	expect(&ran, "client up up0 " T1, 1, "up0"); /* a device of somebody else */
	expect(&ran, "client up t1 " T1 " dev nosuch0", 2, "nosuch0");
	expect(&ran, "client up t1 " T1 " local 192.0.2.77", 2, "192.0.2.77");
	expect(&ran, "client up t1 " T1 " prefix 2001:db8:1::/64,nosuch0", 2, "nosuch0");
	expect(&ran, "server add-peer alice " T1, 2, "uplink"); /* no default route tells it */
	expect(&ran, "server up uplink nosuch0", 2, "nosuch0");
	expect(&ran, "client show", 0, NULL);
	ck_assert_str_eq(ran.out, "");
	ck_assert(!run_has("journal") && !run_has("journal.new"));
}
END_TEST

/* A kernel without SIT says so in plain words, and what was done before is undone; one with it does all. */
START_TEST(up_and_down)
{
	run_sitctl(&ran, 0, "client up t1 " T1);
	if (ran.status == 0) {
		ck_assert(run_has("journal"));
		expect(&ran, "client up t1 " T1, 0, NULL);
		expect(&ran, "client check t1", 0, NULL);
		expect(&ran, "client down t1", 0, NULL);
	} else {
		ck_assert_int_eq(ran.status, 1);
		ck_assert_msg(strstr(ran.err, "not support SIT") && strstr(ran.err, "modprobe sit"), "%s", ran.err);
	}
	expect(&ran, "-D client up t1 " T1, 0, NULL);
	ck_assert_msg(strstr(ran.out, "add table inet sitctl"), "the table is still there: %s", ran.out);
	ck_assert_msg(strstr(ran.out, "ip link add dev t1"), "the device is still there: %s", ran.out);
	ck_assert(!run_has("journal") && !run_has("journal.new"));
}
END_TEST

/* `server up` needs no SIT: it is told, shown, the same again, and taken back with every sysctl. */
START_TEST(server_up_and_down)
{
	static const char *const keys[] = {
		"net/ipv6/conf/all/forwarding",	      "net/ipv6/conf/up0/forwarding",
		"net/ipv6/conf/up0/accept_ra",	      "net/ipv6/conf/up1/accept_ra",
		"net/ipv6/conf/up0/force_forwarding", "net/ipv6/conf/default/forwarding",
	};
	char before[6][16];

	for (int i = 0; i < 6; i++)
		snprintf(before[i], sizeof(before[i]), "%s", read_sysctl(keys[i]));
	expect(&ran, "server up uplink up0", 0, NULL);
	ck_assert_str_eq(ran.out, "");
	ck_assert_msg(!strcmp(read_sysctl(keys[4]), "1") || !strcmp(read_sysctl(keys[0]), "1"), "nothing forwards");
	ck_assert(run_has("journal"));
	expect(&ran, "-D server up uplink up0", 0, NULL);
	ck_assert_str_eq(ran.out, "");
	expect(&ran, "server check", 0, NULL);
	expect(&ran, "server show", 0, NULL);
	ck_assert_ptr_nonnull(strstr(ran.out, "uplink up0"));
	write_sysctl(before[4][0] ? keys[4] : keys[0], "0"); /* somebody turned it off */
	expect(&ran, "server check", 3, NULL);
	ck_assert_ptr_nonnull(strstr(ran.out, "sitctl server up uplink up0"));
	expect(&ran, "-j server check", 3, NULL);
	ck_assert_ptr_nonnull(strstr(ran.out, "\"repair\":\"sitctl server up uplink up0\""));
	expect(&ran, "server up uplink up0", 0, NULL);
	expect(&ran, "server check", 0, NULL);
	expect(&ran, "server down", 0, NULL);
	for (int i = 0; i < 6; i++)
		ck_assert_msg(!strcmp(read_sysctl(keys[i]), before[i]), "%s is %s, was %s", keys[i],
			      read_sysctl(keys[i]), before[i]);
	ck_assert(!run_has("journal"));
}
END_TEST

/* A value that somebody else changed meanwhile is theirs: left, with a line on stderr. */
START_TEST(changed_meanwhile)
{
	bool force = *read_sysctl("net/ipv6/conf/up0/force_forwarding");
	const char *key = force ? "net/ipv6/conf/up0/force_forwarding" : "net/ipv6/conf/up0/accept_ra";
	const char *said = force ? "net.ipv6.conf.up0.force_forwarding" : "net.ipv6.conf.up0.accept_ra";

	write_sysctl(key, force ? "0" : "1");
	expect(&ran, "server up uplink up0", 0, NULL);
	ck_assert_str_eq(read_sysctl(key), force ? "1" : "2");
	write_sysctl(key, "0");
	expect(&ran, "server down", 0, said);
	ck_assert_str_eq(read_sysctl(key), "0");
}
END_TEST

/* A damaged journal is named with its line, and not overwritten. */
START_TEST(damaged_journal)
{
	FILE *out;
	glob_t found;

	expect(&ran, "server up uplink up0", 0, NULL);
	ck_assert_int_eq(glob("/run/sitctl/*/journal", 0, NULL, &found), 0);
	out = fopen(found.gl_pathv[0], "we");
	ck_assert_ptr_nonnull(out);
	fputs("# fine\nnot a line\n", out);
	ck_assert_int_eq(fclose(out), 0);
	globfree(&found);
	expect(&ran, "server up uplink up0", 1, "journal:2");
	expect(&ran, "server down", 1, "journal:2");
	expect(&ran, "server show", 1, "journal:2");
	ck_assert(run_has("journal"));
}
END_TEST

Suite *suite_program(void)
{
	Suite *s = suite_create("program");
	TCase *tc = namespaced_case(s, "own", begin);

	tcase_add_test(tc, nothing_there);
	tcase_add_test(tc, nothing_to_remove);
	tcase_add_test(tc, dry_run_of_a_client);
	tcase_add_test(tc, dry_run_as_json);
	tcase_add_test(tc, refused_before_anything);
	tcase_add_test(tc, up_and_down);
	tcase_add_test(tc, server_up_and_down);
	tcase_add_test(tc, changed_meanwhile);
	tcase_add_test(tc, damaged_journal);
	return s;
}
