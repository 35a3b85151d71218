/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: show the passes between tunnel servers and inside hosts. */
#ifndef SITCTL_CMD_NAT_H
#define SITCTL_CMD_NAT_H

#include "file.h"
#include "show.h"

/* Print the passes, or only NAME, or append them to ARRAY; V has no spec yet. Is there any? */
bool show_passes(struct view v, const struct confs *confs, const char *name, json_t *array);

#endif
