/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the iptables matches that we understand, in iptables-legacy and in iptables-nft. */
#ifndef SITCTL_FILTERS_XTMATCH_H
#define SITCTL_FILTERS_XTMATCH_H

#include "filters/flow.h"

enum xt_answer { XT_MATCHES, XT_MATCHES_NOT, XT_MATCHES_SOME };

/*
 * Does the match NAME in REVISION, with LEN bytes of INFO, match FLOW? `comment` matches everything, `conntrack` and
 * `state` depend on the state of its connection (net/netfilter/xt_conntrack.c, xt_state.c); any other match is assumed
 * to match only some packets.
 */
enum xt_answer xt_match(const struct flow *flow, const char *name, unsigned int revision, const void *info, size_t len);

#endif
