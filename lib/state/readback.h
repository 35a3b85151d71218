/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a tunnel as the kernel has it, in the words of the parameters. */
#ifndef SITCTL_STATE_READBACK_H
#define SITCTL_STATE_READBACK_H

#include "spec/spec.h"
#include "state/snapshot.h"

/*
 * The tunnel LINK as parameters, read from the kernel alone; TOLD (or NULL) says what the
 * kernel cannot: which values were defaults.
 */
void observe_link(const struct snapshot *s, const struct link *link, const struct spec *desired, struct spec *spec);

/*
 * An element of the set `passed` as the parameters of a nat pass; false where it is none, or has
 * no name that could be one (somebody added it by hand: it is left over).
 */
bool observe_pass(const struct nft_elem *e, struct spec *nat);

/* The role in the alias of a tunnel of ours. */
enum role link_role(const struct link *link);

#endif
