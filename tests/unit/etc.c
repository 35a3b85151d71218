/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: an /etc of our own, and whole files in it, for the tests of what is read from there and written to it. */
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "unit.h"
#include "conf/conf.h"

void own_etc(void)
{
	own_netns_and_run();
	ck_assert(!mount("unit", "/etc", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"));
	put_file("/etc/hosts", "127.0.0.1 localhost\n203.0.113.9 tunnel.example\n127.0.0.2 inward.example\n", 0);
	ck_assert_int_eq(mkdir(CONF_DIR, 0755), 0);
}

void put_file(const char *path, const char *text, size_t len)
{
	FILE *out = fopen(path, "we");

	ck_assert_msg(out, "%s: %m", path);
	ck_assert_uint_eq(fwrite(text, 1, len ? len : strlen(text), out), len ? len : strlen(text));
	ck_assert_int_eq(fclose(out), 0);
}

const char *get_file(const char *path)
{
	static char text[1 << 18];
	FILE *in = fopen(path, "re");
	size_t n;

	ck_assert_msg(in, "%s: %m", path);
	n = fread(text, 1, sizeof(text) - 1, in);
	ck_assert_uint_lt(n, sizeof(text) - 1);
	fclose(in);
	text[n] = '\0';
	return text;
}
