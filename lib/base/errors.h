/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the errors in a file. A hostile file may have millions, so all are counted but only the first are kept. */
#ifndef SITCTL_BASE_ERRORS_H
#define SITCTL_BASE_ERRORS_H

#include <stddef.h>

#include "base/err.h"

#define ERRORS_MAX 50 /* kept, and printed */

struct errors {
	char *texts[ERRORS_MAX]; /* NULL where there was no memory for one */
	size_t n;		 /* all of them, including those not kept */
};

/* Add one. False if it should be kept but memory ran out. */
bool errors_add(struct errors *e, const char *fmt, ...) PRINTF(2, 3);

/* How many are kept. */
size_t errors_kept(const struct errors *e);

/* A line about those that were not kept, in BUF; NULL if there are none. */
const char *errors_more(const struct errors *e, char *buf, size_t size);

void errors_free(struct errors *e);

#endif
