/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

int err_sys(struct err *err, int code, const char *step, ...)
{
	va_list ap;

	memset(err, 0, sizeof(*err));
	err->code = code;
	va_start(ap, step);
	vsnprintf(err->step, sizeof(err->step), step, ap);
	va_end(ap);
	return -code;
}

int err_usage(struct err *err, const char *word, const char *why, ...)
{
	va_list ap;

	memset(err, 0, sizeof(*err));
	err->code = EINVAL;
	err->usage = true;
	snprintf(err->step, sizeof(err->step), "%s", *word ? word : "''"); /* an empty one must be visible, too */
	va_start(ap, why);
	vsnprintf(err->why, sizeof(err->why), why, ap);
	va_end(ap);
	return -EINVAL;
}

void err_why(struct err *err, const char *why, ...)
{
	va_list ap;

	va_start(ap, why);
	vsnprintf(err->why, sizeof(err->why), why, ap);
	va_end(ap);
}

void err_hint(struct err *err, const char *hint, ...)
{
	va_list ap;

	if (err->hint[0])
		return;
	va_start(ap, hint);
	vsnprintf(err->hint, sizeof(err->hint), hint, ap);
	va_end(ap);
}

const char *err_text(const struct err *err, char *buf, unsigned long size)
{
	snprintf(buf, size, "%s: %s%s%s%s%s%s", err->step, err->why[0] ? err->why : strerror(err->code),
		 err->kernel[0] ? " (kernel: " : "", err->kernel, err->kernel[0] ? ")" : "", err->hint[0] ? "; " : "",
		 err->hint);
	return buf;
}
