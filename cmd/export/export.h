/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a tunnel as its client sees it, and the formats in which other tools take it. */
#ifndef SITCTL_EXPORT_H
#define SITCTL_EXPORT_H

#include <stdio.h>

#include "../../lib/spec.h"

struct exported {
	struct spec spec;      /* a client's; remote resolved where it can be */
	struct in_addr source; /* for formats that need the client's IPv4 address; 0: not known */
	uint32_t mtu;	       /* of spec, or what the kernel has; 0: not known */
};

#define NOTE_TEXT 640

/* What a format could not express: said in a comment of the output, and kept for stderr. */
struct notes {
	FILE *out;
	const char *comment; /* begins a comment in this format */
	char (*texts)[NOTE_TEXT];
	size_t n;
	char refused[NOTE_TEXT]; /* why there is no output at all */
};

struct format {
	const char *name;
	const char *help;
	const char *comment;
	/* 0, or -EINVAL and notes->refused where no text of this format can say it. */
	int (*print)(FILE *out, const struct exported *e, struct notes *notes);
};

/* Ends with a row whose name is NULL. */
extern const struct format formats[];

const struct format *format_find(const char *name);

/* Print E as FORMAT on OUT, what it cannot express in NOTES (for notes_free()). As format.print(). */
int format_print(const struct format *format, FILE *out, const struct exported *e, struct notes *notes);
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

/* iproute2.c: `ip` and `nft` commands, each begun by BEFORE; also what ifupdown runs. */
void print_notrack(FILE *out, const struct exported *e, const char *before);
void print_clamp(FILE *out, const struct exported *e, const char *before);
void print_no_filter(FILE *out, const struct exported *e, const char *before);
void print_ip_routes(FILE *out, const struct exported *e, const char *before, bool add);
void print_ip_default(FILE *out, const struct exported *e, const char *before);
void omit_nft(struct notes *notes, const struct exported *e); /* what these do not do */

/* One for each file, in the order in which they are listed. */
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
