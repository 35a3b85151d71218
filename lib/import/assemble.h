/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what importers have read, put together to tunnels. */
#ifndef SITCTL_IMPORT_ASSEMBLE_H
#define SITCTL_IMPORT_ASSEMBLE_H

#include "import/import.h"

/* No more files: put together what was read, check the tunnels. 0, or -ENOMEM and ERR. Ends with import_free(). */
int import_end(struct import *im, struct err *err);

#endif
