/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what this host itself does away with: packets that do not leave it, answers that arrive and do not come out. */
#ifndef SITCTL_DOCTOR_VANISHED_H
#define SITCTL_DOCTOR_VANISHED_H

#include "doctor/exam.h"

/* Before anything is sent: note the kernel's counters, and watch all interfaces for answers. */
void vanished_begin(struct exam *e);

/* Is what was seen an answer to an echo of ours (inner source, type and identifier)? */
bool is_answer(const struct exam *e, const struct frame *f);

/* Answers arrived, and none was received: a finding with what took them away. */
void judge_arrived(struct exam *e);

/* Echos went into the tunnel, or were refused, and nothing left: likewise. */
void judge_unsent(struct exam *e);

#endif
