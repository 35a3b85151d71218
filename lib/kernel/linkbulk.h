/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: many sit devices at a time. */
#ifndef SITCTL_KERNEL_LINKBULK_H
#define SITCTL_KERNEL_LINKBULK_H

#include "kernel/object.h"

/* `many` and `run_many` of struct kind (object.h). */
bool link_many(const struct step *step);
int link_run_many(struct conversation *c, struct step *steps, size_t n, bool *done, size_t *refused, struct err *err);

#endif
