/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: import an iproute2 command. */
#ifndef SITCTL_IMPORT_IPCOMMAND_H
#define SITCTL_IMPORT_IPCOMMAND_H

#include "import/ipwords.h"

/* An `ip` command of at most IP_WORDS_MAX shell words: import_unknown is known only when the script runs. */
void import_ip(struct import *im, int n, char *words[]);

/* Is WORD in LIST, which ends with NULL? */
bool import_among(const char *word, const char *const *list);

#endif
