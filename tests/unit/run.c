/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: run sitctl as a process, with what it prints caught. */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define WORDS_MAX 512

/* Without any right: as nobody; where that user does not exist, as one that is not mapped. */
static void become_nobody(void)
{
	if (geteuid() == 0 && (setgid(65534) || setuid(65534)) && unshare(CLONE_NEWUSER))
		_exit(126);
}

static void child(int out, int err, int flags, char **words)
{
	int program = open(getenv("SITCTL"), O_RDONLY); /* opened before nobody may not */
	int null = open("/dev/null", O_RDONLY), full = open("/dev/full", O_WRONLY);
	char *env[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *)"LC_ALL=C", NULL };

	if (program < 0 || null < 0 || full < 0)
		_exit(125);
	dup2(null, STDIN_FILENO);
	dup2(flags & RUN_FULL ? full : out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	if (flags & RUN_NOBODY)
		become_nobody();
	fexecve(program, words, env);
	_exit(127);
}

static void slurp(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	ck_assert_int_ge(n, 0);
	ck_assert_msg((size_t)n < size - 1, "more output than the test has room for");
	buf[n] = '\0';
	close(fd);
}

void run_sitctl(struct ran *ran, int flags, const char *text)
{
	int out = memfd_create("out", 0), err = memfd_create("err", 0), status;
	char copy[8192], *words[WORDS_MAX + 2] = { (char *)"sitctl" };
	pid_t pid;

	ck_assert_int_lt(snprintf(copy, sizeof(copy), "%s", text), (int)sizeof(copy));
	for (int n = split_words(copy, words + 1, WORDS_MAX); n; n--)
		if (!strcmp(words[n], "''"))
			words[n] = (char *)"";
	ck_assert(out >= 0 && err >= 0);
	fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid)
		child(out, err, flags, words);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "sitctl %s: killed by signal %d", text, WTERMSIG(status));
	ran->status = WEXITSTATUS(status);
	ck_assert_msg(ran->status < 125, "sitctl could not be run: %d", ran->status);
	slurp(out, ran->out, sizeof(ran->out));
	slurp(err, ran->err, sizeof(ran->err));
}

void expect(struct ran *ran, const char *words, int status, const char *err)
{
	run_sitctl(ran, 0, words);
	ck_assert_msg(ran->status == status, "sitctl %s: exit %d, not %d; stdout: %s; stderr: %s", words, ran->status,
		      status, ran->out, ran->err);
	if (err)
		ck_assert_msg(strstr(ran->err, err), "sitctl %s: stderr lacks \"%s\": %s", words, err, ran->err);
	else
		ck_assert_msg(!ran->err[0], "sitctl %s: stderr: %s", words, ran->err);
}
