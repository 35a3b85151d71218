/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a tunnel as text in a buffer, for tests and fuzzers. */
#ifndef SITCTL_TESTS_SPECTEXT_H
#define SITCTL_TESTS_SPECTEXT_H

#include <stdio.h>

#include "spec/spec.h"

/* What spec_print() writes, in BUF of SIZE bytes; cut short where it does not fit. */
static inline void spec_text(const struct spec *spec, bool internal, char *buf, size_t size)
{
	FILE *out = fmemopen(buf, size, "w");

	buf[0] = '\0';
	if (!out)
		return;
	spec_print(spec, internal, out);
	fclose(out);
	buf[size - 1] = '\0';
}

#endif
