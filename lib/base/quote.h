/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: quote words for a shell, and make foreign text safe to show. */
#ifndef SITCTL_BASE_QUOTE_H
#define SITCTL_BASE_QUOTE_H

#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Print WORD so that a shell reads it literally, with quotes only where needed. Bytes that could control a terminal, as
 * names in the kernel may contain, are written as octal escapes of printf(1).
 */
void print_word(FILE *out, const char *word);
#define QUOTED_SIZE(bytes) (4 * (size_t)(bytes) + 16) /* for a word of that many bytes, each written as an escape */
#define QUOTED_IFNAME QUOTED_SIZE(IFNAMSIZ)

/* The same into BUF, SIZE bytes; returns BUF. */
const char *quote_word(const char *word, char *buf, size_t size);

/* Does it have bytes that are not printable ASCII? */
bool has_odd(const char *word);

/* Print TEXT, with bytes that are not printable ASCII as \xNN. */
void print_escaped(FILE *out, const char *text);

/* TEXT as a JSON string; if it is not UTF-8, which JSON requires, escaped as by print_escaped(). */
json_t *text_json(const char *text);

#endif
