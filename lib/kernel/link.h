/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a network interface, and the kind "tunnel device". */
#ifndef SITCTL_KERNEL_LINK_H
#define SITCTL_KERNEL_LINK_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/sit.h"

#define ALIAS_SIZE 256 /* IFALIASZ (linux/if.h) */

/* Sysctls of net/ipv6/conf/NAME that come with the interface. */
enum link_conf { CONF_DISABLE_IPV6, CONF_ACCEPT_RA, CONF_ACCEPT_REDIRECTS, CONF_FORWARDING, LINK_CONFS };

enum link_stat {
	STAT_RX_PACKETS,
	STAT_RX_BYTES,
	STAT_RX_ERRORS,
	STAT_RX_DROPPED,
	STAT_TX_PACKETS,
	STAT_TX_BYTES,
	STAT_TX_ERRORS,
	STAT_TX_DROPPED,
	STAT_COUNT
};

/* A network interface; for a sit one its tunnel's values. */
struct link {
	char name[IFNAMSIZ];
	const char *alias; /* "" where there is none; kept where the link is: with a snapshot, a plan, an answer */
	union {
		struct {
			SIT_VALUES /* but for the MTU of sit devices only */
		};
		struct sit sit;
	};
	uint32_t index;	   /* 0: not known yet */
	uint32_t underlay; /* ifindex the outer packets leave by, 0: by route */
	char underlay_name[IFNAMSIZ];
	uint8_t proto;	  /* inner protocol, IPPROTO_IPV6 or 0 (any) */
	uint8_t pmtudisc; /* 0 or 1 */
	bool up;	  /* IFF_UP */
	/* as the kernel tells, never wanted */
	bool half_made; /* ours, but a kill or an error came between its creation and its alias */
	bool is_sit;
	bool is_vpn; /* it has no wire of its own: what it sends goes on in other packets, or by a program */
	bool has_conf;
	uint8_t operstate;
	int32_t conf[LINK_CONFS]; /* of one that a plan makes: when it was there */
	uint32_t group, flags;
	uint32_t vrf;	       /* ifindex of the VRF it is in, 0: none */
	const char *odd;       /* why it cannot be a tunnel of ours, or NULL */
	const uint64_t *stats; /* STAT_COUNT of them, or NULL; kept where the alias is */
};

struct kind;
extern const struct kind link_kind;

#endif
