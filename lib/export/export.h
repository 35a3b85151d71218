/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a tunnel as its client sees it, and what a format of another tool is. */
#ifndef SITCTL_EXPORT_EXPORT_H
#define SITCTL_EXPORT_EXPORT_H

#include <stdint.h>
#include <stdio.h>

#include "spec/params.h"

struct exported {
	struct spec spec;      /* a client's; remote resolved if possible */
	struct in_addr source; /* for formats that need the client's IPv4 address; 0: unknown */
	uint32_t mtu;	       /* of spec, or what the kernel has; 0: unknown */
};

#define NOTE_TEXT 640

/* What a format could not express: written as a comment to the output, and kept for stderr. */
struct notes {
	FILE *out;
	const char *comment; /* what begins a comment in this format */
	char (*texts)[NOTE_TEXT];
	size_t n;
	char refused[NOTE_TEXT]; /* why there is no output at all */
};

struct format {
	const char *name;
	const char *help;
	const char *comment;
	/* 0, or -EINVAL and notes->refused if this format cannot express it. */
	int (*print)(FILE *out, const struct exported *e, struct notes *notes);
};

#endif
