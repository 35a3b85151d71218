/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: take over a running tunnel that another program made, as it is. */
#ifndef SITCTL_CHANGE_ADOPT_H
#define SITCTL_CHANGE_ADOPT_H

#include "change/change.h"

/*
 * Make the foreign device DEV a desired client with the same name in CH; SPEC receives what the
 * kernel has of it. 0; or a negative errno, and ERR says why this is impossible.
 */
int change_adopt(struct change *ch, const char *dev, struct spec *spec, struct err *err);

/* DEV was taken over, perhaps by a command that was killed meanwhile: the next plan does what is left. */
void change_adopt_rest(struct change *ch, const char *dev);

#endif
