/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: this host as it is now: what the kernel has, and what the journal records. */
#ifndef SITCTL_CHANGE_HOST_H
#define SITCTL_CHANGE_HOST_H

#include "plan/world.h"

/* All that is needed for reading; a struct change changes it. */
struct host {
	struct conversation c;
	struct journal j; /* as it was read, plus what was found only in the kernel */
	struct snapshot s;
};

/* The purpose: to read, to read the counters of interfaces too, or to change the kernel, which locks the journal. */
enum host_use { HOST_LOOK, HOST_COUNT, HOST_CHANGE };

/* Read the journal and what the kernel has. 0, or a negative errno and ERR. Ends with host_close(). */
int host_open(struct host *host, enum host_use use, struct err *err);
void host_close(struct host *host);

/* What a plan for DESIRED is made from. */
struct world host_world(struct host *host, const struct desired *desired);

#endif
