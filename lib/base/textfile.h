/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: questions about small text files of the kernel and of other programs. */
#ifndef SITCTL_BASE_TEXTFILE_H
#define SITCTL_BASE_TEXTFILE_H

#include <stdbool.h>

/* Does a line of the file PATH contain TEXT? A final '\n' matches the end of the line. False if it cannot be read. */
bool file_has(const char *path, const char *text);

#endif
