/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a tunnel as the kernel has it, in the words of the parameters. */
#ifndef SITCTL_STATE_READBACK_H
#define SITCTL_STATE_READBACK_H

#include "spec/spec.h"
#include "state/snapshot.h"

/*
 * LINK, a tunnel of ours, as parameters in SPEC: its own routes are those that are marked as ours.
 * DESIRED (or NULL) says what the kernel cannot tell.
 */
void observe_link(const struct snapshot *s, const struct link *link, const struct spec *desired, struct spec *spec);

/*
 * LINK, a device of somebody else, as the tunnel of ROLE that it is when all routes through it
 * count, whoever made them. Its name is the device's.
 */
void observe_foreign(const struct snapshot *s, const struct link *link, enum role role, struct spec *spec);

/*
 * What can be taken over of LINK, a device of somebody else, into SPEC, which spec_init() made: its
 * ends, addresses and those routes that somebody has set. The rest of SPEC stays.
 */
void observe_adopted(const struct snapshot *s, const struct link *link, struct spec *spec);

/*
 * The default route through the interface INDEX that observe_adopted() takes, or NULL: of those that
 * somebody else has set the one that is used.
 */
const struct route *foreign_default(const struct snapshot *s, uint32_t index);

/* Is it an unreachable route, set by somebody else, as a client's `prefix` would make it? */
bool foreign_prefix(const struct route *route);

/*
 * The I-th element of the table, one of the set `passed`, as the parameters of a nat pass; false where it is none, or has
 * no name that could be one (somebody added it by hand: it is left over).
 */
bool observe_pass(const struct nft_table *t, size_t i, struct spec *nat);

/* The role in the alias of a tunnel of ours. */
enum role link_role(const struct link *link);

#endif
