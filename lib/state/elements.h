/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what a tunnel, or a pass of this host's NAT, has in the table `inet sitctl`. */
#ifndef SITCTL_STATE_ELEMENTS_H
#define SITCTL_STATE_ELEMENTS_H

#include "kernel/nft/elements.h"
#include "spec/spec.h"

/* Add the elements of SPEC (effective) to T. 0, or -ENOMEM and ERR. */
int derive_elements(const struct spec *spec, struct nft_table *t, struct err *err);

#endif
