/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a command in a network namespace and prints what it took: seconds, of them user and system, and KiB at most. */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	struct timespec began, ended;
	struct rusage used;
	posix_spawn_file_actions_t actions;
	int ns, status;
	pid_t pid;

	if (argc < 3)
		errx(2, "usage: spent NAMESPACE COMMAND...");
	ns = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		err(1, "%s", argv[1]);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	clock_gettime(CLOCK_MONOTONIC, &began);
	if (posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, environ))
		errx(1, "%s does not start", argv[2]);
	if (wait4(pid, &status, 0, &used) < 0)
		err(1, "wait");
	clock_gettime(CLOCK_MONOTONIC, &ended);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "%s failed", argv[2]);
	printf("%.6f %.6f %.6f %ld\n",
	       (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9,
	       seconds(used.ru_utime), seconds(used.ru_stime), used.ru_maxrss);
	return 0;
}
