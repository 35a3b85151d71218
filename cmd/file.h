/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the files of /etc/sitctl, as commands read them. */
#ifndef SITCTL_CMD_FILE_H
#define SITCTL_CMD_FILE_H

#include "change/host.h"
#include "conf/conf.h"
#include "commands.h"

/*
 * Read the file of ROLE and NAME (--file, or the usual one) into F and report its errors. Returns the
 * exit status; F is to be freed if that is STATUS_OK.
 */
enum status read_conf(const struct ctx *ctx, enum role role, const char *name, struct conf *f);

/* Files that were read, of clients, of the server and of passes. */
struct confs {
	struct conf *items;
	size_t n;
};

/*
 * Read the existing files for ROLE (0: all) and NAME (NULL: all): those in /etc/sitctl, or that of
 * --file. LENIENT: skip one that cannot be read. 0, or a negative errno and ERR. Each file holds its
 * own errors. Free with confs_free().
 */
int confs_load(const struct ctx *ctx, enum role role, const char *name, bool lenient, struct confs *confs,
	       struct err *err);
void confs_free(struct confs *confs);

/* For a look: those files, and what the kernel has, even if the files have errors, which are reported. */
enum status look(const struct ctx *ctx, enum role role, const char *name, struct confs *confs, struct host *host);

/* The section of ROLE and NAME and the file that has it, or NULL. */
const struct conf_section *confs_find(const struct confs *confs, enum role role, const char *name,
				      const struct conf **file);

#endif
