/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the one tree of commands, from which dispatch and help come. */
#ifndef SITCTL_COMMANDS_H
#define SITCTL_COMMANDS_H

#include "ctx.h"

/* What stands behind a command's name. */
enum args {
	ARGS_NONE,
	ARGS_NAME, /* one name */
	ARGS_NAME_OPTIONAL,
	ARGS_PARAMS,	  /* PARAMETER VALUE ... */
	ARGS_NAME_PARAMS, /* a name, then PARAMETER VALUE ... */
	ARGS_EXAM,	  /* [ NAME | PEER | DEV ] [ target HOST ] */
	ARGS_DEV,	  /* one interface that is not ours */
	ARGS_NAME_FORMAT, /* a name, then a format of export */
	ARGS_IMPORT,	  /* a format of import, files, a name */
	ARGS_ANY,	  /* whatever is there */
};

/* What a command has to do with the files of /etc/sitctl. */
enum files { FILES_NONE, FILES_READ, FILES_SAVE /* with --save, and reads */ };

struct command {
	const char *name;
	const char *help; /* NULL: not for people */
	enum role role;	  /* whose parameters it takes, and whose name */
	enum args args;
	bool admin; /* changes the kernel: needs CAP_NET_ADMIN */
	enum files files;
	enum status (*run)(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
	const struct command *sub; /* a group of commands instead */
};

extern const struct command root_commands[];

/* An option before the first word. */
struct option_row {
	char letter;
	const char *name;
	const char *value; /* NULL: takes none; [=...]: optional, attached */
	const char *help;
};

extern const struct option_row option_rows[];

/* Find the command that the words name and run it. Returns the exit status. */
enum status dispatch(struct ctx *ctx, int n, char **words);

/* batch.c: the commands of --batch, a line each. Returns the exit status of the first that failed. */
enum status run_batch(struct ctx *ctx, int n, char **words);

/* Help on stdout: of everything, of a group, of a command. PATH is what leads to it, such as "client ". */
void help_root(void);
void help_group(const char *path, const struct command *group);
void help_command(const char *path, const struct command *cmd);

/* TEXT, from column AT on, in lines that fit a terminal; those after the first begin at INDENT. */
void print_wrapped(int at, int indent, const char *text);

/* Say that there is no tunnel, peer or pass NAME for CMD; returns the exit status. */
enum status not_found(const struct command *cmd, const char *name);

/* Is the word one that asks for help? */
bool is_help(const char *word);

/*
 * file.c: the file of ROLE and NAME (--file, or the usual one) read into F, its errors told. 0, or
 * a negative errno and ERR (where its errors were told already, *STATUS is set).
 */
enum status read_conf(const struct ctx *ctx, enum role role, const char *name, struct conf *f);

/* Files that were read, of clients and of the server. */
struct confs {
	struct conf *items;
	size_t n;
};

/*
 * Read the files that are there for ROLE (0: all) and NAME (NULL: all): those of /etc/sitctl, or
 * that of --file. LENIENT: one that cannot be read is left out. 0, or a negative errno and ERR. What is wrong in them is noted in each. Ends
 * with confs_free().
 */
int confs_load(const struct ctx *ctx, enum role role, const char *name, bool lenient, struct confs *confs,
	       struct err *err);
void confs_free(struct confs *confs);

/* The section of ROLE and NAME and the file that has it, or NULL. */
const struct conf_section *confs_find(const struct confs *confs, enum role role, const char *name,
				      const struct conf **file);

/* Is the file the one that all peers must be in? */
bool is_server_conf(const struct conf *f);

/*
 * carry_out(), and with --save also to the file: SPEC as it is now, or NULL where ROLE and NAME
 * is to go from it. A file that cannot be written is found out before the kernel is changed.
 */
enum status carry_out_saving(const struct ctx *ctx, struct change *ch, const struct scope *scope,
			     const struct spec *spec);

/* Tell CH what the file F says, carry it out; peers that go are named. Frees F. */
enum status carry_out_conf(const struct ctx *ctx, struct conf *f, const struct scope *scope);

/* export.c: the formats, a line each, after the text FIRST; the I-th of them, false where there is none. */
void list_formats(const char *first);
bool next_format(unsigned int i, const char **name, const char **help);

/* import.c: the same of what can be read. */
void list_importers(const char *first);
bool next_importer(unsigned int i, const char **name, const char **help);

/* tunnel.c, show.c, export.c, nat.c, check.c, complete.c */
enum status cmd_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_down(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_set_peer(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_server_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_server_down(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_show(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_nat_show(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_export(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_import(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_adopt(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_complete(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_check(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);
enum status cmd_doctor(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words);

#endif
