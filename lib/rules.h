/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what must hold between the words, this host and the other tunnels, before a plan is made. */
#ifndef SITCTL_RULES_H
#define SITCTL_RULES_H

#include "plan.h"

/* `local` must be an address of this host: the kernel takes any, and the tunnel is silently dead. */
int rule_local(const struct world *w, const struct spec *spec, struct err *err);

/*
 * The uplink of SERVER: as given, else where the IPv6 default route leaves. More than one, or
 * none, is an error that names them.
 */
int rule_uplink(const struct snapshot *s, struct spec *server, struct err *err);

/* A peer's address and prefixes overlap with nobody else's, nor with this host's; proxy entries are few. */
int rule_peer(const struct world *w, const struct spec *spec, struct err *err);

/* Notes for the user about a client: another default route wins. Where the two would share, a refusal. */
int note_client(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err);

#endif
