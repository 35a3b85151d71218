/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the ways to speak: messages on stderr, text and JSON on stdout. */
#ifndef SITCTL_CMD_SAY_H
#define SITCTL_CMD_SAY_H

#include <jansson.h>

#include "base/err.h"
#include "base/errors.h"
#include "conf/conf.h"
#include "spec/params.h"
#include "commands.h"

/* TEXT, from column AT on, in lines that fit a terminal; those after the first begin at INDENT. */
void print_wrapped(int at, int indent, const char *text);

/* Say that there is no tunnel, peer or pass NAME for CMD; returns the exit status. */
enum status not_found(const struct command *cmd, const char *name);

/* Print ERR on stderr as `sitctl: WHAT: WHY`; returns the exit status for it. */
enum status fail(const struct err *err);

/* From now on the messages begin with FILE:LINE of a batch; NULL: no more. */
void set_place(const char *file, unsigned int line);

/* A line on stderr, unless --quiet. */
void warning(const struct ctx *ctx, const char *fmt, ...) PRINTF(2, 3);

/* TEXT on stdout, as it may come from others: nothing in it shall steer a terminal. */
void print_text(const char *text);

/* The escape sequence that starts COLOR, or ends it (COLOR_NONE); "" where colours are off. */
const char *color(const struct ctx *ctx, enum color which);

/* Print JSON as the options say, and free it. */
void print_json(const struct ctx *ctx, json_t *json);

/* The beginning of a command that works where this one does: the program's name, and its namespace, quoted for a shell. */
void print_program(const struct ctx *ctx, FILE *out);

/* The values of one parameter as JSON: a number, a string, or an array where it can repeat. */
json_t *param_json(const struct spec *spec, const struct param *p);

/* Print errors, those that are kept, and how many more there are. */
void say_errors(const struct errors *e);

/* Print the errors of a file; returns the exit status for them, STATUS_OK where there are none. */
enum status fail_conf(const struct conf *f);

/* A line of a tunnel: a parameter or another fact, and its value. */
void show_row(const struct ctx *ctx, const char *name, enum color c, const char *value);

#endif
