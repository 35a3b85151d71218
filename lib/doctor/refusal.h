/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a rule or a route that refuses packets, as a finding, and how to have them let through. */
#ifndef SITCTL_DOCTOR_REFUSAL_H
#define SITCTL_DOCTOR_REFUSAL_H

#include "doctor/exam.h"
#include "doctor/policy.h"

/* Does POLICY refuse WHAT, which is IPv4 (VERSION 4) to the tunnel's remote, or IPv6? Then that is found, as CAUSE. */
bool refusal_found(struct exam *e, const struct policy *policy, int version, enum cause_id cause, const char *what);

#endif
