/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: how the parameters must fit this host and the other tunnels before a plan is made. */
#ifndef SITCTL_PLAN_RULES_H
#define SITCTL_PLAN_RULES_H

#include "base/netindex.h"
#include "plan/plan.h"
#include "plan/world.h"

/* `local` must be an address of this host: the kernel accepts any, but the tunnel would silently not work. */
int rule_local(const struct world *w, const struct spec *spec, struct err *err);

/*
 * A client's gateway must be on-link through one of its addresses, and its `dev` and LANs must not be the tunnel
 * itself. The kernel checks what the device has when the route is added (ip6_route_check_nh(), net/ipv6/route.c), which
 * may be more than it has in the end, and at the next boot. 0, or -EINVAL and ERR.
 */
int rule_lasts(const struct spec *spec, struct err *err);

/* IPv6 can be disabled at boot (Documentation/networking/ipv6.rst): 0, or -EAFNOSUPPORT and ERR. */
int rule_ipv6(struct err *err);

/*
 * Determine the uplink of SERVER: as given, else the interface of the IPv6 default route. None, or more
 * than one, is an error that names them.
 */
int rule_uplink(const struct snapshot *s, struct spec *server, struct err *err);

/* What a peer could conflict with: the addresses and prefixes of the desired peers, and this host's addresses. */
struct rivals {
	struct netindex peers, hosts;
	bool passes; /* is there any nat pass? */
};

/* Load those of W, for many calls of rule_peer(). 0 or -ENOMEM; ends with rivals_free(), also after an error. */
int rivals_load(struct rivals *rivals, const struct world *w, struct err *err);
void rivals_free(struct rivals *rivals);

/* A peer's addresses and prefixes must not overlap with another peer's or this host's; proxy entries are limited. */
int rule_peer(const struct world *w, const struct spec *spec, struct err *err);

/* Add notes about a client, such as that another default route wins. If both would share the traffic, refuse. */
int warn_client(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err);

#endif
