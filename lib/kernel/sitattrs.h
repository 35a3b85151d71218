/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the one table of a sit device's attributes, by which they are read, sent, compared and printed. */
#ifndef SITCTL_KERNEL_SITATTRS_H
#define SITCTL_KERNEL_SITATTRS_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "kernel/link.h"
#include "netlink/message.h"

#define SIT_ATTR_TEXT 64

struct sit_attr {
	const char *name; /* in messages; the parameter's name, if there is one */
	const char *json; /* its key; NULL: not in JSON */
	const char *word; /* precedes its value on the command line of `ip link`; NULL: nothing does */
	uint16_t type;	  /* IFLA_IPTUN_* (linux/if_tunnel.h), or IFLA_* */
	bool of_link;	  /* an attribute of every device, not of the tunnel */
	size_t at, size;  /* its field in struct link, with the kernel's width */
	bool always;	  /* printed even if it is 0 */
	bool number;	  /* a number in JSON, if its text is one */
	const char *zero; /* its text if it is 0; NULL: like any other value */
	/* The text of a value other than 0; may use BUF (SIT_ATTR_TEXT bytes). */
	const char *(*text)(const struct link *link, char *buf);
};

/* Ends with a row whose name is NULL. */
extern const struct sit_attr sit_attrs[];

/* The text of ATTR, as in `ip` and the parameter: in BUF (SIT_ATTR_TEXT bytes), in LINK, or a constant. */
const char *sit_attr_text(const struct sit_attr *attr, const struct link *link, char *buf);

bool sit_attr_equal(const struct sit_attr *attr, const struct link *a, const struct link *b);

/* Are all attributes of the tunnel equal? And those of every device as well? */
bool sit_attrs_equal(const struct link *a, const struct link *b);
bool sit_attrs_and_link_equal(const struct link *a, const struct link *b);

/* Append "; NAME is VALUE, should be VALUE" for each that differs to the text in LINE, SIZE bytes. */
void sit_attrs_differences(const struct link *is, const struct link *want, char *line, size_t size);

/* Read the attributes of IFLA_INFO_DATA in TB (IFLA_IPTUN_MAX). One that is missing, or has another width, is 0. */
void sit_attrs_decode(const struct nlattr **tb, struct link *link);

/*
 * Put the attributes of every device, or those of the tunnel, into the message: all of them, since the kernel zeroes
 * most that are missing, and keeps the fwmark (ipip6_netlink_parms() and ipip6_changelink(), net/ipv6/sit.c).
 */
void sit_attrs_put(struct nl_batch *b, const struct link *link, bool of_link);

/* The same as words of `ip link`, each after a space; 0 is printed if WAS (or NULL) has another value. */
void sit_attrs_print(const struct link *link, const struct link *was, bool of_link, FILE *out);

/* Add all of them to the object JSON. */
void sit_attrs_json(const struct link *link, json_t *json);

#endif
