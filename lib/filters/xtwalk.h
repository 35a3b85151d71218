/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the rules of an iptables-legacy table do to a packet. */
#ifndef SITCTL_FILTERS_XTWALK_H
#define SITCTL_FILTERS_XTWALK_H

#include "filters/action.h"
#include "filters/flow.h"

struct ip6t_getinfo;

/*
 * Does a rule in the blob of ENTRIES, SIZE bytes, perform ACTION on FLOW or on some of its packets? INFO has the bounds
 * of the base chains: those of other hooks do not count.
 */
bool xtables_does(const struct action *action, const struct flow *flow, const void *entries, size_t size,
		  const struct ip6t_getinfo *info);

/*
 * Does the blob of ENTRIES, SIZE bytes, drop FLOW, starting at *ENTRY? UNDERFLOW is the entry that
 * holds the policy; *POLICY says whether that one drops it. 1 if a rule drops it, which is then
 * *ENTRY; 0; or -ENOMEM.
 */
int xtables_drops(const struct flow *flow, const void *entries, size_t size, size_t *entry, size_t underflow,
		  bool *policy);

/*
 * Which chain is the entry AT in, and which of its rules is it? A user-defined chain begins after an
 * ERROR target that holds its name, a built-in chain at START. O already has its `base`. False if it is not found.
 */
bool xtables_place(const struct flow *flow, const uint8_t *blob, size_t size, size_t start, size_t at,
		   struct barrier *o);

#endif
