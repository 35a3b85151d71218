/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what a tunnel's parameters mean in objects of the kernel. */
#ifndef SITCTL_STATE_DERIVE_H
#define SITCTL_STATE_DERIVE_H

#include "state/desired.h"

/* The addresses on the tunnel device of SPEC (effective); at most ADDRESSES_MAX into OUT. Returns how many. */
unsigned int derive_addrs(const struct spec *spec, struct addr *out);

/* The LAN address that prefix P of a client asks for; false where it names no interface. */
bool derive_lan_addr(const struct prefix *p, struct addr *out);

/* The unreachable route that prefix P of a client asks for; false where the LAN has it all. */
bool derive_unreachable(const struct prefix *p, struct route *out);

/* The default route of a client; false where there is none. */
bool derive_default(const struct spec *spec, struct route *out);

/*
 * What is routed to a peer (effective): its prefixes, and its address where that and the
 * server's are no pair. At most 1 + PREFIXES_MAX into OUT. Returns how many.
 */
unsigned int derive_peer_nets(const struct spec *spec, struct net6 *out);

/* The route to NET through the device of a peer. */
void derive_peer_route(const struct spec *spec, const struct net6 *net, struct route *out);
#define PROXIED_LEN_MIN 120 /* 256 entries; all proxy entries of a host share 16 hash buckets */

/*
 * The ranges that need proxy entries on UPLINK for a peer: its address, its prefixes inside
 * an on-link prefix (not shorter than PROXIED_LEN_MIN: rules.c refuses those). At most 1 + PREFIXES_MAX into OUT. Returns how many.
 */
unsigned int derive_proxied(const struct snapshot *s, const char *uplink, const struct spec *peer, struct net6 *out);

/* Is NET inside an on-link prefix of interface UPLINK? That prefix in *ONLINK if not NULL. */
bool on_link(const struct snapshot *s, const char *uplink, const struct net6 *net, struct net6 *onlink);

/* Must this host forward for what is desired? */
bool derive_forwarding(const struct desired *t);
bool desired_has_unreachable(const struct desired *t, const struct net6 *dst);
bool desired_has_lan_addr(const struct desired *t, const char *ifname, const struct net6 *net);

#endif
