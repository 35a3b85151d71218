/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what a format cannot say, and helpers that the formats share. */
#ifndef SITCTL_EXPORT_NOTES_H
#define SITCTL_EXPORT_NOTES_H

#include "export/export.h"

void notes_free(struct notes *notes);

/* The I-th value of P in BUF (VALUE_TEXT bytes), where it is not the default. */
bool exported_value(const struct exported *e, const struct param *p, unsigned int i, char *buf);

/* What has its default need not be said: it counts as not given. */
void spec_forget_defaults(struct spec *spec);

/* Say something that the reader must do or know. */
void remark(struct notes *notes, const char *fmt, ...) PRINTF(2, 3);

/*
 * The parameter is not in the output: a comment `sitctl: PARAMETER VALUE: WHY` for each value
 * that counts, which `client import` reads again.
 */
void omit_param(struct notes *notes, const struct exported *e, const char *param, const char *why);

/* What every format but sitctl's own has to say: of the host name, and of what only sitctl's own filter does. */
void omit_filters(struct notes *notes, const struct exported *e);

/* Attributes of the device that are exported to `ip` alone; ends with NULL. */
extern const char *const device_attrs[];

/* The same, and these. */
void omit_extras(struct notes *notes, const struct exported *e);

/* The outer TTL, which the format leaves to the system. */
void omit_ttl(struct notes *notes, const struct exported *e, const char *why);

/* A remote that is not one on the Internet. */
void remark_remote(struct notes *notes, const struct exported *e);

/* omit_param() of a metric that is not the default, and of the underlay device. */
void omit_metric(struct notes *notes, const struct exported *e, const char *why);
void omit_dev(struct notes *notes, const struct exported *e, const char *why);

/* The prefixes with an interface: what to do by hand. */
void omit_forwarding(struct notes *notes, const struct exported *e);
void omit_lan(struct notes *notes, const struct exported *e);

/* There is no text for it: sets notes->refused, returns -EINVAL. */
int refuse(struct notes *notes, const char *fmt, ...) PRINTF(2, 3);

/* The client's IPv4 address for formats that need one, in BUF; a word to replace, and a note, where it is not known. */
const char *source_text(const struct exported *e, struct notes *notes, char *buf);

/* The name with all but letters, digits, '-' and '_' replaced by '_', at most MAX bytes; a note where that changes it. */
const char *plain_name(const struct exported *e, struct notes *notes, size_t max, char buf[IFNAMSIZ]);

/* Only letters, digits and characters of ALSO? */
bool is_plain(const char *text, const char *also);

/* MSS that fits into the tunnel's MTU: less the IPv6 and TCP headers. */
uint32_t exported_mss(const struct exported *e);

/* The addresses' and prefixes' texts without length. */
const char *base_text(const struct net6 *net, char *buf);

#endif
