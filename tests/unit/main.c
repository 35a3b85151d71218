/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: run all suites; the last line is "N passed, N failed", the status 1 where one failed. */
#include <stdlib.h>

#include "unit.h"

#define SUITE_ENTRY(name) suite_##name,

int main(void)
{
	static Suite *(*const suites[])(void) = { SUITES(SUITE_ENTRY) };
	SRunner *runner;
	int run, failed;

	/* Seconds for one test: on a machine that is busy with other things it may take long. */
	setenv("CK_DEFAULT_TIMEOUT", "120", 0);
	runner = srunner_create(NULL);

	setenv("SITCTL", "build/sitctl", 0);
	have_namespaces = !getenv("UNIT_WITHOUT_KERNEL") && probe_namespaces();
	if (!have_namespaces)
		printf("unit: no namespaces can be made here, or none shall: the tests that need one are left out\n");
	fflush(stdout);
	for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++)
		srunner_add_suite(runner, suites[i]());
	srunner_run_all(runner, CK_NORMAL);
	run = srunner_ntests_run(runner);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	printf("%d passed, %d failed\n", run - failed, failed);
	return failed || !run ? EXIT_FAILURE : EXIT_SUCCESS;
}
