/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a network interface, and the kind "tunnel device". */
#ifndef SITCTL_KERNEL_LINK_H
#define SITCTL_KERNEL_LINK_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define ALIAS_SIZE 256 /* IFALIASZ (linux/if.h) */

/* Sysctls of net/ipv6/conf/NAME that come with the interface. */
enum link_conf { CONF_DISABLE_IPV6, CONF_ACCEPT_RA, CONF_FORWARDING, LINK_CONFS };

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

/* A network interface; for a sit one its tunnel parameters. */
struct link {
	char name[IFNAMSIZ];
	uint32_t index; /* 0: not known yet */
	char alias[ALIAS_SIZE];
	bool up; /* IFF_UP */
	uint32_t mtu;
	/* sit only */
	struct in_addr remote, local; /* 0: any */
	uint8_t ttl;		      /* 0: inherit */
	uint32_t underlay;	      /* ifindex the outer packets leave by, 0: by route */
	char underlay_name[IFNAMSIZ];
	/* as the kernel tells, never wanted */
	bool half_made; /* ours, but a kill or an error came between its creation and its alias */
	bool sit;
	uint8_t proto; /* inner protocol, IPPROTO_IPV6 or 0 (any) */
	bool pmtudisc;
	const char *odd; /* why it cannot be a tunnel of ours, or NULL */
	uint32_t group;
	uint32_t flags;
	uint32_t vrf; /* ifindex of the VRF it is in, 0: none */
	uint8_t operstate;
	uint64_t stats[STAT_COUNT];
	bool has_conf;
	int32_t conf[LINK_CONFS]; /* of one that a plan makes: when it was there */
};

struct kind;
extern const struct kind link_kind;

#endif
