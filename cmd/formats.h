/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the formats of export and import, for help and completion. */
#ifndef SITCTL_CMD_FORMATS_H
#define SITCTL_CMD_FORMATS_H

#include <stdbool.h>

/* The formats, a line each, after the text FIRST; the I-th of them, false where there is none. */
void list_formats(const char *first);
bool next_format(unsigned int i, const char **name, const char **help);

/* The same of what can be read. */
void list_importers(const char *first);
bool next_importer(unsigned int i, const char **name, const char **help);

#endif
