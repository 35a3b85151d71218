/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what a file says, taken over as a whole. */
#ifndef SITCTL_CHANGE_FROMCONF_H
#define SITCTL_CHANGE_FROMCONF_H

#include "change/change.h"
#include "conf/conf.h"

/*
 * Tell what a file says: the client's tunnel, the server with all its peers and no others, or all passes.
 * Checked as change_put() and change_server() do; what is wrong is noted as an error of the file.
 * 0, or -ENOMEM, -EINVAL and ERR.
 */
int change_conf(struct change *ch, struct conf *f, struct err *err);

/* The same of the pass NAME alone; the others are as they were desired. */
int change_conf_pass(struct change *ch, struct conf *f, const char *name, struct err *err);

#endif
