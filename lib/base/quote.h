/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: words quoted for a shell, texts of others as they can be shown. */
#ifndef SITCTL_BASE_QUOTE_H
#define SITCTL_BASE_QUOTE_H

#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Print WORD so that a shell takes it literally, with quotes only where needed. Bytes that could steer a terminal, as
 * names in the kernel may have them, are written as the octal numbers of printf(1).
 */
void print_word(FILE *out, const char *word);
#define QUOTED_SIZE(bytes) (4 * (size_t)(bytes) + 16) /* of a word of that many bytes, each written as a number */
#define QUOTED_IFNAME QUOTED_SIZE(IFNAMSIZ)

/* The same into BUF, SIZE bytes; returns BUF. */
const char *quote_word(const char *word, char *buf, size_t size);

/* Has it bytes that are no printable ASCII? */
bool has_odd(const char *word);

/* Print TEXT, whatever bytes are in it: what is no printable ASCII as \xNN. */
void print_escaped(FILE *out, const char *text);

/* TEXT as a string of JSON; what is not UTF-8, and could not be one, as print_escaped() has it. */
json_t *text_json(const char *text);

#endif
