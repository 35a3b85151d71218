/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the fuzzers of importers share: any text is read, or named; what was read is a tunnel that can be told. */
#ifndef SITCTL_FUZZ_IMPORT_H
#define SITCTL_FUZZ_IMPORT_H

#include <stdlib.h>
#include <string.h>

#include "../../common/spectext.h"
#include "kernel.h"
#include "import/assemble.h"
#include "import/import.h"
#include "import/importers.h"
#include "spec/params.h"

static inline void said_again(const struct spec *spec)
{
	static char text[256 * VALUE_TEXT], again[sizeof(text)];
	char copy[sizeof(text)], *words[512];
	struct spec second;
	struct err err;
	int n = 0;

	spec_text(spec, false, text, sizeof(text));
	strcpy(copy, text);
	for (char *word = strtok(copy, " "); word && n < 512; word = strtok(NULL, " "))
		words[n++] = word;
	invariant(!spec_init(&second, ROLE_CLIENT, name_text(spec->name), &err) &&
		  !spec_words(&second, n, words, &err));
	invariant(!spec_check(&second, &err));
	spec_text(&second, false, again, sizeof(again));
	invariant(!strcmp(text, again));
	spec_free(&second);
}

static inline int fuzz_import(const char *format, const uint8_t *data, size_t size)
{
	struct import im = { .n = 0 };
	struct err err;
	char *text;

	if (size > IMPORT_SIZE_MAX || memchr(data, '\0', size))
		return -1;
	text = calloc(1, size + 1);
	invariant(text);
	memcpy(text, data, size);
	names_forget();
	import_text(&im, importer_find(format), "x", text);
	free(text);
	invariant(!import_end(&im, &err));
	for (size_t i = 0; i < errors_kept(&im.errors); i++)
		invariant(!strncmp(im.errors.texts[i], "x:", 2));
	for (size_t i = 0; !im.errors.n && i < im.n; i++)
		said_again(&im.tunnels[i].spec);
	import_free(&im);
	return 0;
}

#endif
