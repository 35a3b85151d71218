/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: libraries that few commands need are loaded where they are needed, since loading one costs as much as a small
 * change of the kernel. lazy.c has the functions of libjansson and libyaml that we call, under their own names: whoever
 * calls them includes <jansson.h> or <yaml.h> as ever. */
#ifndef SITCTL_BASE_LAZY_H
#define SITCTL_BASE_LAZY_H

#include "base/err.h"

struct lazy;

extern struct lazy lazy_jansson, lazy_yaml;

/* Load LIBRARY, if it is not yet loaded (dlopen(3)). To be called before its first function: a function of a library
 * that cannot be loaded ends the program. Returns 0, or a negative errno. */
int lazy_load(struct lazy *library, struct err *err);

#endif
