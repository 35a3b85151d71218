/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: whether the tunnel's TTL is large enough to reach the far end. */
#ifndef SITCTL_DOCTOR_TTL_H
#define SITCTL_DOCTOR_TTL_H

#include <stdbool.h>

#include "doctor/exam.h"

/* Is it too small? That would explain why nothing is answered. */
bool ttl_too_small(const struct exam *e);

#endif
