/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: which tunnel is examined. */
#ifndef SITCTL_DOCTOR_SUBJECT_H
#define SITCTL_DOCTOR_SUBJECT_H

#include "doctor/exam.h"

/* Fill in e->subject for a desired tunnel, or for a foreign device. */
void subject_desired(struct exam *e, const struct spec *spec);
int subject_device(struct exam *e, const struct link *link, struct err *err);

/* The value of LEAF in net.ipv4.conf or net.ipv6.conf (VERSION 4 or 6) for IFNAME, which may be "all"; -1: none. */
int conf_value(uint8_t version, const char *ifname, const char *leaf);

/* The I-th net of the peer, if this host is the server. False: there are no more. */
bool subject_range(const struct subject *p, unsigned int i, struct net6 *out);

#endif
