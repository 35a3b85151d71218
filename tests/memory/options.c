/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the sanitizers do in programs that get no environment from the tests: tests/memory/asan links it in. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef REPORTS
#define REPORTS "reports"
#endif

const char *__asan_default_options(void);
int __lsan_is_turned_off(void);

/*
 * A report ends the program with a status that no test expects, and stays in a file. strcspn() and strndup() are not
 * looked at: that would go over all that is left of a text with each of its lines.
 */
const char *__asan_default_options(void)
{
	return "exitcode=99:handle_sigill=1:detect_stack_use_after_return=1:strict_string_checks=1:"
	       "intercept_strspn=0:intercept_strndup=0:"
	       "log_path=" REPORTS "/report";
}

/*
 * Looking for leaks is tracing oneself, which does not go where strace does it already, and perhaps keeps the file from
 * us; nor in a set-group-ID program (ptrace(2), access mode checking).
 */
int __lsan_is_turned_off(void)
{
	FILE *in = getgid() == getegid() ? fopen("/proc/self/status", "re") : NULL;
	char line[128];
	int traced = 1;

	while (in && fgets(line, sizeof(line), in))
		if (!strncmp(line, "TracerPid:", 10))
			traced = strcmp(line, "TracerPid:\t0\n") != 0;
	if (in)
		fclose(in);
	return traced;
}
