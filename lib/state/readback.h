/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a tunnel as the kernel has it, expressed as parameters. */
#ifndef SITCTL_STATE_READBACK_H
#define SITCTL_STATE_READBACK_H

#include "spec/spec.h"
#include "state/snapshot.h"

/*
 * Read LINK, one of our tunnels, as parameters into SPEC: its routes are those with our mark.
 * DESIRED (or NULL) supplies what the kernel cannot show.
 */
void observe_link(const struct snapshot *s, const struct link *link, const struct spec *desired, struct spec *spec);

/*
 * Read LINK, a foreign device, as a tunnel of ROLE: all routes through it count, whoever added
 * them. Its name is that of the device.
 */
void observe_foreign(const struct snapshot *s, const struct link *link, enum role role, struct spec *spec);

/*
 * Read what can be taken over from LINK, a foreign device, into SPEC, which spec_init() has set up:
 * endpoints, addresses, and routes that a program has set. The rest of SPEC is unchanged.
 */
void observe_adopted(const struct snapshot *s, const struct link *link, struct spec *spec);

/*
 * The default route through the interface INDEX that observe_adopted() reads, or NULL: of the
 * foreign ones that were set, the one in use.
 */
const struct route *foreign_default(const struct snapshot *s, uint32_t index);

/* Is it an unreachable route that another program set, like that of a client's `prefix`? */
bool foreign_prefix(const struct route *route);

/*
 * Read the I-th element of the table, in the set `passed`, as the parameters of a nat pass; false if it is in another
 * set, or has no valid name (it was added by hand, and counts as a leftover).
 */
bool observe_pass(const struct nft_table *t, size_t i, struct spec *nat);

/* The role in the alias of one of our tunnels. */
enum role link_role(const struct link *link);

#endif
