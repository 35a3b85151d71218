/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the table of checks. */
#ifndef SITCTL_DOCTOR_CHECKS_H
#define SITCTL_DOCTOR_CHECKS_H

#include "doctor/exam.h"

/*
 * One check. START begins what takes time, before the loop runs. JUDGE reports what was found: immediately if there is
 * no START, else when everything that was started has ended.
 */
struct check {
	const char *name;  /* in JSON */
	const char *title; /* NULL: the name */
	void (*start)(struct exam *e);
	void (*judge)(struct exam *e);
	bool late; /* judged after the loop even if it starts nothing */
};

extern const struct check checks[]; /* ends with a row without a name */

/* What people read of CHECK. */
const char *check_title(const struct check *check);

/* The functions of its rows, in the files of this folder. */
void check_kernel(struct exam *e);
void check_device(struct exam *e);
void check_underlay(struct exam *e);
void check_vpn(struct exam *e);
void start_implied(struct exam *e);
void check_implied(struct exam *e);
void start_ttl(struct exam *e);
void check_ttl(struct exam *e);
void check_nat(struct exam *e);
void check_filters(struct exam *e);
void check_tracking(struct exam *e);
void start_echo(struct exam *e);
void check_echo(struct exam *e);
void start_loss(struct exam *e);
void check_loss(struct exam *e);
void start_mtu(struct exam *e);
void check_mtu(struct exam *e);
void check_mss(struct exam *e);
void check_routes(struct exam *e);
void check_prefixes(struct exam *e);
void start_routed(struct exam *e);
void check_routed(struct exam *e);
void check_forwarding(struct exam *e);
void check_proxy(struct exam *e);
void check_onward(struct exam *e);
void check_peer_routes(struct exam *e);
void start_upstream(struct exam *e);
void check_upstream(struct exam *e);
void check_router(struct exam *e);
void start_filtered(struct exam *e);
void check_filtered(struct exam *e);
void start_tcp(struct exam *e);
void check_tcp(struct exam *e);
void start_names(struct exam *e);
void check_names(struct exam *e);
void check_drift(struct exam *e);

#endif
