/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: questions about small text files of the kernel and of other programs. */
#ifndef SITCTL_BASE_TEXTFILE_H
#define SITCTL_BASE_TEXTFILE_H

#include <stdbool.h>

/* Has the file PATH a line with TEXT in it? One that ends in '\n' ends the line. False where it cannot be read. */
bool file_has(const char *path, const char *text);

#endif
