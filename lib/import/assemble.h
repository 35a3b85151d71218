/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: assemble tunnels from what importers have read. */
#ifndef SITCTL_IMPORT_ASSEMBLE_H
#define SITCTL_IMPORT_ASSEMBLE_H

#include "import/import.h"

/* After the last file: assemble and check the tunnels. 0, or -ENOMEM and ERR. Free with import_free(). */
int import_end(struct import *im, struct err *err);

#endif
