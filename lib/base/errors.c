/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/errors.h"

bool errors_add(struct errors *e, const char *fmt, ...)
{
	va_list ap;
	int len;

	if (e->n++ >= ERRORS_MAX)
		return true;
	va_start(ap, fmt);
	len = vasprintf(&e->texts[e->n - 1], fmt, ap);
	va_end(ap);
	if (len < 0)
		e->texts[e->n - 1] = NULL;
	return len >= 0;
}

size_t errors_kept(const struct errors *e)
{
	return e->n < ERRORS_MAX ? e->n : ERRORS_MAX;
}

const char *errors_more(const struct errors *e, char *buf, size_t size)
{
	size_t more = e->n - errors_kept(e);

	snprintf(buf, size, "%zu more error%s not printed", more, more == 1 ? " is" : "s are");
	return more ? buf : NULL;
}

void errors_free(struct errors *e)
{
	for (size_t i = 0; i < errors_kept(e); i++)
		free(e->texts[i]);
	memset(e, 0, sizeof(*e));
}
