/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: find the rule, the table and the route that decide about a packet; the kernel reports only the result. */
#ifndef SITCTL_DOCTOR_POLICY_H
#define SITCTL_DOCTOR_POLICY_H

#include <net/if.h>
#include <netinet/in.h>

#include "base/inet6.h"
#include "kernel/conversation.h"

#define POLICY_TEXT 400

/* Packets that this host sends or forwards. An IPv4 address is in the first four bytes. */
struct policy_flow {
	uint8_t family; /* AF_INET or AF_INET6 */
	struct in6_addr dst, source;
	bool has_source;
	uint8_t proto; /* 0: any */
	uint8_t tos;
	uint32_t mark;
	bool reachable; /* the kernel's answer, which ignores protocol and TOS: only rules about these matter */
	uint32_t index; /* of the interface that they must leave through; 0: any */
	const char *ifname;
	const char *iif; /* where they arrive; NULL: this host sends them */
};

struct policy {
	bool decided;	 /* a rule or a route decides; else nothing leads there */
	bool refused;	 /* the decision is not to send the packet on */
	bool by_route;	 /* by a route of a table; else the rule itself refuses */
	uint32_t pref;	 /* of the rule */
	uint32_t table;	 /* that it looks up */
	bool everything; /* covers more than this packet: a default route, or a rule without a selector */
	bool main_leads; /* a rule just before this one that looks up the main table would let the packet leave */
	char rule[POLICY_TEXT];	 /* as arguments of 'ip rule del' */
	char route[POLICY_TEXT]; /* as arguments of 'ip route del' */
};

/* Walk through the rules and tables as the kernel does. 0, or a negative errno and ERR. */
int policy_decide(struct conversation *c, const struct policy_flow *flow, struct policy *policy, struct err *err);

/* Store the source prefixes of the IPv6 rules that look up TABLE in NETS, at most MAX; returns their number. */
unsigned int policy_sources(struct conversation *c, uint32_t table, struct net6 *nets, unsigned int max);

/* The first table with a route to the IPv6 Internet (2000::/3 or shorter) through the interface INDEX; 0: none. */
uint32_t policy_default_table(struct conversation *c, uint32_t index);

/* The prefixes that are local as a whole (`ip route add local PREFIX dev lo`): this host has every address in them. */
unsigned int policy_local_prefixes(struct conversation *c, struct net6 *nets, unsigned int max);

/* A route of the main table. */
struct policy_route {
	struct net6 dst;
	uint32_t oif, metric;
	uint8_t proto;
};

/*
 * Find the first route of the main table to a part of one of the N NETS that leads to an interface other than OWN.
 * Stores the route in *FOUND and returns the index of the net; UINT_MAX: none.
 */
unsigned int policy_shadow(struct conversation *c, const struct net6 *nets, unsigned int n, uint32_t own,
			   struct policy_route *found);

#endif
