/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: load libraries that few commands need only when they are needed, since loading one costs as much as a small
 * change of the kernel. lazy.c defines the functions of libjansson and libyaml that we call, under their own names, so
 * callers include <jansson.h> or <yaml.h> as usual. */
#ifndef SITCTL_BASE_LAZY_H
#define SITCTL_BASE_LAZY_H

#include "base/err.h"

struct lazy;

extern struct lazy lazy_jansson, lazy_yaml;

/* Load LIBRARY with all its functions, if it is not yet loaded (dlopen(3)). Call this before the first of them: without
 * it they fail as if out of memory, and nobody learns why. Returns 0, or a negative errno. */
int lazy_load(struct lazy *library, struct err *err);

#endif
