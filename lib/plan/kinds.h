/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the table of kinds. */
#ifndef SITCTL_PLAN_KINDS_H
#define SITCTL_PLAN_KINDS_H

#include "kernel/object.h"

extern const struct kind *const kinds[KIND_COUNT];

#endif
