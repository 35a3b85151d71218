/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the journal on disk and of its lock, with a /run and a network namespace of our own. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../unit.h"
#include "state/saved.h"

static struct journal j;
static struct err err;
static char path[128];

static void begin(void)
{
	own_netns_and_run();
	memset(&j, 0, sizeof(j));
	j.lock = -1;
}

static void end(void)
{
	journal_close(&j);
}

static void open_locked(void)
{
	char message[2048];

	if (journal_open(&j, true, &err))
		ck_abort_msg("%s", err_text(&err, message, sizeof(message)));
}

static const char *in_dir(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", j.dir, name);
	return path;
}

static void write_journal(const char *text)
{
	FILE *out = fopen(in_dir("journal"), "we");

	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	ck_assert_int_eq(fclose(out), 0);
}

static void put(enum role role, const char *words, bool recorded)
{
	SPEC spec = { 0 };

	make_spec(&spec, role, words);
	ck_assert_int_eq(desired_put(&j.desired, &spec, recorded, &err), 0);
}

START_TEST(nothing_yet)
{
	struct stat st;

	ck_assert_int_eq(journal_open(&j, false, &err), 0);
	ck_assert(!j.desired.n && !j.saved.n && j.lock == -1);
	ck_assert(!strncmp(j.dir, "/run/sitctl/netns-", 18) && j.dir[18]);
	ck_assert_msg(stat("/run/sitctl", &st) && errno == ENOENT, "reading alone makes no folder");
}
END_TEST

#define T1 "remote 203.0.113.1 address 2001:db8::3/127"

START_TEST(written_and_read)
{
	struct net6 made = net6("2001:db8:1::1/64");
	char text[1024];
	struct stat st;

	open_locked();
	put(ROLE_CLIENT, "t1 " T1 " prefix 2001:db8:1::/64,lan0", true);
	put(ROLE_CLIENT, "seen " T1, false); /* only seen in the kernel: not told */
	put(ROLE_PEER, "alice remote 198.51.100.7 address 2001:db8:7::3 ttl inherit", true);
	put(ROLE_PEER, "bob remote tunnel.example resolved 198.51.100.8 address 2001:db8:7::5", true);
	make_spec(&j.desired.server, ROLE_SERVER, "uplink eth0 mtu 1400");
	ck_assert_int_eq(saved_add_sysctl(&j.saved, "net/ipv6/conf/all/forwarding", "0", "1", &err), 0);
	ck_assert_int_eq(saved_add_addr(&j.saved, "lan0", &made, &err), 0);
	ck_assert_int_eq(journal_write(&j, &err), 0);
	ck_assert_int_eq(stat(in_dir("journal"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 022, 0);
	ck_assert_int_ne(stat(in_dir("journal.new"), &st), 0);
	journal_close(&j);

	ck_assert_int_eq(journal_open(&j, false, &err), 0);
	ck_assert_uint_eq(j.desired.n, 3);
	ck_assert_ptr_null(desired_find(&j.desired, ROLE_CLIENT, "seen"));
	spec_text(&desired_find(&j.desired, ROLE_CLIENT, "t1")->spec, true, text, sizeof(text));
	ck_assert_str_eq(text, T1 " prefix 2001:db8:1::/64,lan0");
	spec_text(&desired_find(&j.desired, ROLE_PEER, "alice")->spec, true, text, sizeof(text));
	ck_assert_str_eq(text, "remote 198.51.100.7 address 2001:db8:7::3/127 ttl inherit");
	spec_text(&desired_find(&j.desired, ROLE_PEER, "bob")->spec, true, text, sizeof(text));
	ck_assert_str_eq(text, "remote tunnel.example resolved 198.51.100.8 address 2001:db8:7::5/127");
	spec_text(&j.desired.server, true, text, sizeof(text));
	ck_assert_str_eq(text, "uplink eth0 mtu 1400");
	ck_assert(!j.desired.server_explicit);
	ck_assert_str_eq(saved_find_sysctl(&j.saved, "net/ipv6/conf/all/forwarding")->made, "1");
	ck_assert(saved_has_addr(&j.saved, "lan0", &made));
}
END_TEST

START_TEST(empty_one_is_removed)
{
	struct stat st;

	open_locked();
	ck_assert_int_eq(journal_write(&j, &err), 0); /* there is none */
	put(ROLE_CLIENT, "t1 " T1, true);
	ck_assert_int_eq(journal_write(&j, &err), 0);
	ck_assert_int_eq(stat(in_dir("journal"), &st), 0);
	desired_remove(&j.desired, ROLE_CLIENT, "t1");
	put(ROLE_CLIENT, "seen " T1, false);
	ck_assert_int_eq(journal_write(&j, &err), 0);
	ck_assert_int_ne(stat(in_dir("journal"), &st), 0);
	j.desired.server_explicit = true; /* `server up`, with all defaults */
	ck_assert_int_eq(journal_write(&j, &err), 0);
	journal_close(&j);
	ck_assert_int_eq(journal_open(&j, false, &err), 0);
	ck_assert(j.desired.server_explicit);
}
END_TEST

START_TEST(damaged_file)
{
	open_locked();
	write_journal("client t1 " T1 "\nclient t2 rem");
	journal_close(&j);
	ck_assert_int_eq(journal_open(&j, false, &err), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(err.step, "/journal:2"));
	ck_assert_int_eq(j.lock, -1);
	ck_assert_int_eq(journal_open(&j, true, &err), -EBADMSG);
}
END_TEST

/* A torn file ends in zeros: what is behind the first one is not silently left out. */
START_TEST(zero_in_the_file)
{
	static const char text[] = "client t1 " T1 "\n\0client t2 " T1 "\n";
	FILE *out;

	open_locked();
	out = fopen(in_dir("journal"), "we");
	fwrite(text, 1, sizeof(text) - 1, out);
	fclose(out);
	journal_close(&j);
	ck_assert_msg(journal_open(&j, false, &err) < 0 || j.desired.n == 2, "read: %zu of 2 tunnels", j.desired.n);
}
END_TEST

/* Links and folders that somebody could have laid there. */
START_TEST(traps)
{
	struct stat st;

	open_locked();
	write_journal("client t1 " T1 "\n");
	ck_assert_int_eq(rename(in_dir("journal"), "/run/elsewhere"), 0);
	ck_assert_int_eq(symlink("/run/elsewhere", in_dir("journal")), 0);
	journal_close(&j);
	ck_assert_int_lt(journal_open(&j, false, &err), 0);
	ck_assert_int_eq(unlink(path), 0);
	open_locked();
	ck_assert_int_eq(symlink("/run/target", in_dir("journal.new")), 0);
	put(ROLE_CLIENT, "t1 " T1, true);
	journal_write(&j, &err);
	ck_assert_msg(lstat("/run/target", &st) && errno == ENOENT, "it wrote through a link");
	journal_close(&j);
	ck_assert_int_eq(chmod("/run/sitctl", 0777), 0);
	ck_assert_int_eq(journal_open(&j, true, &err), -EPERM);
	ck_assert_ptr_nonnull(strstr(err.step, "/run/sitctl"));
}
END_TEST

START_TEST(folder_is_a_link)
{
	ck_assert_int_eq(mkdir("/run/other", 0755), 0);
	ck_assert_int_eq(symlink("/run/other", "/run/sitctl"), 0);
	ck_assert_int_eq(journal_open(&j, true, &err), -EPERM);
}
END_TEST

/* Each network namespace has its own. */
START_TEST(another_namespace)
{
	char first[sizeof(j.dir)];

	open_locked();
	strcpy(first, j.dir);
	put(ROLE_CLIENT, "t1 " T1, true);
	ck_assert_int_eq(journal_write(&j, &err), 0);
	journal_close(&j);
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	open_locked();
	ck_assert_str_ne(first, j.dir);
	ck_assert_uint_eq(j.desired.n, 0);
}
END_TEST

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Hold PATH's lock for 0.3 s in another process, which then may REMOVE the file; returns when it has it. */
static pid_t hold_lock(bool remove_it)
{
	int ready[2];
	pid_t pid;
	char c;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		struct timespec hold = { .tv_nsec = 300 * 1000 * 1000 };
		int fd = open(path, O_RDWR);

		if (fd < 0 || flock(fd, LOCK_EX) || write(ready[1], "x", 1) != 1)
			_exit(1);
		nanosleep(&hold, NULL);
		_exit(remove_it && unlink(path) ? 2 : 0);
	}
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void wait_for_lock(bool removed)
{
	double start, waited;
	int status, fd;
	pid_t pid;

	open_locked();
	put(ROLE_CLIENT, "t1 " T1, true);
	ck_assert_int_eq(journal_write(&j, &err), 0);
	in_dir("lock");
	journal_close(&j);
	pid = hold_lock(removed);
	start = seconds();
	open_locked();
	waited = seconds() - start;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_msg(waited > 0.2 && waited < 3, "waited %.3f s", waited);
	/* It has the lock itself now, that of the file that others will open, and lets go of it at the end. */
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), -1);
	journal_close(&j);
	ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
	close(fd);
}

/* The second waits for the first, and goes on once that is done. */
START_TEST(two_at_once)
{
	wait_for_lock(false);
}
END_TEST

/* The first ended with nothing to remember and took the file with it: its lock is worth nothing. */
START_TEST(lock_removed_by_the_first)
{
	wait_for_lock(true);
}
END_TEST

/* Nothing to remember: no file and no folder stays; with something, both do. */
START_TEST(nothing_stays_behind)
{
	char dir[sizeof(j.dir)];
	struct stat st;

	open_locked();
	strcpy(dir, j.dir);
	ck_assert_int_eq(stat(in_dir("lock"), &st), 0);
	journal_close(&j);
	ck_assert_int_eq(stat(dir, &st), -1);
	open_locked();
	put(ROLE_CLIENT, "t1 " T1, true);
	ck_assert_int_eq(journal_write(&j, &err), 0);
	journal_close(&j);
	ck_assert_int_eq(stat(dir, &st), 0);
	open_locked();
	ck_assert_uint_eq(j.desired.n, 1);
}
END_TEST

START_TEST(cleared)
{
	open_locked();
	put(ROLE_CLIENT, "t1 " T1, true);
	j.desired.server_explicit = true;
	ck_assert_int_eq(saved_add_sysctl(&j.saved, "net/ipv6/conf/all/forwarding", "0", "1", &err), 0);
	ck_assert_int_eq(journal_clear(&j, &err), 0);
	ck_assert(!j.desired.n && !j.desired.server_explicit &&
		  !saved_find_sysctl(&j.saved, "net/ipv6/conf/all/forwarding"));
	ck_assert_uint_eq(j.desired.server.ttl, 255); /* a server's defaults */
}
END_TEST

/* Reading waits for nobody: `show` works while `up` runs. */
START_TEST(reading_needs_no_lock)
{
	struct journal reader;
	double start;

	open_locked();
	start = seconds();
	ck_assert_int_eq(journal_open(&reader, false, &err), 0);
	ck_assert_msg(seconds() - start < 0.2, "it waited");
	journal_close(&reader);
}
END_TEST

Suite *suite_journalfile(void)
{
	Suite *s = suite_create("disk");
	TCase *tc = namespaced_case(s, "run", begin);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, nothing_yet);
	tcase_add_test(tc, written_and_read);
	tcase_add_test(tc, empty_one_is_removed);
	tcase_add_test(tc, damaged_file);
	tcase_add_test(tc, zero_in_the_file);
	tcase_add_test(tc, traps);
	tcase_add_test(tc, folder_is_a_link);
	tcase_add_test(tc, another_namespace);
	tcase_add_test(tc, two_at_once);
	tcase_add_test(tc, lock_removed_by_the_first);
	tcase_add_test(tc, nothing_stays_behind);
	tcase_add_test(tc, cleared);
	tcase_add_test(tc, reading_needs_no_lock);
	return s;
}
