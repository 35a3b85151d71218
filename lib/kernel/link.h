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

/* Sysctls of net/ipv6/conf/NAME that the kernel reports with the interface. */
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

/* A network interface; for a sit device also the values of its tunnel. */
struct link {
	char name[IFNAMSIZ];
	const char *alias; /* "" if there is none; owned by what holds the link: a snapshot, a plan, an answer */
	union {
		struct {
			SIT_VALUES /* only of sit devices, except the MTU */
		};
		struct sit sit;
	};
	uint32_t index;	   /* 0: not known yet */
	uint32_t underlay; /* ifindex through which the outer packets leave; 0: by route */
	char underlay_name[IFNAMSIZ];
	uint8_t proto;	  /* inner protocol, IPPROTO_IPV6 or 0 (any) */
	uint8_t pmtudisc; /* 0 or 1 */
	bool up;	  /* IFF_UP */
	/* as the kernel reports, never wanted */
	bool half_made; /* ours, but a kill or an error prevented setting its alias after its creation */
	bool is_sit;
	bool is_vpn; /* virtual: what it sends is carried in other packets, or by a program */
	bool has_conf;
	uint8_t operstate;
	int32_t conf[LINK_CONFS]; /* of a device that a plan creates: just after its creation */
	uint32_t group, flags;
	uint32_t vrf;	       /* ifindex of its VRF, 0: none */
	const char *odd;       /* why it cannot be a tunnel of ours, or NULL */
	const uint64_t *stats; /* STAT_COUNT of them, or NULL; owned like the alias */
};

struct kind;
extern const struct kind link_kind;

#endif
