/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what must hold between the words, this host and the other tunnels, before a plan is made. */
#ifndef SITCTL_PLAN_RULES_H
#define SITCTL_PLAN_RULES_H

#include "base/netindex.h"
#include "plan/plan.h"
#include "plan/world.h"

/* `local` must be an address of this host: the kernel takes any, and the tunnel is silently dead. */
int rule_local(const struct world *w, const struct spec *spec, struct err *err);

/*
 * A client's gateway is on the link by one of its addresses, and its `dev` and LANs are not the tunnel itself. The kernel
 * looks at what the device has when the route comes (ip6_route_check_nh(), net/ipv6/route.c), which may be more than it
 * has in the end, and at the next boot. 0, or -EINVAL and ERR.
 */
int rule_lasts(const struct spec *spec, struct err *err);

/* IPv6 can be switched off at boot (Documentation/networking/ipv6.rst): 0, or -EAFNOSUPPORT and ERR. */
int rule_ipv6(struct err *err);

/*
 * The uplink of SERVER: as given, else where the IPv6 default route leaves. More than one, or
 * none, is an error that names them.
 */
int rule_uplink(const struct snapshot *s, struct spec *server, struct err *err);

/* Who could have what a peer is to have: the addresses and prefixes of the peers desired, this host's addresses. */
struct rivals {
	struct netindex peers, hosts;
	bool passes; /* is there any nat pass? */
};

/* Of W, for many calls of rule_peer(). 0 or -ENOMEM; ends with rivals_free(), also after an error. */
int rivals_load(struct rivals *rivals, const struct world *w, struct err *err);
void rivals_free(struct rivals *rivals);

/* A peer's address and prefixes overlap with nobody else's, nor with this host's; proxy entries are few. */
int rule_peer(const struct world *w, const struct spec *spec, struct err *err);

/* Notes for the user about a client: another default route wins. Where the two would share, a refusal. */
int warn_client(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err);

#endif
