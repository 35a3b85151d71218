/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the one table of a sit device's attributes: read, sent, compared and printed by it. */
#ifndef SITCTL_KERNEL_SITATTRS_H
#define SITCTL_KERNEL_SITATTRS_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "kernel/link.h"
#include "netlink/message.h"

#define SIT_ATTR_TEXT 64

struct sit_attr {
	const char *name; /* in messages; that of the parameter, where there is one */
	const char *json; /* its key, NULL: it is not in JSON */
	const char *word; /* before its value on the command line of `ip link`, NULL: the value stands alone */
	uint16_t type;	  /* IFLA_IPTUN_* (linux/if_tunnel.h), or IFLA_* */
	bool of_link;	  /* not of the tunnel, but of every device */
	size_t at, size;  /* its field in struct link, of the kernel's width */
	bool always;	  /* printed even where it is 0 */
	bool number;	  /* in JSON, where the text is one */
	const char *zero; /* its text where it is 0, NULL: as any other */
	/* What is not 0 as text; BUF (SIT_ATTR_TEXT bytes) is for it to write into. */
	const char *(*text)(const struct link *link, char *buf);
};

/* Ends with a row whose name is NULL. */
extern const struct sit_attr sit_attrs[];

/* The text of ATTR, as `ip` and the parameter write it: in BUF (SIT_ATTR_TEXT bytes), in LINK, or a constant. */
const char *sit_attr_text(const struct sit_attr *attr, const struct link *link, char *buf);

bool sit_attr_equal(const struct sit_attr *attr, const struct link *a, const struct link *b);

/* Are all of the tunnel alike? And with those that every device has? */
bool sit_attrs_equal(const struct link *a, const struct link *b);
bool sit_attrs_and_link_equal(const struct link *a, const struct link *b);

/* Append "; NAME is VALUE, wanted is VALUE" for each that differs to the text in LINE, SIZE bytes. */
void sit_attrs_differences(const struct link *is, const struct link *want, char *line, size_t size);

/* Take what IFLA_INFO_DATA has in TB (IFLA_IPTUN_MAX). One that is missing, or of another width, is 0. */
void sit_attrs_decode(const struct nlattr **tb, struct link *link);

/*
 * Put those of every device, or those of the tunnel, into the message: all, for the kernel zeroes most that are left out,
 * and keeps the fwmark (ipip6_netlink_parms() and ipip6_changelink(), net/ipv6/sit.c).
 */
void sit_attrs_put(struct nl_batch *b, const struct link *link, bool of_link);

/* The same as words of `ip link`, each after a space: what is 0, too, where WAS (or NULL) has it otherwise. */
void sit_attrs_print(const struct link *link, const struct link *was, bool of_link, FILE *out);

/* All of them into the object JSON. */
void sit_attrs_json(const struct link *link, json_t *json);

#endif
