/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of conf.h, reading: files that are none, too big or not to be trusted; links; names in a file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"
#include "conf/conf.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define PATH CONF_DIR "/x.conf"
#define C "[client]\nremote = 203.0.113.1\naddress = 2001:db8::3\n"

static struct conf f;
static struct err err;

static void end(void)
{
	conf_free(&f);
}

static int read_len(enum role role, const char *text, size_t len)
{
	conf_free(&f);
	put_file(PATH, text, len);
	return conf_read(&f, PATH, role, "x", &err);
}

static void good(enum role role, const char *text)
{
	ck_assert_int_eq(read_len(role, text, 0), 0);
	ck_assert(f.exists && !f.errors.n);
}

START_TEST(zero_bytes)
{
	static const char text[] = C "mtu = 1400\0 # x\n", last[] = C "\0";

	ck_assert_int_eq(read_len(ROLE_CLIENT, text, sizeof(text) - 1), -EINVAL);
	ck_assert(err.usage && strstr(err.why, "NUL byte") && !strcmp(err.step, PATH));
	ck_assert_int_eq(read_len(ROLE_CLIENT, last, sizeof(last) - 1), -EINVAL);
	ck_assert_int_eq(read_len(ROLE_CLIENT, "\0", 1), -EINVAL);
}
END_TEST

START_TEST(size)
{
	const char *rest = "\n" C;
	char *text = malloc(16 << 20);

	put_file(PATH, "#", 0);
	ck_assert_int_eq(truncate(PATH, (16 << 20) + 1), 0);
	ck_assert_int_eq(conf_read(&f, PATH, ROLE_CLIENT, "x", &err), -EINVAL);
	ck_assert(err.usage && strstr(err.why, "16 MiB"));
	/* Of just that size it is read: one long comment, and then what counts. */
	ck_assert_ptr_nonnull(text);
	memset(text, '#', 16 << 20);
	memcpy(text + (16 << 20) - strlen(rest), rest, strlen(rest));
	ck_assert_int_eq(read_len(ROLE_CLIENT, text, 16 << 20), 0);
	ck_assert(!f.errors.n && f.sections[0].line == 2);
	free(text);
}
END_TEST

static void refused(const char *path, const char *why)
{
	conf_free(&f);
	ck_assert_msg(conf_read(&f, path, ROLE_CLIENT, "x", &err) < 0, "%s was taken", path);
	ck_assert_msg(strstr(err.why, why), "%s: %s", path, err.why);
	ck_assert_msg(!strncmp(err.step, path, strlen(path)), "%s is not named: %s", path, err.step);
}

START_TEST(no_files)
{
	char deep[CONF_PATH + 20];

	refused(CONF_DIR, "is not a regular file");
	refused("/dev/null", "is not a regular file");
	ck_assert_int_eq(mkfifo(PATH, 0644), 0);
	refused(PATH, "is not a regular file"); /* and it does not wait for somebody who writes */
	put_file(CONF_DIR "/y.conf", C, 0);
	refused(CONF_DIR "/y.conf/z", "");
	ck_assert(err.code == ENOTDIR && !err.usage);
	memset(deep, 'x', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	conf_free(&f);
	ck_assert_int_lt(conf_read(&f, deep, ROLE_CLIENT, "x", &err), 0);
	ck_assert(err.usage && strstr(err.why, "too long"));
}
END_TEST

START_TEST(file_modes)
{
	static const struct {
		mode_t mode;
		bool good;
	} rows[] = { { 0600, true },  { 0644, true },  { 0640, true },	{ 0755, true },	 { 0400, true },
		     { 0664, false }, { 0666, false }, { 0646, false }, { 0620, false }, { 0602, false } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		conf_free(&f);
		put_file(PATH, C, 0);
		ck_assert_int_eq(chmod(PATH, rows[i].mode), 0);
		if (!rows[i].good) {
			refused(PATH, "users other than root can write");
			ck_assert(err.usage && strstr(err.hint, "chmod go-w " PATH));
			continue;
		}
		ck_assert_int_eq(conf_read(&f, PATH, ROLE_CLIENT, "x", &err), 0);
		ck_assert_uint_eq(f.mode, rows[i].mode);
	}
}
END_TEST

/* Somebody else's: where only one user is mapped, any file of another one. */
START_TEST(owner)
{
	const char *path = PATH;

	put_file(PATH, C, 0);
	if (chown(PATH, 1, (gid_t)-1))
		path = "/bin/sh";
	refused(path, "users other than root can write");
	ck_assert_ptr_nonnull(strstr(err.hint, "chown root"));
	if (path[1] == 'e' && !chown(PATH, 0, 1)) {
		good(ROLE_CLIENT, C); /* a group that may not write does no harm */
		ck_assert_uint_eq(f.gid, 1);
	}
}
END_TEST

/* A link is followed: what it leads to is what counts. */
START_TEST(links)
{
	put_file("/run/real", C, 0);
	ck_assert_int_eq(symlink("/run/real", PATH), 0);
	ck_assert_int_eq(conf_read(&f, PATH, ROLE_CLIENT, "x", &err), 0);
	ck_assert(f.exists && f.n_sections == 1 && !strcmp(f.path, PATH));
	ck_assert_int_eq(chmod("/run/real", 0666), 0);
	refused(PATH, "users other than root can write");
	ck_assert_int_eq(unlink("/run/real"), 0);
	ck_assert_int_eq(conf_read(&f, PATH, ROLE_CLIENT, "x", &err), 0);
	ck_assert(!f.exists);
	ck_assert_int_eq(symlink("y.conf", CONF_DIR "/z.conf"), 0);
	ck_assert_int_eq(symlink("z.conf", CONF_DIR "/y.conf"), 0);
	refused(CONF_DIR "/y.conf", "");
	ck_assert_int_eq(err.code, ELOOP);
}
END_TEST

START_TEST(names)
{
	char path[CONF_PATH];

	conf_path(ROLE_CLIENT, "sit-ipv6", path);
	ck_assert_str_eq(path, "/etc/sitctl/sit-ipv6.conf");
	good(ROLE_SERVER, "[peer a]\nremote = tunnel.example\naddress = 2001:db8::3\n[peer b]\nremote = "
			  "nowhere.example\naddress = 2001:db8::5\n"
			  "[peer c]\nremote = inward.example\naddress = 2001:db8::7\n[peer d]\nremote = "
			  "198.51.100.7\naddress = 2001:db8::9\n");
	conf_resolve(&f);
	ck_assert_str_eq(f.sections[0].spec.host, "tunnel.example");
	ck_assert(f.sections[0].spec.remote.s_addr == ip4("203.0.113.9").s_addr && !f.sections[0].bad);
	ck_assert_uint_eq(f.errors.n, 2);
	ck_assert_msg(strstr(f.errors.texts[0], PATH ":4: ") == f.errors.texts[0] &&
			      strstr(f.errors.texts[0], "nowhere.example"),
		      "%s", f.errors.texts[0]);
	ck_assert_msg(strstr(f.errors.texts[1], PATH ":7: ") == f.errors.texts[1] &&
			      strstr(f.errors.texts[1], "127.0.0.2"),
		      "%s", f.errors.texts[1]);
	ck_assert(f.sections[1].bad && f.sections[2].bad && !f.sections[3].bad);
	ck_assert_uint_eq(f.sections[3].spec.remote.s_addr, ip4("198.51.100.7").s_addr);
}
END_TEST

Suite *suite_file(void)
{
	Suite *s = suite_create("conffile");
	TCase *tc = namespaced_case(s, "files", own_etc);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, zero_bytes);
	tcase_add_test(tc, size);
	tcase_add_test(tc, no_files);
	tcase_add_test(tc, file_modes);
	tcase_add_test(tc, owner);
	tcase_add_test(tc, links);
	tcase_add_test(tc, names);
	return s;
}
