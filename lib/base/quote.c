/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/quote.h"

void print_word(FILE *out, const char *word)
{
	bool plain = *word != '\0';

	for (const char *p = word; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_./:,@%+=", *p))
			plain = false;
	if (plain) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (const char *p = word; *p; p++) {
		if (*p == '\'')
			fputs("'\\''", out);
		else
			fputc(*p, out);
	}
	fputc('\'', out);
}

const char *quote_word(const char *word, char *buf, size_t size)
{
	FILE *out = fmemopen(buf, size, "w");

	*buf = '\0';
	if (out) {
		print_word(out, word);
		fclose(out);
	}
	return buf;
}
