/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: output: messages on stderr, text and JSON on stdout. */
#ifndef SITCTL_CMD_SAY_H
#define SITCTL_CMD_SAY_H

#include <jansson.h>

#include "base/err.h"
#include "base/errors.h"
#include "conf/conf.h"
#include "spec/params.h"
#include "commands.h"

/* Print TEXT from column AT, in lines that fit a terminal; further lines begin at INDENT. */
void print_wrapped(int at, int indent, const char *text);

/* Report that there is no tunnel, peer or pass NAME for CMD; returns the exit status. */
enum status not_found(const struct command *cmd, const char *name);

/* Print ERR on stderr as `sitctl: WHAT: WHY`; returns the exit status for it. */
enum status fail(const struct err *err);

/* From now on messages begin with FILE:LINE of a batch; NULL: no longer. */
void set_place(const char *file, unsigned int line);

/* A line on stderr, unless --quiet. */
void warning(const struct ctx *ctx, const char *fmt, ...) PRINTF(2, 3);

/* Print TEXT, which may come from others: escaped, so that it cannot control a terminal. */
void print_text(const char *text);

/* The escape sequence that starts COLOR, or ends it (COLOR_NONE); "" if colours are off. */
const char *color(const struct ctx *ctx, enum color which);

/* Print JSON as the options say, and free it. */
void print_json(const struct ctx *ctx, json_t *json);

/* The beginning of a command for the same namespace: the program's name and its -n option, quoted for a shell. */
void print_program(const struct ctx *ctx, FILE *out);

/* The values of one parameter as JSON: a number, a string, or an array if it can repeat. */
json_t *param_json(const struct spec *spec, const struct param *p);

/* Print the stored errors, and how many more there are. */
void say_errors(const struct errors *e);

/* Print the errors of a file; returns the exit status for them, STATUS_OK where there are none. */
enum status fail_conf(const struct conf *f);

/* A line about a tunnel: a parameter or another property, and its value. */
void show_row(const struct ctx *ctx, const char *name, enum color c, const char *value);

#endif
