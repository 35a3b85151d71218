/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the files below /etc/sitctl: change them in place, and write them as a whole. */
#ifndef SITCTL_CONF_WRITE_H
#define SITCTL_CONF_WRITE_H

#include <stdio.h>

#include "conf/conf.h"

void conf_print(const struct conf *f, FILE *out);

/*
 * Wait until no other process changes files, and keep others waiting until conf_free(): the lock of
 * a network namespace does not do that. Creates the directory of PATH if it is the usual one. 0, or
 * a negative errno and ERR.
 */
int conf_lock(struct conf *f, const char *path, struct err *err);

/*
 * Make the section of SPEC's role and name match SPEC exactly: lines that already do stay as they
 * are, in others only the value changes. A new section is appended. 0, -ENOMEM, or -EINVAL if a
 * value cannot be written in a file, which then is unchanged. conf_remove() removes the section
 * and its lines.
 */
int conf_put(struct conf *f, const struct spec *spec, struct err *err);
int conf_remove(struct conf *f, enum role role, const char *name);

/*
 * Write a new file beside the old one, with its mode and group, to the disk; then (conf_commit())
 * replace the old one with it. Until then the old one is intact, and conf_free() drops the new one.
 * 0, or a negative errno and ERR.
 */
int conf_prepare(struct conf *f, struct err *err);
int conf_commit(struct conf *f, struct err *err);

#endif
