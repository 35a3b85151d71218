/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"

static bool is_odd(char c)
{
	return !isprint((unsigned char)c); /* in ASCII: the program keeps the C locale */
}

/* The shell's printf reads at most three digits of an octal number. */
static void print_octal(FILE *out, const char *word)
{
	fputs("\"$(printf '", out);
	for (const char *p = word; *p; p++) {
		if (is_odd(*p) || strchr("'\\%-", *p))
			fprintf(out, "\\%03o", (unsigned char)*p);
		else
			fputc(*p, out);
	}
	fputs("')\"", out);
}

bool has_odd(const char *word)
{
	while (*word)
		if (is_odd(*word++))
			return true;
	return false;
}

/* Quotes keep the end of a line; $() would lose one at the end of the word, which no name in the kernel has. */
static bool needs_octal(const char *word)
{
	size_t length = strlen(word);

	for (const char *p = word; *p; p++)
		if (is_odd(*p) && *p != '\n')
			return word[length - 1] != '\n';
	return false;
}

void print_word(FILE *out, const char *word)
{
	const char *plain = word;

	while (*plain && (isalnum((unsigned char)*plain) || strchr("-_./:,@%+=", *plain)))
		plain++;
	if (*word && !*plain) {
		fputs(word, out);
		return;
	}
	if (needs_octal(word)) {
		print_octal(out, word);
		return;
	}
	fputc('\'', out);
	while (*word) {
		size_t n = strcspn(word, "'");

		fwrite(word, 1, n, out);
		word += n;
		if (*word) {
			fputs("'\\''", out);
			word++;
		}
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

void print_escaped(FILE *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (is_odd(*p))
			fprintf(out, "\\x%02x", (unsigned char)*p);
		else
			fputc(*p, out);
	}
}

json_t *text_json(const char *text)
{
	json_t *json = json_string(text);
	char *escaped = NULL;
	size_t size;
	FILE *out;

	if (json)
		return json;
	out = open_memstream(&escaped, &size);
	if (!out)
		return NULL;
	print_escaped(out, text);
	if (!fclose(out))
		json = json_string(escaped);
	free(escaped);
	return json;
}
