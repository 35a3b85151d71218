/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a packet where it meets filters, and what drops it there. */
#ifndef SITCTL_FILTERS_FLOW_H
#define SITCTL_FILTERS_FLOW_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* At a hook of its family, or where it comes in by an interface, or leaves by it (enum nf_dev_hooks). */
enum flow_at { AT_HOOK, AT_INGRESS, AT_EGRESS };

/* A packet, where it meets the filters. */
struct flow {
	unsigned int hook; /* enum nf_inet_hooks; filters_action() asks those of the action */
	enum flow_at at;
	enum flow_state state;
	bool dnat;	/* its destination was translated */
	uint8_t family; /* NFPROTO_IPV4 or NFPROTO_IPV6 */
	uint8_t proto;	/* 0: any */
	struct flow_end from, to;
};

/* What drops it. */
struct barrier {
	enum { BARRIER_NFT, BARRIER_XTABLES } tool; /* nf_tables, or ip6_tables of iptables-legacy */
	char family[8];				    /* as `nft` writes it */
	char table[256], chain[256];		    /* where the verdict was found (NFT_NAME_MAXLEN) */
	char base[256];				    /* the chain of that table with the hook */
	bool tracked;				    /* connection tracking has looked at the packet before */
	bool policy;				    /* the chain's policy, else a rule, */
	uint64_t handle;			    /* in nf_tables with this handle, */
	unsigned int position;			    /* in iptables-legacy with this number, from 1 */
	bool ufw;				    /* the rules are ufw's */
	bool no_filters;			    /* nothing was found, since nobody else has any at that hook */
};

#endif
