/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the errors of a file, of which a hostile one may have millions: all are counted, the first ones kept. */
#ifndef SITCTL_BASE_ERRORS_H
#define SITCTL_BASE_ERRORS_H

#include <stddef.h>

#include "base/err.h"

#define ERRORS_MAX 50 /* kept, and printed */

struct errors {
	char *texts[ERRORS_MAX]; /* NULL where there was no memory for one */
	size_t n;		 /* all, those that are not kept as well */
};

/* One more. False where it should be kept, and there is no memory. */
bool errors_add(struct errors *e, const char *fmt, ...) PRINTF(2, 3);

/* How many are kept. */
size_t errors_kept(const struct errors *e);

/* A line on those that are not kept, in BUF; NULL where there are none. */
const char *errors_more(const struct errors *e, char *buf, size_t size);

void errors_free(struct errors *e);

#endif
