/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: one run of the program: its options, its ways to speak, its exit status. */
#ifndef SITCTL_CTX_H
#define SITCTL_CTX_H

#include <stdbool.h>
#include <jansson.h>

#include "../lib/change.h"

enum status { STATUS_OK = 0, STATUS_REFUSED = 1, STATUS_USAGE = 2, STATUS_DRIFT = 3 };

enum color { COLOR_NONE, COLOR_DEV, COLOR_ADDRESS, COLOR_GOOD, COLOR_BAD };

struct ctx {
	bool json, pretty, details, statistics, dry_run, quiet;
	bool color;			/* decided: colours on stdout */
	const char *netns;		/* NULL: the one we are in */
	int words;			/* the words that are left, for messages */
	char **word;
};

/* Print ERR on stderr as `sitctl: WHAT: WHY`; returns the exit status for it. */
enum status fail(const struct err *err);

/* A line on stderr, unless --quiet. */
void note(const struct ctx *ctx, const char *fmt, ...) PRINTF(2, 3);

/* The escape sequence that starts COLOR, or ends it (COLOR_NONE); "" where colours are off. */
const char *color(const struct ctx *ctx, enum color color);

/* Print JSON as the options say, and free it. */
void print_json(const struct ctx *ctx, json_t *json);

/* Enter the network namespace of --netns. 0, or a negative errno and ERR. */
int enter_netns(const char *name, struct err *err);

/*
 * Without CAP_NET_ADMIN say so at once; with it, keep only it. 0, or a negative errno and ERR.
 */
int need_admin(const struct ctx *ctx, struct err *err);
void drop_privileges(void);

/* The values of one parameter as JSON: a number, a string, or an array where it can repeat. */
json_t *param_json(const struct spec *spec, const struct param *p);

/* Make the plan of CH for SCOPE and do it, or print it with --dry-run. Returns the exit status. */
enum status carry_out(const struct ctx *ctx, struct change *ch, const struct scope *scope);

#endif
