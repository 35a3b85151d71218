/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a running tunnel that another tool made, taken over as it is. */
#ifndef SITCTL_CHANGE_ADOPT_H
#define SITCTL_CHANGE_ADOPT_H

#include "change/change.h"

/*
 * Tell CH that the device DEV, which somebody else made, is a client of its name from now on: SPEC
 * is what the kernel has of it. 0; or a negative errno and ERR, which says why it cannot be.
 */
int change_adopt(struct change *ch, const char *dev, struct spec *spec, struct err *err);

/* DEV was taken over, perhaps by a command that was killed meanwhile: what is left to be done belongs to the next plan. */
void change_adopt_rest(struct change *ch, const char *dev);

#endif
