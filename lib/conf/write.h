/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the files below /etc/sitctl: changed in place, written as a whole. */
#ifndef SITCTL_CONF_WRITE_H
#define SITCTL_CONF_WRITE_H

#include <stdio.h>

#include "conf/conf.h"

void conf_print(const struct conf *f, FILE *out);

/*
 * Wait until nobody else changes files, and keep others waiting until conf_free(): the lock of a
 * network namespace does not do that. The folder of PATH is made where it is the usual one. 0, or
 * a negative errno and ERR.
 */
int conf_lock(struct conf *f, const char *path, struct err *err);

/*
 * Have the section of SPEC's role and name say what SPEC says, and no more: lines that say it
 * already stay as they are, of others only the value changes. A new section comes at the end.
 * 0, -ENOMEM, or -EINVAL where the file could not say a value, which changes nothing.
 * conf_remove(): without the section and its lines.
 */
int conf_put(struct conf *f, const struct spec *spec, struct err *err);
int conf_remove(struct conf *f, enum role role, const char *name);

/*
 * Write a new file beside the old one, with its mode and group, to the disk; then put it in the
 * old one's place. Until conf_commit() the old one is whole, and conf_free() forgets the new one.
 * 0, or a negative errno and ERR.
 */
int conf_prepare(struct conf *f, struct err *err);
int conf_commit(struct conf *f, struct err *err);

#endif
