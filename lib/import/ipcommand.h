/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a command of iproute2. */
#ifndef SITCTL_IMPORT_IPCOMMAND_H
#define SITCTL_IMPORT_IPCOMMAND_H

#include "import/import.h"

/* A command `ip`. */
void import_ip(struct import *im, int n, char *words[]);

/* Is WORD in LIST, which ends with NULL? */
bool import_among(const char *word, const char *const *list);

#endif
