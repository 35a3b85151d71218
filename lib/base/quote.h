/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: words quoted for a shell. */
#ifndef SITCTL_BASE_QUOTE_H
#define SITCTL_BASE_QUOTE_H

#include <stddef.h>
#include <stdio.h>

/* Print WORD so that a shell takes it literally, with quotes only where needed. */
void print_word(FILE *out, const char *word);
/* The same into BUF, SIZE bytes; returns BUF. */
const char *quote_word(const char *word, char *buf, size_t size);

#endif
