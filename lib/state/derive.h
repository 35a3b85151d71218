/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: which kernel objects a tunnel's parameters mean. */
#ifndef SITCTL_STATE_DERIVE_H
#define SITCTL_STATE_DERIVE_H

#include "state/desired.h"

/*
 * The objects of a tunnel, by its mode and this host's end (state/derivations.h); SPEC is effective. The I-th of each,
 * from 0 on; false or NULL when there are no more, or if SPEC is not a tunnel.
 */
bool derive_addr(const struct spec *spec, unsigned int i, struct addr *out);
bool derive_route(const struct spec *spec, unsigned int i, struct route *out);
const struct prefix *derive_site(const struct spec *spec, unsigned int i);
bool derive_given(const struct spec *spec, unsigned int i, struct net6 *out);

/* Mode-specific values of the tunnel device. */
void derive_device(const struct spec *spec, struct link *out);

/* The LAN address that prefix P of a client requires; false if it names no interface. */
bool derive_lan_addr(const struct prefix *p, struct addr *out);

/* The unreachable route that prefix P of a client requires; false if the LAN has the whole prefix. */
bool derive_unreachable(const struct prefix *p, struct route *out);

#define PROXIED_LEN_MIN 120 /* 256 entries; all proxy entries of a host share 16 hash buckets */

/*
 * The next range that needs proxy entries on UPLINK for a peer, from *AT on, which is 0 at first: its address, and its
 * prefixes inside an on-link prefix (none shorter than PROXIED_LEN_MIN, which plan/rules.c refuses). False when there
 * are no more.
 */
bool derive_proxied(const struct snapshot *s, const char *uplink, const struct spec *spec, unsigned int *at,
		    struct net6 *out);

/* Is NET inside an on-link prefix of the interface UPLINK? If so, stores that prefix in *ONLINK unless NULL. */
bool on_link(const struct snapshot *s, const char *uplink, const struct net6 *net, struct net6 *onlink);

/* Must this host forward for any desired tunnel? And between this tunnel and other interfaces? */
bool derive_forwarding(const struct desired *t);
bool derive_forwards(const struct desired *t, const struct spec *spec);

/* Does any desired tunnel need this object, which is not on its own device? */
bool desired_has_unreachable(const struct desired *t, const struct net6 *dst);
bool desired_has_lan_addr(const struct desired *t, const char *ifname, const struct net6 *net);

#endif
