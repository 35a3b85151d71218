/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: who is examined. */
#ifndef SITCTL_DOCTOR_SUBJECT_H
#define SITCTL_DOCTOR_SUBJECT_H

#include "doctor/exam.h"

/* Fill in e->p for a tunnel that was desired, or for a device of somebody else. */
void subject_desired(struct exam *e, const struct spec *spec);
int subject_device(struct exam *e, const struct link *link, struct err *err);

/* The value of a sysctl of net.ipv4.conf or net.ipv6.conf (VERSION 4 or 6): of IFNAME, of "all"; -1: there is none. */
int conf_value(uint8_t version, const char *ifname, const char *leaf);

/* The I-th net that is the peer's, where this host is the server. False: no more. */
bool subject_range(const struct subject *p, unsigned int i, struct net6 *out);

#endif
