/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: run all checks of a tunnel, in order. */
#ifndef SITCTL_DOCTOR_EXAMINE_H
#define SITCTL_DOCTOR_EXAMINE_H

#include "doctor/exam.h"

/*
 * Examine the subject of E. This sends little, changes nothing, and sends and waits for at most EXAM_SECONDS. Results
 * and findings are in E. Call exam_free() afterwards.
 */
#define EXAM_SECONDS 20
void exam_run(struct exam *e);
void exam_free(struct exam *e);

/* The finding that explains the most, or NULL. */
const struct finding *exam_verdict(const struct exam *e);

#endif
