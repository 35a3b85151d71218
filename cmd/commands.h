/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the one tree of commands, from which dispatch and help come. */
#ifndef SITCTL_CMD_COMMANDS_H
#define SITCTL_CMD_COMMANDS_H

#include "spec/spec.h"
#include "ctx.h"

/* What follows a command's name. */
enum args {
	ARGS_NONE,
	ARGS_NAME, /* one name */
	ARGS_NAME_OPTIONAL,
	ARGS_PARAMS,	  /* PARAMETER VALUE ... */
	ARGS_NAME_PARAMS, /* a name, then PARAMETER VALUE ... */
	ARGS_EXAM,	  /* [ NAME | PEER | DEV ] [ target HOST ] */
	ARGS_DEV,	  /* an interface that is not ours */
	ARGS_NAME_FORMAT, /* a name, then a format of export */
	ARGS_IMPORT,	  /* a format of import, files, a name */
	ARGS_ANY,	  /* whatever is there */
};

/* What a command does with the files in /etc/sitctl. */
enum files { FILES_NONE, FILES_READ, FILES_SAVE /* with --save, and reads */ };

struct command {
	const char *name;
	const char *help; /* NULL: not for users */
	enum role role;	  /* role of its parameters and name */
	enum args args;
	enum files files;
	bool undoable; /* by --try */
	enum status (*run)(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
	const char *example;	   /* words after `sitctl` */
	const struct command *sub; /* a group of commands instead */
};

extern const struct command root_commands[];

/* tunnel.c, show.c, export.c, nat.c, check.c, complete.c */
enum status cmd_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_down(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_set(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_server_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_all_down(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_nat_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_show(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_export(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_import(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_adopt(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_complete(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_check(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_doctor(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);

#endif
