/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about small text files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/textfile.h"

bool file_has(const char *path, const char *text)
{
	FILE *in = fopen(path, "re");
	char *line = NULL;
	bool has = false;
	size_t size = 0;

	while (in && !has && getline(&line, &size, in) > 0)
		has = strstr(line, text);
	free(line);
	if (in)
		fclose(in);
	return has;
}
