/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: rules and routes as they were read, and which of them decide about a packet. */
#ifndef SITCTL_DOCTOR_DECIDE_H
#define SITCTL_DOCTOR_DECIDE_H

#include "doctor/policy.h"

struct rule {
	uint8_t action, tos, proto;
	bool invert, l3mdev, ports;
	struct net6 src, dst;
	uint32_t pref, table, target, mark, mask;
	uint32_t uid_first, uid_last;
	uint32_t suppress; /* routes of this prefix length or less do not count; UINT32_MAX: all count */
	char iif[IFNAMSIZ], oif[IFNAMSIZ];
};

/* A route that covers the destination of the packet. */
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

/* Does R match the packets of F? Like fib_rule_match() and the match functions of the address families. */
bool decide_matches(const struct rule *r, const struct policy_flow *f);

/* Find the rule and the route that decide, and store them in P, which must be empty. */
void decide(const struct tables *t, struct policy *p);

#endif
