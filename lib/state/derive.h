/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what a tunnel's parameters mean in objects of the kernel. */
#ifndef SITCTL_STATE_DERIVE_H
#define SITCTL_STATE_DERIVE_H

#include "state/desired.h"

/*
 * What a tunnel means, by its mode and by which end of it this host is (state/derivations.h); SPEC is effective. The I-th
 * of each, from 0 on; false, or NULL, when there are no more, as for what is no tunnel.
 */
bool derive_addr(const struct spec *spec, unsigned int i, struct addr *out);
bool derive_route(const struct spec *spec, unsigned int i, struct route *out);
const struct prefix *derive_site(const struct spec *spec, unsigned int i);
bool derive_given(const struct spec *spec, unsigned int i, struct net6 *out);

/* What the tunnel device has by the mode. */
void derive_device(const struct spec *spec, struct link *out);

/* The LAN address that prefix P of a client asks for; false where it names no interface. */
bool derive_lan_addr(const struct prefix *p, struct addr *out);

/* The unreachable route that prefix P of a client asks for; false where the LAN has it all. */
bool derive_unreachable(const struct prefix *p, struct route *out);

#define PROXIED_LEN_MIN 120 /* 256 entries; all proxy entries of a host share 16 hash buckets */

/*
 * The next range that needs proxy entries on UPLINK for a peer, from *AT on, which is 0 at first: its address, its prefixes
 * inside an on-link prefix (not shorter than PROXIED_LEN_MIN: plan/rules.c refuses those). False when there are no more.
 */
bool derive_proxied(const struct snapshot *s, const char *uplink, const struct spec *spec, unsigned int *at,
		    struct net6 *out);

/* Is NET inside an on-link prefix of interface UPLINK? That prefix in *ONLINK if not NULL. */
bool on_link(const struct snapshot *s, const char *uplink, const struct net6 *net, struct net6 *onlink);

/* Must this host forward for what is desired; and between this tunnel and other interfaces? */
bool derive_forwarding(const struct desired *t);
bool derive_forwards(const struct desired *t, const struct spec *spec);

/* Does any tunnel that is desired have this object of a shared place? */
bool desired_has_unreachable(const struct desired *t, const struct net6 *dst);
bool desired_has_lan_addr(const struct desired *t, const char *ifname, const struct net6 *net);

#endif
