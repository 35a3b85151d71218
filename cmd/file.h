/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the files of /etc/sitctl, as commands read them. */
#ifndef SITCTL_CMD_FILE_H
#define SITCTL_CMD_FILE_H

#include "change/host.h"
#include "conf/conf.h"
#include "commands.h"

/*
 * The file of ROLE and NAME (--file, or the usual one) read into F, its errors told. 0, or
 * a negative errno and ERR (where its errors were told already, *STATUS is set).
 */
enum status read_conf(const struct ctx *ctx, enum role role, const char *name, struct conf *f);

/* Files that were read, of clients, of the server and of passes. */
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

/* To look: such files, and what the kernel has, whatever is wrong in the files. What is wrong is told. Both end as ever. */
enum status look(const struct ctx *ctx, enum role role, const char *name, struct confs *confs, struct host *host);

/* The section of ROLE and NAME and the file that has it, or NULL. */
const struct conf_section *confs_find(const struct confs *confs, enum role role, const char *name,
				      const struct conf **file);

#endif
