/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: `ip` and `nft` commands, each begun by BEFORE; also what ifupdown runs. */
#ifndef SITCTL_EXPORT_IPROUTE2_H
#define SITCTL_EXPORT_IPROUTE2_H

#include "export/export.h"

/* iproute2.c: `ip` and `nft` commands, each begun by BEFORE; also what ifupdown runs. */
void print_notrack(FILE *out, const struct exported *e, const char *before);
void print_clamp(FILE *out, const struct exported *e, const char *before);
void print_no_filter(FILE *out, const struct exported *e, const char *before);
void print_ip_routes(FILE *out, const struct exported *e, const char *before, bool add);
void print_ip_default(FILE *out, const struct exported *e, const char *before);
void omit_nft(struct notes *notes, const struct exported *e); /* what those do not do */

#endif
