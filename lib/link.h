/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: messages about sit devices, and what is done to many of them at once. */
#ifndef SITCTL_LINK_H
#define SITCTL_LINK_H

#include "kind.h"

/* linkmsg.c: all tunnel parameters; up or down, with MTU and alias if asked; gone. */
void link_put_newlink(struct nl_batch *b, const struct link *link, uint16_t flags);
void link_put_setlink(struct nl_batch *b, const struct link *link, bool mtu, bool alias);
void link_put_dellink(struct nl_batch *b, const struct link *link);

/*
 * link.c: is what the kernel has, HAS or NULL, the tunnel WANT as it was asked for? Then WANT has its sysctls as well. 0, or a
 * negative errno and ERR.
 */
int link_taken(const struct link *has, struct link *want, struct err *err);

/* linkmany.c: many and run_many of kind.h. */
bool link_many(const struct step *step);
int link_run_many(struct conversation *c, struct step *steps, size_t n, bool *done, size_t *refused, struct err *err);

#endif
