/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: notes on what a format cannot express, and helpers that the formats share. */
#ifndef SITCTL_EXPORT_NOTES_H
#define SITCTL_EXPORT_NOTES_H

#include "export/export.h"

void notes_free(struct notes *notes);

/* Put the I-th value of P into BUF (VALUE_TEXT bytes) if it is not the default. */
bool exported_value(const struct exported *e, const struct param *p, unsigned int i, char *buf);

/* Parameters with their default value need not be written: they count as not given. */
void spec_forget_defaults(struct spec *spec);

/* Note something that the user must do or know. */
void remark(struct notes *notes, const char *fmt, ...) PRINTF(2, 3);

/*
 * The parameter is not in the output: a comment `sitctl: PARAMETER VALUE: WHY` for each value
 * that counts, which `client import` reads again.
 */
void omit_param(struct notes *notes, const struct exported *e, const char *param, const char *why);

/* The notes of every format but sitctl's own: on the host name, and on what only sitctl's filters do. */
void omit_filters(struct notes *notes, const struct exported *e);

/* Device attributes that are exported to `ip` only; ends with NULL. */
extern const char *const device_attrs[];

/* The same, and these. */
void omit_extras(struct notes *notes, const struct exported *e);

/* Note the outer TTL, which the format leaves to the system. */
void omit_ttl(struct notes *notes, const struct exported *e, const char *why);

/* Note a remote that is not reachable on the Internet. */
void remark_remote(struct notes *notes, const struct exported *e);

/* omit_param() for a metric that is not the default, and for the underlay device. */
void omit_metric(struct notes *notes, const struct exported *e, const char *why);
void omit_dev(struct notes *notes, const struct exported *e, const char *why);

/* Note what to do by hand for prefixes with an interface. */
void omit_forwarding(struct notes *notes, const struct exported *e);
void omit_lan(struct notes *notes, const struct exported *e);

/* The format cannot express it: sets notes->refused, returns -EINVAL. */
int refuse(struct notes *notes, const char *fmt, ...) PRINTF(2, 3);

/* The client's IPv4 address in BUF, for formats that need one; if unknown, a placeholder, and a note. */
const char *source_text(const struct exported *e, struct notes *notes, char *buf);

/* The name with all but letters, digits, '-' and '_' replaced with '_', at most MAX bytes; a note if it changes. */
const char *plain_name(const struct exported *e, struct notes *notes, size_t max, char buf[IFNAMSIZ]);

/* Are there only letters, digits and characters of ALSO? */
bool is_plain(const char *text, const char *also);

/* MSS that fits into the tunnel's MTU: the latter less the IPv6 and TCP headers. */
uint32_t exported_mss(const struct exported *e);

/* The text of an address or prefix without its length. */
const char *base_text(const struct net6 *net, char *buf);

#endif
