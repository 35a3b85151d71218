/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the remedy for a tunnel whose packets are too large for the path. */
#ifndef SITCTL_DOCTOR_MTU_H
#define SITCTL_DOCTOR_MTU_H

#include <stdint.h>

#include "doctor/exam.h"

/* Set the remedy of F: give the device this MTU. */
void mtu_mend(struct exam *e, struct finding *f, uint32_t mtu);

#endif
