/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a command of iproute2. */
#ifndef SITCTL_IMPORT_IPCOMMAND_H
#define SITCTL_IMPORT_IPCOMMAND_H

#include "import/ipwords.h"

/* A command `ip` of at most IP_WORDS_MAX words, which are those of a shell: one that is import_unknown is known to it only. */
void import_ip(struct import *im, int n, char *words[]);

/* Is WORD in LIST, which ends with NULL? */
bool import_among(const char *word, const char *const *list);

#endif
