/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the table of which kernel objects a tunnel needs: a row for each mode, with both ends of the tunnel. */
#ifndef SITCTL_STATE_DERIVATIONS_H
#define SITCTL_STATE_DERIVATIONS_H

#include "kernel/addr.h"
#include "kernel/link.h"
#include "kernel/nft/elements.h"
#include "kernel/route.h"
#include "spec/spec.h"

/* For one end of a tunnel, whose SPEC is effective. */
struct derivation {
	/* Mode-specific values of the device; its name, alias, MTU and underlay do not depend on the mode. */
	void (*device)(const struct spec *spec, struct link *out);
	/* The I-th address on the device; false when there are no more. */
	bool (*addr)(const struct spec *spec, unsigned int i, struct addr *out);
	/* The I-th route through the device; false when there are no more. */
	bool (*route)(const struct spec *spec, unsigned int i, struct route *out);
	/* The I-th prefix that is routed to this host; NULL when there are no more. */
	const struct prefix *(*site)(const struct spec *spec, unsigned int i);
	/* The I-th network that this host gives to the far end, and proxies if it is on-link; false: no more. */
	bool (*given)(const struct spec *spec, unsigned int i, struct net6 *out);
	/*
	 * Add inner sources that the far end must not use; NULL for a peer, which uses what is given. 0, or -ENOMEM and
	 * ERR.
	 */
	int (*sources)(const struct spec *spec, struct nft_table *t, struct err *err);
	/* Does this host forward between the tunnel and other interfaces? */
	bool (*forwards)(const struct spec *spec);
};

/* The row for the mode of SPEC and this host's end: a client's, or that towards a peer; NULL if it is not a tunnel. */
const struct derivation *derivation_of(const struct spec *spec);

/* The rows of the table. */
extern const struct derivation sit_client, sit_peer;

#endif
