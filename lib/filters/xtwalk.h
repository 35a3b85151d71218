/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the rules of a table of iptables-legacy do to a packet. */
#ifndef SITCTL_FILTERS_XTWALK_H
#define SITCTL_FILTERS_XTWALK_H

#include "filters/action.h"
#include "filters/flow.h"

struct ip6t_getinfo;

/*
 * Does a rule in the blob of ENTRIES, SIZE bytes, do what ACTION is, to FLOW or some of it? INFO has the bounds of the base
 * chains: those of other hooks do not count.
 */
bool xtables_does(const struct action *action, const struct flow *flow, const void *entries, size_t size,
		  const struct ip6t_getinfo *info);

/*
 * Does the blob of ENTRIES, SIZE bytes, drop FLOW from *ENTRY on? UNDERFLOW is the entry
 * that holds the policy; *POLICY tells whether it was that one. 1 and *ENTRY is the rule that drops,
 * 0, or -ENOMEM.
 */
int xtables_drops(const struct flow *flow, const void *entries, size_t size, size_t *entry, size_t underflow,
		  bool *policy);

/*
 * In whose chain is the entry AT, and which rule of it? A chain of the user's begins behind a target
 * ERROR that holds its name, one of the kernel's at START. O has its `base` already. False where there is none such.
 */
bool xtables_place(const struct flow *flow, const uint8_t *blob, size_t size, size_t start, size_t at,
		   struct barrier *o);

#endif
