/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a script of commands. */
#ifndef SITCTL_IMPORT_IPROUTE2_H
#define SITCTL_IMPORT_IPROUTE2_H

#include "import/import.h"

/* Read a script that starts at line FIRST; $IFACE in it stands for IFACE, unless that is "". */
void import_script(struct import *im, const char *text, unsigned int first, const char *iface);

#endif
