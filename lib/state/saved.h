/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the journal's notes: sysctl values from before, addresses put on others' interfaces. */
#ifndef SITCTL_STATE_SAVED_H
#define SITCTL_STATE_SAVED_H

#include "state/journal.h"

/* The saved value of KEY, or NULL. */
struct saved *saved_find(const struct journal *j, const char *key);

/* Note that KEY will be changed from VALUE to MADE. A saved value already noted stays. */
int saved_add(struct journal *j, const char *key, const char *value, const char *made, struct err *err);
void saved_forget(struct journal *j, const char *key);

/* Was this address put there by us? */
bool made_find(const struct journal *j, const char *ifname, const struct net6 *net);
int made_add(struct journal *j, const char *ifname, const struct net6 *net, struct err *err);
void made_forget(struct journal *j, const char *ifname, const struct net6 *net);

#endif
