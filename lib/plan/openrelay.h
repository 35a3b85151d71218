/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: foreign devices through which a host that forwards for our tunnels serves every IPv4 host (VU#199397). */
#ifndef SITCTL_PLAN_OPENRELAY_H
#define SITCTL_PLAN_OPENRELAY_H

#include "plan/plan.h"
#include "plan/world.h"

#define OPEN_RELAY_TEXT 256

/* The next such device that is up; *AT is 0 at first. NULL: no more, or this host does not forward for a tunnel. */
const struct link *next_open_relay(const struct world *w, size_t *at);

/* What it does and the command that stops it, as one line. */
void open_relay_text(const struct link *link, char buf[OPEN_RELAY_TEXT]);

/* Add a note about each. 0, or -ENOMEM and ERR. */
int warn_open_relays(struct plan *plan, const struct world *w, struct err *err);

#endif
