/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: how much memory is in use. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* The size in the line of TEXT that begins as BEGIN does. */
static size_t size_of(const char *text, const char *begin)
{
	const char *line = strstr(text, begin), *size = line ? strstr(line, "size=\"") : NULL;

	ck_assert_msg(size, "%s: no %s", text, begin);
	return strtoull(size + strlen("size=\""), NULL, 10);
}

/* mallinfo2() came with glibc 2.33 only, and mallinfo() counts no more than an int does. */
size_t allocated(void)
{
	static char text[65536];
	FILE *out = fmemopen(text, sizeof(text), "w");
	const char *all = text;

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(malloc_info(0, out), 0);
	fclose(out);
	/* Behind those of each heap. */
	for (const char *p = text; (p = strstr(p, "</heap>"));)
		all = p += strlen("</heap>");
	return size_of(all, "<system type=\"current\"") + size_of(all, "<total type=\"mmap\"") -
	       size_of(all, "<total type=\"fast\"") - size_of(all, "<total type=\"rest\"");
}
