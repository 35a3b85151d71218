/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: all checks of a tunnel, in order. */
#ifndef SITCTL_DOCTOR_EXAMINE_H
#define SITCTL_DOCTOR_EXAMINE_H

#include "doctor/exam.h"

/*
 * Examine the subject of E. Sends little, changes nothing; sends and waits for EXAM_SECONDS at most. The
 * results and findings are in E. Ends with exam_free().
 */
#define EXAM_SECONDS 20
void exam_run(struct exam *e);
void exam_free(struct exam *e);

/* The finding that explains the most, or NULL. */
const struct finding *exam_verdict(const struct exam *e);

#endif
