/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a packet at the point where it meets filters, and what drops it there. */
#ifndef SITCTL_FILTERS_FLOW_H
#define SITCTL_FILTERS_FLOW_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One end: the interface (empty: this host itself), and the address, if one is representative. */
struct flow_end {
	bool any; /* the interface is not known */
	char ifname[IFNAMSIZ];
	uint32_t index; /* 0: it does not exist yet */
	uint32_t group;
	bool has_addr;
	uint8_t addr[16]; /* only 4 bytes for IPv4 */
};

/* The first packet of a connection, an answer to one, or neither because of NOTRACK. */
enum flow_state { FLOW_FIRST, FLOW_ANSWER, FLOW_UNTRACKED };

/* At a hook of its family, or at ingress or egress of an interface (enum nf_dev_hooks). */
enum flow_at { AT_HOOK, AT_INGRESS, AT_EGRESS };

/* A packet at the point where it meets filters. */
struct flow {
	unsigned int hook; /* enum nf_inet_hooks; filters_action() uses those of the action */
	enum flow_at at;
	enum flow_state state;
	bool dnat;	/* its destination was translated */
	uint8_t family; /* NFPROTO_IPV4 or NFPROTO_IPV6 */
	uint8_t proto;	/* 0: any */
	struct flow_end from, to;
};

/* What drops it. */
struct barrier {
	enum { BARRIER_NFT, BARRIER_XTABLES } tool; /* nf_tables, or iptables-legacy */
	char family[8];				    /* as in `nft` */
	char table[256], chain[256];		    /* where the verdict was found (NFT_NAME_MAXLEN) */
	char base[256];				    /* the base chain of that table at the hook */
	bool tracked;				    /* connection tracking has seen the packet before */
	bool policy;				    /* the chain's policy drops; else a rule, */
	uint64_t handle;			    /* in nf_tables the one with this handle, */
	unsigned int position;			    /* in iptables-legacy the one with this number, from 1 */
	bool ufw;				    /* the rules belong to ufw */
	bool no_filters; /* nothing was found, since there is no foreign filter at that hook */
};

#endif
