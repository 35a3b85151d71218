/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of conf.h, writing: what is not changed stays byte for byte, and the file is the old or the new one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"
#include "conf/conf.h"
#include "conf/write.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define PATH CONF_DIR "/x.conf"
#define NEW PATH ".new"
#define R "remote = 203.0.113.1\naddress = 2001:db8::3/127\n"
#define T1 "remote 203.0.113.1 address 2001:db8::3 "
#define A "[peer a]\nremote = 198.51.100.7\naddress = 2001:db8::3/127\n"
#define B "[peer b]\nremote = 198.51.100.8\naddress = 2001:db8::5/127\n"

static struct conf f;
static struct err err;

static void end(void)
{
	conf_free(&f);
}

static void load(enum role role)
{
	conf_free(&f);
	ck_assert_int_eq(conf_read(&f, PATH, role, "x", &err), 0);
	ck_assert_msg(!f.errors.n, "%s", f.errors.texts[0]);
}

static void save(void)
{
	char message[2048];

	ck_assert_msg(!conf_prepare(&f, &err) && !conf_commit(&f, &err), "%s",
		      err_text(&err, message, sizeof(message)));
	ck_assert_msg(access(NEW, F_OK), "the new file is still there under its own name");
}

/* Put SPEC (words as of make_spec(); NULL: nothing) into BEFORE, which is then AFTER; once more changes nothing. */
static void becomes(enum role role, const char *before, const char *words, const char *after)
{
	enum role of = conf_role(role);
	SPEC spec = { 0 };

	put_file(PATH, before, 0);
	for (int i = 0; i < 2; i++) {
		load(of);
		if (words) {
			make_spec(&spec, role, words);
			ck_assert_int_eq(conf_put(&f, &spec, &err), 0);
		}
		save();
		ck_assert_str_eq(get_file(PATH), after);
	}
}

#define ODD                                                                                                            \
	"# head\r\n\n[client]\t\n;odd\n  remote=203.0.113.1\naddress = 2001:DB8:0::3\nttl=255 # as ever\n\n\tmtu\t=  " \
	"auto  \t#x\n"                                                                                                 \
	"prefix = 2001:DB8:0001::/64,lan0\n# tail\n\n"

/* Client: before, words, after. */
static const struct {
	const char *before, *words, *after;
} changes[] = {
	/* Nothing changes: not a byte, however it is written. */
	{ ODD, NULL, ODD },
	{ ODD, "x " T1 "ttl 255 mtu auto prefix 2001:db8:1::/64,lan0", ODD },
	{ "[client]\r\n" R, "x " T1, "[client]\r\n" R },
	{ "[client]\nremote = tunnel.example # home\naddress = 2001:db8::3\n",
	  "x remote tunnel.example address 2001:db8::3",
	  "[client]\nremote = tunnel.example # home\naddress = 2001:db8::3\n" },
	/* A line without an end gets one. */
	{ "[client]\nremote = 203.0.113.1\naddress = 2001:db8::3", "x " T1,
	  "[client]\nremote = 203.0.113.1\naddress = 2001:db8::3\n" },
	/* A value changes in its line; spaces and comment stay. */
	{ ODD, "x remote 203.0.113.2 address 2001:db8::3 ttl 9 mtu 1400 prefix 2001:db8:1::/64,lan0",
	  "# head\r\n\n[client]\t\n;odd\n  remote=203.0.113.2\naddress = 2001:DB8:0::3\nttl=9 # as ever\n\n\tmtu\t=  "
	  "1400  \t#x\n"
	  "prefix = 2001:DB8:0001::/64,lan0\n# tail\n\n" },
	{ "[client]\nremote = 203.0.113.1\r\naddress = 2001:db8::3\nttl = 9\r\n",
	  "x remote tunnel.example address 2001:db8::7/64 ttl inherit",
	  "[client]\nremote = tunnel.example\r\naddress = 2001:db8::7/64\nttl = inherit\r\n" },
	/* A parameter that goes takes its line along. */
	{ ODD, "x " T1 "mtu auto",
	  "# head\r\n\n[client]\t\n;odd\n  remote=203.0.113.1\naddress = 2001:DB8:0::3\n\n\tmtu\t=  auto  \t#x\n# "
	  "tail\n\n" },
	/* One that comes stands behind the last one of the section, before the comments that end it. */
	{ "[client]\n" R "\n# tail\n", "x " T1 "ttl 9", "[client]\n" R "ttl = 9\n\n# tail\n" },
	{ "[client]\nremote  = 203.0.113.1\naddress = 2001:db8::3/127\n", "x " T1 "ttl 9",
	  "[client]\nremote  = 203.0.113.1\naddress = 2001:db8::3/127\nttl     = 9\n" },
	/* One that repeats gains values behind its last one, and loses them, wherever they are. */
	{ "[client]\n" R "prefix = 2001:db8:1::/64\nttl = 9\n",
	  "x " T1 "prefix 2001:db8:1::/64 prefix 2001:db8:2::/64,lan0 prefix 2001:db8:3::/64 ttl 9",
	  "[client]\n" R
	  "prefix = 2001:db8:1::/64\nprefix = 2001:db8:2::/64,lan0\nprefix = 2001:db8:3::/64\nttl = 9\n" },
	{ "[client]\nprefix = 2001:db8:1::/64 # one\n" R
	  "# two\nprefix = 2001:DB8:2::/64 # 2\nprefix = 2001:db8:3::/64\nprefix = 2001:db8:4::/64 # 4\n",
	  "x " T1 "prefix 2001:db8:2::/64 prefix 2001:db8:4::/64",
	  "[client]\n" R "# two\nprefix = 2001:DB8:2::/64 # 2\nprefix = 2001:db8:4::/64 # 4\n" },
	{ "[client]\n" R "prefix = 2001:db8:1::/64\nprefix = 2001:db8:2::/64\n", "x " T1, "[client]\n" R },
	{ "[client]\n" R "address = 2001:db8:7::1/64\n",
	  "x remote 203.0.113.1 address 2001:db8::3 address 2001:db8:7::1/64 address 2001:db8:8::1/64",
	  "[client]\n" R "address = 2001:db8:7::1/64\naddress = 2001:db8:8::1/64\n" },
	{ "[client]\n" R "allow = tcp/443\nsimple-security = on\n",
	  "x " T1 "simple-security on allow tcp/443 allow udp/53@2001:db8::3",
	  "[client]\n" R "allow = tcp/443\nallow = udp/53@2001:db8::3\nsimple-security = on\n" },
	/* An interface on the prefix, as another value of the same line. */
	{ "[client]\n" R "prefix = 2001:db8:1::/64 # home\n", "x " T1 "prefix 2001:db8:1::/64,lan0",
	  "[client]\n" R "prefix = 2001:db8:1::/64,lan0 # home\n" },
};

START_TEST(client)
{
	becomes(ROLE_CLIENT, changes[_i].before, changes[_i].words, changes[_i].after);
}
END_TEST

/* Server and peers: before, words (a name first: a peer), after. */
static const struct {
	enum role role;
	const char *before, *words, *after;
} servers[] = {
	{ ROLE_SERVER, "# all\n[server]\nuplink=eth0\n\n" A "\n# the end\n", "uplink eth1 ttl 64",
	  "# all\n[server]\nuplink=eth1\nttl = 64\n\n" A "\n# the end\n" },
	{ ROLE_SERVER, "[server]\nuplink = eth0\n" A, "ttl 64", "[server]\nttl = 64\n" A },
	{ ROLE_SERVER, A, "uplink eth0", A "\n[server]\nuplink = eth0\n" },
	{ ROLE_SERVER, "", "uplink eth0", "[server]\nuplink = eth0\n" },
	{ ROLE_SERVER, "# x\n\n", "", "# x\n\n[server]\n" },
	{ ROLE_PEER, "", "a remote 198.51.100.7 address 2001:db8::3", A },
	{ ROLE_PEER, A, "b remote 198.51.100.8 address 2001:db8::5", A "\n" B },
	{ ROLE_PEER, A "\n", "b remote 198.51.100.8 address 2001:db8::5", A "\n" B },
	{ ROLE_PEER, A "# end", "b remote 198.51.100.8 address 2001:db8::5", A "# end\n\n" B },
	{ ROLE_PEER, A "\n# of b\n" B "# end\n",
	  "a remote 198.51.100.7 address 2001:db8::3 prefix 2001:db8:100::/64 ttl 9",
	  A "prefix = 2001:db8:100::/64\nttl    = 9\n\n# of b\n" B "# end\n" },
	{ ROLE_NAT, "", "a remote 203.0.113.1 to 10.0.0.9", "[pass a]\nremote = 203.0.113.1\nto = 10.0.0.9\n" },
	{ ROLE_NAT, "[pass a] # one\nremote = 203.0.113.1 # two\nto = 10.0.0.9\n",
	  "a remote 203.0.113.2 to 10.0.0.9 interface wan0",
	  "[pass a] # one\nremote = 203.0.113.2 # two\nto = 10.0.0.9\ninterface = wan0\n" },
	/* A peer's name stands for itself, though another one begins like it. */
	{ ROLE_PEER, "[peer ab]\nremote = 198.51.100.9\naddress = 2001:db8::7\n" A,
	  "a remote 198.51.100.1 address 2001:db8::3",
	  "[peer ab]\nremote = 198.51.100.9\naddress = 2001:db8::7\n[peer a]\nremote = 198.51.100.1\naddress = "
	  "2001:db8::3/127\n" },
	/* The device is written where it was given, not where it has its usual name. */
	{ ROLE_PEER, A, "a remote 198.51.100.7 address 2001:db8::3 dev tun0", A "dev = tun0\n" },
};

START_TEST(server)
{
	becomes(servers[_i].role, servers[_i].before, servers[_i].words, servers[_i].after);
}
END_TEST

static void removed(enum role role, const char *before, const char *name, const char *after)
{
	put_file(PATH, before, 0);
	for (int i = 0; i < 2; i++) { /* of what is not there nothing goes */
		load(conf_role(role));
		ck_assert_int_eq(conf_remove(&f, role, name), 0);
		ck_assert_ptr_null(conf_find(&f, role, name));
		save();
		ck_assert_str_eq(get_file(PATH), after);
	}
}

/* The comments before the next section belong to that one; those inside go. */
START_TEST(removal)
{
	removed(ROLE_PEER, "[server]\n" A "# of b\n\n" B, "a", "[server]\n# of b\n\n" B);
	removed(ROLE_PEER, "[server]\n" A "# of b\n" B "# end\n", "b", "[server]\n" A "# of b\n# end\n");
	removed(ROLE_PEER, "# 1\n[peer a]\n# 2\nremote = 198.51.100.7\n; 3\n\naddress = 2001:db8::3\n# 4\n", "a",
		"# 1\n# 4\n");
	removed(ROLE_PEER, A, "a", "");
	removed(ROLE_PEER, A B, "c", A B);
	removed(ROLE_SERVER, "[server]\nttl = 9\n" A, "", A);
}
END_TEST

START_TEST(a_value_that_would_be_a_comment)
{
	SPEC spec = { 0 };

	put_file(PATH, A B, 0);
	load(ROLE_SERVER);
	ck_assert_int_eq(spec_init(&spec, ROLE_SERVER, "", &err), 0);
	name_hold(&spec.uplink, "#");
	spec_set_given(&spec, "uplink");
	ck_assert_int_eq(conf_put(&f, &spec, &err), -EINVAL);
	ck_assert(err.usage && strstr(err.why, "'#' in a file, where '#' begins a comment"));
	save();
	ck_assert_str_eq(get_file(PATH), A B);
	name_hold(&spec.uplink, "a#");
	ck_assert_int_eq(conf_put(&f, &spec, &err), 0);
}
END_TEST

START_TEST(removed_and_put_again)
{
	SPEC spec = { 0 };

	put_file(PATH, A B, 0);
	load(ROLE_SERVER);
	make_spec(&spec, ROLE_PEER, "a remote 198.51.100.9 address 2001:db8::9");
	ck_assert_int_eq(conf_remove(&f, ROLE_PEER, "a"), 0);
	ck_assert_int_eq(conf_put(&f, &spec, &err), 0);
	ck_assert_int_eq(conf_remove(&f, ROLE_PEER, "b"), 0);
	ck_assert_int_eq(conf_put(&f, &spec, &err), 0);
	save();
	ck_assert_str_eq(get_file(PATH), "\n[peer a]\nremote = 198.51.100.9\naddress = 2001:db8::9/127\n");
}
END_TEST

/* Many at once: none is lost, and none stands in another's section. */
START_TEST(many)
{
	char words[200];
	SPEC spec = { 0 };

	put_file(PATH, "[server]\n", 0);
	load(ROLE_SERVER);
	for (int i = 0; i < 300; i++) {
		snprintf(words, sizeof(words), "p%d remote 198.51.%d.%d address 2001:db8:%x::3 prefix 2001:db8:%x::/64",
			 i, i / 250, 1 + i % 250, i + 1, 4096 + i);
		make_spec(&spec, ROLE_PEER, words);
		ck_assert_int_eq(conf_put(&f, &spec, &err), 0);
	}
	for (int i = 0; i < 300; i += 3) {
		snprintf(words, sizeof(words), "p%d", i);
		ck_assert_int_eq(conf_remove(&f, ROLE_PEER, words), 0);
	}
	save();
	load(ROLE_SERVER);
	ck_assert_uint_eq(f.n_sections, 201);
	for (int i = 0; i < 300; i++) {
		char text[200];

		snprintf(words, sizeof(words), "p%d", i);
		ck_assert_int_eq(!conf_find(&f, ROLE_PEER, words), i % 3 == 0);
		if (i % 3 == 0)
			continue;
		spec_text(&conf_find(&f, ROLE_PEER, words)->spec, false, text, sizeof(text));
		snprintf(words, sizeof(words), "remote 198.51.%d.%d address 2001:db8:%x::3/127 prefix 2001:db8:%x::/64",
			 i / 250, 1 + i % 250, i + 1, 4096 + i);
		ck_assert_str_eq(text, words);
	}
}
END_TEST

static void put_ttl(const char *ttl)
{
	SPEC spec = { 0 };
	char words[200];

	snprintf(words, sizeof(words), "x " T1 "ttl %s", ttl);
	make_spec(&spec, ROLE_CLIENT, words);
	load(ROLE_CLIENT);
	ck_assert_int_eq(conf_put(&f, &spec, &err), 0);
}

START_TEST(mode_and_group)
{
	static const mode_t file_modes[] = { 0600, 0644, 0640, 0400, 0755 };
	struct stat st;
	mode_t mask = umask(077);

	for (size_t i = 0; i < COUNT(file_modes); i++) {
		gid_t gid;

		unlink(PATH);
		put_file(PATH, "[client]\n" R, 0);
		gid = !chown(PATH, (uid_t)-1, 7) ? 7 : getegid(); /* where groups are mapped */
		ck_assert_int_eq(chmod(PATH, file_modes[i]), 0);
		put_ttl("9");
		save();
		ck_assert_int_eq(stat(PATH, &st), 0);
		ck_assert_uint_eq(st.st_mode & 07777, file_modes[i]);
		ck_assert_uint_eq(st.st_gid, gid);
		ck_assert_uint_eq(st.st_uid, 0);
		ck_assert_str_eq(get_file(PATH), "[client]\n" R "ttl = 9\n");
	}
	unlink(PATH);
	put_ttl("9");
	save();
	ck_assert_int_eq(stat(PATH, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0644); /* a new one, whatever the umask is */
	umask(mask);
}
END_TEST

/* The folder of a new file comes with it. */
START_TEST(first_file)
{
	struct stat st;

	ck_assert_int_eq(rmdir(CONF_DIR), 0);
	put_ttl("9");
	save();
	ck_assert_str_eq(get_file(PATH), "[client]\n" R "ttl = 9\n");
	ck_assert_int_eq(stat(CONF_DIR, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0755);
}
END_TEST

/* The line that is right stays with its comment, though another one comes before it. */
START_TEST(comment_of_a_value)
{
	becomes(ROLE_CLIENT, "[client]\n" R "prefix = 2001:db8:1::/64 # old\nprefix = 2001:db8:2::/64 # home\n",
		"x " T1 "prefix 2001:db8:2::/64", "[client]\n" R "prefix = 2001:db8:2::/64 # home\n");
}
END_TEST

/* A file that is somewhere else needs no folder in /etc. */
START_TEST(file_elsewhere)
{
	SPEC spec = { 0 };

	ck_assert_int_eq(rmdir(CONF_DIR), 0);
	make_spec(&spec, ROLE_CLIENT, "x " T1);
	ck_assert_int_eq(conf_read(&f, "/run/x.conf", ROLE_CLIENT, "x", &err), 0);
	ck_assert_int_eq(conf_put(&f, &spec, &err), 0);
	save();
	ck_assert_str_eq(get_file("/run/x.conf"), "[client]\n" R);
	ck_assert_int_ne(access(CONF_DIR, F_OK), 0);
}
END_TEST

/* The link stays, and what it leads to is written, in its own folder. */
START_TEST(links)
{
	struct stat st;

	ck_assert_int_eq(mkdir("/run/else", 0755), 0);
	put_file("/run/else/real", "[client]\n" R, 0);
	ck_assert_int_eq(symlink("../../run/else/real", PATH), 0);
	put_ttl("9");
	ck_assert_int_eq(conf_prepare(&f, &err), 0);
	ck_assert_int_eq(access("/run/else/real.new", F_OK), 0);
	ck_assert_int_eq(conf_commit(&f, &err), 0);
	ck_assert(!lstat(PATH, &st) && S_ISLNK(st.st_mode));
	ck_assert_str_eq(get_file("/run/else/real"), "[client]\n" R "ttl = 9\n");
	ck_assert_int_ne(access("/run/else/real.new", F_OK), 0);
	ck_assert_int_ne(access(NEW, F_OK), 0);
}
END_TEST

/* Until the end the old one is there, and if it does not come to that, nothing else is. */
START_TEST(not_committed)
{
	put_file(PATH, "[client]\n" R, 0);
	put_ttl("9");
	ck_assert_int_eq(conf_prepare(&f, &err), 0);
	ck_assert_str_eq(get_file(PATH), "[client]\n" R);
	ck_assert_str_eq(get_file(NEW), "[client]\n" R "ttl = 9\n");
	conf_free(&f);
	ck_assert_str_eq(get_file(PATH), "[client]\n" R);
	ck_assert_int_ne(access(NEW, F_OK), 0);
}
END_TEST

/* What one that was killed left is no hindrance, nor a link that somebody put there to be written through. */
START_TEST(left_over)
{
	put_file(PATH, "[client]\n" R, 0);
	put_file(NEW, "[clie", 0);
	put_ttl("9");
	save();
	ck_assert_str_eq(get_file(PATH), "[client]\n" R "ttl = 9\n");
	put_file("/run/victim", "whole", 0);
	ck_assert_int_eq(symlink("/run/victim", NEW), 0);
	put_ttl("10");
	save();
	ck_assert_str_eq(get_file("/run/victim"), "whole");
	ck_assert_str_eq(get_file(PATH), "[client]\n" R "ttl = 10\n");
}
END_TEST

/* A full disk, and a folder that cannot be written to: said, and the old one is whole. */
START_TEST(refusals)
{
	char big[8000];

	ck_assert(!mount("unit", CONF_DIR, "tmpfs", 0, "size=12k,mode=0755"));
	put_file(PATH, "[client]\n" R, 0);
	memset(big, '#', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	put_file(CONF_DIR "/ballast", big, 0);
	put_ttl("9");
	ck_assert_int_eq(conf_prepare(&f, &err), -ENOSPC);
	ck_assert(err.code == ENOSPC && strstr(err.step, NEW) && strstr(err.hint, "is unchanged"));
	conf_free(&f);
	ck_assert_str_eq(get_file(PATH), "[client]\n" R);
	ck_assert_int_ne(access(NEW, F_OK), 0);
	ck_assert(!mount("unit", CONF_DIR, "none", MS_REMOUNT | MS_RDONLY, NULL));
	put_ttl("9");
	ck_assert_int_eq(conf_prepare(&f, &err), -EROFS);
	conf_free(&f);
	ck_assert_str_eq(get_file(PATH), "[client]\n" R);
}
END_TEST

Suite *suite_write(void)
{
	Suite *s = suite_create("confwrite");
	TCase *tc = namespaced_case(s, "write", own_etc);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_set_timeout(tc, 20);
	tcase_add_loop_test(tc, client, 0, COUNT(changes));
	tcase_add_loop_test(tc, server, 0, COUNT(servers));
	tcase_add_test(tc, removal);
	tcase_add_test(tc, a_value_that_would_be_a_comment);
	tcase_add_test(tc, removed_and_put_again);
	tcase_add_test(tc, many);
	tcase_add_test(tc, mode_and_group);
	tcase_add_test(tc, first_file);
	tcase_add_test(tc, links);
	tcase_add_test(tc, not_committed);
	tcase_add_test(tc, left_over);
	tcase_add_test(tc, refusals);
	tcase_add_test(tc, comment_of_a_value);
	tcase_add_test(tc, file_elsewhere);
	return s;
}
