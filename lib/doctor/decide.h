/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: rules and routes as they were read, and which of them decides about a packet. */
#ifndef SITCTL_DOCTOR_DECIDE_H
#define SITCTL_DOCTOR_DECIDE_H

#include "doctor/policy.h"

struct rule {
	uint8_t action, tos, proto;
	bool invert, l3mdev, ports;
	struct net6 src, dst;
	uint32_t pref, table, target, mark, mask;
	uint32_t uid_first, uid_last;
	uint32_t suppress; /* routes of this length or less do not count; UINT32_MAX: all do */
	char iif[IFNAMSIZ], oif[IFNAMSIZ];
};

/* A route to where the packet goes. */
struct candidate {
	uint8_t type, tos;
	uint32_t table, metric, oif;
	struct net6 dst;
};

struct tables {
	const struct policy_flow *flow;
	struct rule *rules;
	struct candidate *routes;
	unsigned int n_rules, n_routes;
};

/* Is R about the packets of FLOW? As fib_rule_match() and its families' own parts say. */
bool decide_matches(const struct rule *r, const struct policy_flow *f);

/* Which rule and route is it, into P, which is empty? */
void decide(const struct tables *t, struct policy *p);

#endif
