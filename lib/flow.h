/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: would a filter of somebody else drop what this host shall forward, or take in? Asked, never changed. */
#ifndef SITCTL_FLOW_H
#define SITCTL_FLOW_H

#include "kind.h"

struct nftnl_expr;

/* One end of it: the interface (empty: this host itself), and the address where there is one that stands for all. */
struct flow_end {
	bool any; /* which interface is not known */
	char ifname[IFNAMSIZ];
	uint32_t index; /* 0: it is not there yet */
	uint32_t group;
	bool has_addr;
	uint8_t addr[16]; /* 4 bytes of it for IPv4 */
};

/* The first packet of a connection, an answer to one, or what NOTRACK keeps from being either. */
enum flow_state { FLOW_FIRST, FLOW_ANSWER, FLOW_UNTRACKED };

/* A packet, where it meets the filters. */
struct flow {
	unsigned int hook; /* NF_INET_FORWARD or NF_INET_LOCAL_IN; flow_search() asks others */
	enum flow_state state;
	bool dnat;	/* its destination was translated */
	uint8_t family; /* NFPROTO_IPV4 or NFPROTO_IPV6 */
	uint8_t proto;	/* 0: any */
	struct flow_end from, to;
};

/* What drops it. */
struct obstacle {
	enum { OBSTACLE_NFT, OBSTACLE_XTABLES } tool; /* nf_tables, or ip6_tables of iptables-legacy */
	char family[8];				      /* as `nft` writes it */
	char table[256], chain[256];		      /* where the verdict was found (NFT_NAME_MAXLEN) */
	char base[256];				      /* the chain of that table with the hook */
	bool policy;				      /* the chain's policy, else a rule, */
	uint64_t handle;			      /* in nf_tables with this handle, */
	unsigned int position;			      /* in iptables-legacy with this number, from 1 */
	bool ufw;				      /* the rules are ufw's */
	bool no_filters;			      /* nothing was found, since nobody else has any at that hook */
};

/*
 * Rules are understood that match interfaces, addresses, protocols, connection state and sets of
 * these; any other one concerns only a part of the traffic and is passed over. 0 and *FOUND with
 * the first obstacle, or a negative errno and ERR.
 */
int flow_obstacle(struct conversation *c, const struct flow *flow, struct obstacle *obstacle, bool *found,
		  struct err *err);

/* xtables.c: is the table `filter` of iptables-legacy there? */
bool xtables_there(const struct flow *flow);

/* xtables.c: the same for the table `filter` of iptables-legacy, if it is there: asking must not make it. */
int xtables_obstacle(const struct flow *flow, struct obstacle *obstacle, bool *found, struct err *err);

/* What a rule does that is searched for. */
struct deed {
	unsigned int hooks;			     /* bits, of enum nf_inet_hooks: in chains of these */
	bool (*does)(const struct nftnl_expr *expr); /* by an expression of nf_tables, */
	const char *targets[4];			     /* or by one of these of iptables, */
	const char *tables[2];			     /* which iptables-legacy has in these tables */
};

/* Is TARGET, in SIZE bytes, one of its targets? */
bool deed_has_target(const struct deed *deed, const char *target, size_t size);

/*
 * Does a rule of somebody else do it to FLOW, whose hook is no matter, or to some packets of it? 0
 * and *FOUND, or a negative errno and ERR.
 */
int flow_search(struct conversation *c, const struct deed *deed, const struct flow *flow, bool *found, struct err *err);

/*
 * xtables.c: is there one in the tables of iptables-legacy? In base chains of other hooks it does
 * not count; what leads to a chain of the user's is not looked at. As above.
 */
int xtables_search(const struct deed *deed, const struct flow *flow, bool *found, struct err *err);

/* xtables.c: the same of the blob of ENTRIES, SIZE bytes, with the bounds of its base chains. For xtables.c and tests. */
struct ip6t_getinfo;
bool xtables_does(const struct deed *deed, const struct flow *flow, const void *entries, size_t size,
		  const struct ip6t_getinfo *info);

/*
 * xtables.c: does the blob of ENTRIES, SIZE bytes, drop FLOW from *ENTRY on? UNDERFLOW is the entry
 * that holds the policy; *POLICY tells whether it was that one. 1 and *ENTRY is the rule that drops,
 * 0, or -ENOMEM. For xtables.c and tests.
 */
int xtables_drops(const struct flow *flow, const void *entries, size_t size, size_t *entry, size_t underflow,
		  bool *policy);

#endif
