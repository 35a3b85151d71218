/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the table of importers. */
#ifndef SITCTL_IMPORT_IMPORTERS_H
#define SITCTL_IMPORT_IMPORTERS_H

#include "import/import.h"

/* Ends with a row whose name is NULL. */
extern const struct importer importers[];

const struct importer *importer_find(const char *name);

void import_iproute2(struct import *im, char *text);
void import_ifupdown(struct import *im, char *text);
void import_netplan(struct import *im, char *text);
void import_networkd(struct import *im, char *text);

#endif
