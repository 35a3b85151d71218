/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: report a rule or route that refuses packets, and how to let them pass. */
#ifndef SITCTL_DOCTOR_REFUSAL_H
#define SITCTL_DOCTOR_REFUSAL_H

#include "doctor/exam.h"
#include "doctor/policy.h"

/* If POLICY refuses WHAT (VERSION 4: packets to the tunnel's remote; else 6), record CAUSE and return true. */
bool refusal_found(struct exam *e, const struct policy *policy, int version, enum cause_id cause, const char *what);

#endif
