/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what mends a tunnel whose packets are too large for the way. */
#ifndef SITCTL_DOCTOR_MTU_H
#define SITCTL_DOCTOR_MTU_H

#include <stdint.h>

#include "doctor/exam.h"

/* The remedy of F is to give the device the MTU. */
void mtu_mend(struct exam *e, struct finding *f, uint32_t mtu);

#endif
