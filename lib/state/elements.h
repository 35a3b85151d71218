/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the elements of a tunnel, or of a pass of this host's NAT, in the table `inet sitctl`. */
#ifndef SITCTL_STATE_ELEMENTS_H
#define SITCTL_STATE_ELEMENTS_H

#include "kernel/nft/elements.h"
#include "spec/spec.h"
#include "state/desired.h"
#include "state/snapshot.h"

/* Add the elements of SPEC (effective) to T. 0, or -ENOMEM and ERR. */
int derive_elements(const struct spec *spec, struct nft_table *t, struct err *err);

/* Add those that all tunnels share, if strangers must be kept away from them. 0, or -ENOMEM and ERR. */
int derive_host_elements(const struct desired *d, const struct snapshot *s, struct nft_table *t, struct err *err);

#endif
