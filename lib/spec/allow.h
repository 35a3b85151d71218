/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the value of `allow`, PROTO[/PORT[-PORT]][@ADDRESS[/LEN]]: an exception to simple security. */
#ifndef SITCTL_SPEC_ALLOW_H
#define SITCTL_SPEC_ALLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/inet6.h"

struct allow {
	uint8_t proto;	      /* IANA protocol number */
	uint16_t first, last; /* destination ports; 0 and 65535: any */
	struct net6 net;      /* destination, ::/0: any */
};

/* True and OUT, or false and *why, a constant text that says what is wrong with the word. */
bool parse_allow(const char *word, struct allow *out, const char **why);

/* The text of ALLOW, as parse_allow() accepts it, in BUF. Returns BUF. */
const char *allow_text(const struct allow *allow, char *buf, size_t size);

/* Is there a packet that both let in? Intervals in one nf_tables set must not overlap. */
bool allow_overlap(const struct allow *a, const struct allow *b);

#endif
