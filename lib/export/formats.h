/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the table of formats. */
#ifndef SITCTL_EXPORT_FORMATS_H
#define SITCTL_EXPORT_FORMATS_H

#include "export/export.h"

/* Ends with a row whose name is NULL. */
extern const struct format formats[];

const struct format *format_find(const char *name);

/* Print E as FORMAT to OUT; NOTES, to be freed with notes_free(), has what it cannot express. As format.print(). */
int format_print(const struct format *format, FILE *out, const struct exported *e, struct notes *notes);

/* One for each format, in the order of the table. */
int print_sitctl(FILE *out, const struct exported *e, struct notes *notes);
int print_sitctl_conf(FILE *out, const struct exported *e, struct notes *notes);
int print_iproute2(FILE *out, const struct exported *e, struct notes *notes);
int print_ifupdown(FILE *out, const struct exported *e, struct notes *notes);
int print_ifupdown_sitctl(FILE *out, const struct exported *e, struct notes *notes);
int print_netplan(FILE *out, const struct exported *e, struct notes *notes);
int print_networkd(FILE *out, const struct exported *e, struct notes *notes);
int print_networkmanager(FILE *out, const struct exported *e, struct notes *notes);
int print_openwrt(FILE *out, const struct exported *e, struct notes *notes);
int print_vyos(FILE *out, const struct exported *e, struct notes *notes);
int print_routeros(FILE *out, const struct exported *e, struct notes *notes);
int print_freebsd(FILE *out, const struct exported *e, struct notes *notes);
int print_openbsd(FILE *out, const struct exported *e, struct notes *notes);
int print_windows(FILE *out, const struct exported *e, struct notes *notes);

#endif
