/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: the journal. One that was read and written again says the same: else former sysctl values are lost. */
#include <stdlib.h>
#include <string.h>

#include "common/kernel.h"
#include "state/desired.h"
#include "state/journal.h"

static bool read_text(struct journal *j, const char *text)
{
	char *copy = strdup(text);
	struct err err;
	bool right;

	memset(j, 0, sizeof(*j));
	j->lock = -1;
	invariant(!desired_init(&j->desired, &err));
	right = !journal_parse(j, copy, &err);
	free(copy);
	return right;
}

static char *printed(const struct journal *j)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	invariant(out);
	journal_print(j, out);
	fclose(out);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[8192], *first, *second;
	struct journal j, again;

	if (size >= sizeof(text) || memchr(data, '\0', size))
		return -1;
	names_forget();
	memcpy(text, data, size);
	text[size] = '\0';
	if (read_text(&j, text)) {
		first = printed(&j);
		invariant(read_text(&again, first));
		second = printed(&again);
		invariant(!strcmp(first, second));
		free(first);
		free(second);
		journal_close(&again);
	}
	journal_close(&j);
	return 0;
}
