/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what a tunnel's parameters mean in objects of the kernel. */
#ifndef SITCTL_WANT_H
#define SITCTL_WANT_H

#include "kind.h"
#include "plan.h"

/* The addresses on the tunnel device of SPEC (effective); at most ADDRESSES_MAX into OUT. Returns how many. */
unsigned int want_addrs(const struct spec *spec, struct addr *out);

/* The LAN address that prefix P of a client asks for; false where it names no interface. */
bool want_lan_addr(const struct prefix *p, struct addr *out);

/* The unreachable route that prefix P of a client asks for; false where the LAN has it all. */
bool want_unreachable(const struct prefix *p, struct route *out);

/* The default route of a client; false where there is none. */
bool want_default(const struct spec *spec, struct route *out);

/*
 * What is routed to a peer (effective): its prefixes, and its address where that and the
 * server's are no pair. At most 1 + PREFIXES_MAX into OUT. Returns how many.
 */
unsigned int want_peer_nets(const struct spec *spec, struct net6 *out);

/* The route to NET through the device of a peer. */
void want_peer_route(const struct spec *spec, const struct net6 *net, struct route *out);

#define PROXIED_LEN_MIN 120 /* 256 entries; all proxy entries of a host share 16 hash buckets */

/*
 * The ranges that need proxy entries on UPLINK for a peer: its address, its prefixes inside
 * an on-link prefix (not shorter than PROXIED_LEN_MIN: rules.c refuses those). At most 1 + PREFIXES_MAX into OUT. Returns how many.
 */
unsigned int want_proxied(const struct snapshot *s, const char *uplink, const struct spec *peer, struct net6 *out);

/* Is NET inside an on-link prefix of interface UPLINK? That prefix in *ONLINK if not NULL. */
bool on_link(const struct snapshot *s, const char *uplink, const struct net6 *net, struct net6 *onlink);

/* The device of SPEC (effective), with its MTU found out. 0, or a negative errno and ERR. */
int want_link(const struct world *w, const struct spec *spec, struct link *out, struct err *err);

/* Has the client a LAN behind it, the peer an address or prefix with ADDR in it? */
bool spec_has_lan(const struct spec *spec);
bool spec_has_addr(const struct spec *spec, const struct in6_addr *addr);

/* Must this host forward for what is told? */
bool want_forwarding(const struct told *t);

/* Does any tunnel that is told have this object of a shared place? */
bool told_wants_neigh(const struct world *w, const struct neigh *n);
bool told_wants_unreachable(const struct told *t, const struct net6 *dst);
bool told_wants_lan_addr(const struct told *t, const char *ifname, const struct net6 *net);

/* How this host forwards now, or shall. */
enum forwarding_mode forwarding_mode(const struct journal *j);

#endif
