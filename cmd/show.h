/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: one tunnel as it is shown. */
#ifndef SITCTL_CMD_SHOW_H
#define SITCTL_CMD_SHOW_H

#include "change/host.h"
#include "conf/conf.h"
#include "commands.h"

/* What is shown of one tunnel. */
struct view {
	const struct ctx *ctx;
	const struct host *host;
	const struct link *link;
	struct spec spec;		    /* as the kernel has it; host empty */
	const char *remote_host;	    /* the name that `remote` was given as, or NULL */
	const struct conf *file;	    /* the file that has its section, */
	const struct conf_section *section; /* or NULL */
};

#endif
