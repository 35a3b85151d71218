/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: measure the round-trip time and the loss of the tunnel, and say what these explain. */
#ifndef SITCTL_DOCTOR_LOSS_H
#define SITCTL_DOCTOR_LOSS_H

#include <stdbool.h>

#include "doctor/exam.h"

/*
 * The longest of the last eight measured round trips, in ms; if there is none, one second, the initial value of RFC
 * 6298 (2.1).
 */
unsigned int loss_rtt(const struct exam *e);

/*
 * Can chance explain that N packets in a row, or the answers to them, were lost? It can if, with the measured loss,
 * this happens in more than one of 200 cases. If no request was answered at all, a loss of one in four is assumed.
 */
bool loss_explains(const struct exam *e, unsigned int n);

/* From now on another address of the far end is asked; earlier requests no longer count. */
void loss_restart(struct exam *e);

/* Likewise, with a measured loss of LOST out of OF. */
bool loss_by_chance(unsigned int lost, unsigned int of, unsigned int n);

/* How many losses in a row chance no longer explains. */
unsigned int loss_enough(const struct exam *e);

#endif
