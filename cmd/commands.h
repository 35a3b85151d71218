/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the one tree of commands, from which dispatch and help come. */
#ifndef SITCTL_COMMANDS_H
#define SITCTL_COMMANDS_H

#include "ctx.h"

/* What stands behind a command's name. */
enum args {
	ARGS_NONE,
	ARGS_NAME,		/* one name */
	ARGS_NAME_OPTIONAL,
	ARGS_PARAMS,		/* PARAMETER VALUE ... */
	ARGS_NAME_PARAMS,	/* a name, then PARAMETER VALUE ... */
};

struct command {
	const char *name;
	const char *help;
	enum role role;			/* whose parameters it takes, and whose name */
	enum args args;
	bool admin;			/* changes the kernel: needs CAP_NET_ADMIN */
	enum status (*run)(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
	const struct command *sub;	/* a group of commands instead */
};

extern const struct command root_commands[];

/* An option before the first word. */
struct option_row {
	char letter;
	const char *name;
	const char *value;		/* NULL: takes none; [=...]: optional, attached */
	const char *help;
};

extern const struct option_row option_rows[];

/* Find the command that the words name and run it. Returns the exit status. */
enum status dispatch(struct ctx *ctx, int n, char **words);

/* Help on stdout: of everything, of a group, of a command. PATH is what leads to it, such as "client ". */
void help_root(void);
void help_group(const char *path, const struct command *group);
void help_command(const char *path, const struct command *cmd);

/* Say that there is no tunnel, peer or pass NAME for CMD; returns the exit status. */
enum status not_found(const struct command *cmd, const char *name);

/* Is the word one that asks for help? */
bool is_help(const char *word);

/* tunnel.c, show.c, nat.c, check.c */
enum status cmd_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_down(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_set_peer(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_server_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_server_down(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_show(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_nat_show(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_check(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);

#endif
