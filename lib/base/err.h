/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: one error: the step, the errno, the kernel's message, our hint. */
#ifndef SITCTL_BASE_ERR_H
#define SITCTL_BASE_ERR_H

#include <stdbool.h>

#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

struct err {
	int code;	  /* positive errno; 0: no error */
	bool usage;	  /* the words or the file are wrong, not the system */
	char step[256];	  /* what was being done, or the word that is wrong */
	char why[512];	  /* our own words; empty: strerror(code) says it */
	char kernel[256]; /* the kernel's extended acknowledgement, if any */
	char hint[512];	  /* what to do about it, if we know */
};

/* Record a refusal by the system. Returns -code, so that callers can return it. */
int err_sys(struct err *err, int code, const char *step, ...) PRINTF(3, 4);

/* Record wrong usage: WORD is what is wrong (shown as '' if it is empty), the format says why. Returns -EINVAL. */
int err_usage(struct err *err, const char *word, const char *why, ...) PRINTF(3, 4);

/* Add our own reason, used instead of strerror(). */
void err_why(struct err *err, const char *why, ...) PRINTF(2, 3);

/* Add what to do about it. The first hint is kept, since it is closest to the cause. */
void err_hint(struct err *err, const char *hint, ...) PRINTF(2, 3);

/* The message for the user, without the prefix, in BUF. Returns BUF. */
const char *err_text(const struct err *err, char *buf, unsigned long size);

#endif
