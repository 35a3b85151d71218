/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: show what only a tunnel's file has. */
#ifndef SITCTL_CMD_SHOWFILE_H
#define SITCTL_CMD_SHOWFILE_H

#include <jansson.h>

#include "spec/params.h"
#include "file.h"
#include "show.h"

/* The I-th value of P that the file has and the kernel does not, in BUF (VALUE_TEXT bytes). */
bool only_in_file(const struct view *v, const struct param *p, unsigned int i, char *buf);

/* What only the file says, in lines or for JSON. */
void print_only_in_file(const struct view *v);
void json_only_in_file(const struct view *v, json_t *json);

/* Print, or put into ARRAY, tunnels of ROLE (and NAME, if not NULL) that only files have. Returns how many. */
unsigned int show_absent(const struct ctx *ctx, const struct host *host, const struct confs *confs, enum role role,
			 const char *name, json_t *array);

#endif
