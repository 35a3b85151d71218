/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the table of what a tunnel means in objects of the kernel: a row for each mode, with both ends of the tunnel. */
#ifndef SITCTL_STATE_DERIVATIONS_H
#define SITCTL_STATE_DERIVATIONS_H

#include "kernel/addr.h"
#include "kernel/link.h"
#include "kernel/nft/elements.h"
#include "kernel/route.h"
#include "spec/spec.h"

/* Of one end of a tunnel, whose SPEC is effective. */
struct derivation {
	/* What the device has of its own; its name, alias, MTU and underlay do not depend on the mode. */
	void (*device)(const struct spec *spec, struct link *out);
	/* The I-th address on the device; false when there are no more. */
	bool (*addr)(const struct spec *spec, unsigned int i, struct addr *out);
	/* The I-th route through the device; false when there are no more. */
	bool (*route)(const struct spec *spec, unsigned int i, struct route *out);
	/* The I-th prefix that is routed to this host, NULL: no more. */
	const struct prefix *(*site)(const struct spec *spec, unsigned int i);
	/* The I-th net that this host gives to the far end, and answers for where it is on-link; false: no more. */
	bool (*given)(const struct spec *spec, unsigned int i, struct net6 *out);
	/* What must not come from the far end as inner source; NULL of a peer, which uses what is given. 0, or -ENOMEM and ERR. */
	int (*sources)(const struct spec *spec, struct nft_table *t, struct err *err);
	/* Does this host forward between the tunnel and other interfaces? */
	bool (*forwards)(const struct spec *spec);
};

/* The row of the mode of SPEC, for this host's end: a client's, or that towards a peer; NULL where it is no tunnel. */
const struct derivation *derivation_of(const struct spec *spec);

/* Its rows. */
extern const struct derivation sit_client, sit_peer;

#endif
