/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: how long a packet takes through the tunnel and back, how many get lost, and what that explains. */
#ifndef SITCTL_DOCTOR_LOSS_H
#define SITCTL_DOCTOR_LOSS_H

#include <stdbool.h>

#include "doctor/exam.h"

/* The longest round trip of the last eight that were measured, in ms; where none was, a second, as RFC 6298 (2.1) begins with. */
unsigned int loss_rtt(const struct exam *e);

/*
 * Can chance explain that N packets in a row, or the answers to them, were lost? It can where, with the loss
 * that was measured, it happens in more than one of 200 cases. Where no echo came back at all, one in four is
 * taken to be lost.
 */
bool loss_explains(const struct exam *e, unsigned int n);

/* From now on another address of the far end is asked; what was sent before counts no more. */
void loss_restart(struct exam *e);

/* The same of LOST out of OF that were measured. */
bool loss_by_chance(unsigned int lost, unsigned int of, unsigned int n);

/* How many it takes in a row before chance explains it no longer. */
unsigned int loss_enough(const struct exam *e);

#endif
