/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the formats of export and import, for help and completion. */
#ifndef SITCTL_CMD_FORMATS_H
#define SITCTL_CMD_FORMATS_H

#include <stdbool.h>

/* Print the formats, one per line, after the text FIRST; get the I-th of them, false if there is none. */
void list_formats(const char *first);
bool next_format(unsigned int i, const char **name, const char **help);

/* The same for formats that can be imported. */
void list_importers(const char *first);
bool next_importer(unsigned int i, const char **name, const char **help);

#endif
