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
	bool json, pretty, details, statistics, dry_run, quiet, save, force;
	bool color;	   /* decided: colours on stdout */
	bool admin, raw;   /* rights_drop() found the rights to change the network, to watch packets */
	const char *netns; /* NULL: the one we are in */
	const char *file;  /* --file, or NULL */
	const char *batch; /* --batch, or NULL */
	int words;	   /* the words that are left, for messages */
	char **word;
};

/* Print ERR on stderr as `sitctl: WHAT: WHY`; returns the exit status for it. */
enum status fail(const struct err *err);

/* From now on the messages begin with FILE:LINE of a batch; NULL: no more. */
void set_place(const char *file, unsigned int line);

/* A line on stderr, unless --quiet. */
void note(const struct ctx *ctx, const char *fmt, ...) PRINTF(2, 3);

/* TEXT on stdout, as it may come from others: nothing in it shall steer a terminal. */
void print_text(const char *text);

/* The escape sequence that starts COLOR, or ends it (COLOR_NONE); "" where colours are off. */
const char *color(const struct ctx *ctx, enum color which);

/* Print JSON as the options say, and free it. */
void print_json(const struct ctx *ctx, json_t *json);

/* Enter the network namespace of --netns. 0, or a negative errno and ERR. */
int enter_netns(const char *name, struct err *err);

/* The beginning of a command that works where this one does: the program's name, and its namespace, quoted for a shell. */
void print_program(const struct ctx *ctx, FILE *out);

/* The values of one parameter as JSON: a number, a string, or an array where it can repeat. */
json_t *param_json(const struct spec *spec, const struct param *p);

/* Print the errors of a file; returns the exit status for them, STATUS_OK where there are none. */
enum status fail_conf(const struct conf *f);

/* Make the plan of CH for SCOPE and do it, or print it with --dry-run. Returns the exit status. */
enum status carry_out(const struct ctx *ctx, struct change *ch, const struct scope *scope);

#endif
