/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: whether the tunnel's TTL reaches as far as the far end is. */
#ifndef SITCTL_DOCTOR_TTL_H
#define SITCTL_DOCTOR_TTL_H

#include <stdbool.h>

#include "doctor/exam.h"

/* Does it not? Then that explains why nothing is answered. */
bool ttl_too_small(const struct exam *e);

#endif
