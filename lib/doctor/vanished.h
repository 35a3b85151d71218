/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: find what this host itself drops: packets that do not leave, answers that arrive but do not come out. */
#ifndef SITCTL_DOCTOR_VANISHED_H
#define SITCTL_DOCTOR_VANISHED_H

#include "doctor/exam.h"

/* Call this before anything is sent: it reads the kernel's counters and watches all interfaces for answers. */
void vanished_begin(struct exam *e);

/* Is F an answer to one of our echo requests (inner source, type and identifier)? */
bool is_answer(const struct exam *e, const struct frame *f);

/* Answers arrived, but none was received: record the cause. */
void judge_arrived(struct exam *e);

/* Echo requests were given to the tunnel, or refused, and nothing left: likewise. */
void judge_unsent(struct exam *e);

#endif
