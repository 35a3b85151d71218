/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: take over the content of a file as a whole. */
#ifndef SITCTL_CHANGE_FROMCONF_H
#define SITCTL_CHANGE_FROMCONF_H

#include "change/change.h"
#include "conf/conf.h"

/*
 * Desire what a file says: the client's tunnel, the server with exactly its peers, or all passes. Checks
 * them like change_put() and change_server(), and records what is wrong as errors of the file. 0, or
 * -ENOMEM, -EINVAL and ERR.
 */
int change_conf(struct change *ch, struct conf *f, struct err *err);

/* The same for the pass NAME alone; the others stay as they were desired. */
int change_conf_pass(struct change *ch, struct conf *f, const char *name, struct err *err);

#endif
