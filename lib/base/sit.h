/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the values of a sit device that users can choose, in one struct for parameters and kernel attributes. */
#ifndef SITCTL_BASE_SIT_H
#define SITCTL_BASE_SIT_H

#include <netinet/in.h>
#include <stdint.h>

#define MTU_MIN 1280	  /* RFC 8200 section 5 */
#define MTU_MAX 65515	  /* 65535 less the IPv4 header */
#define SIT_TTL_INHERIT 0 /* of the inner packet (ipip6_tunnel_xmit(), net/ipv6/sit.c) */
#define SIT_TOS_INHERIT 1 /* the same */

/* Members of struct sit, and of the structs that include it: spec.remote is spec.sit.remote. */
#define SIT_VALUES                                                            \
	struct in_addr remote; /* 0: any */                                   \
	struct in_addr local;  /* 0: any */                                   \
	uint32_t mtu;	       /* 0 as a parameter: auto */                   \
	uint32_t fwmark;       /* of the outer packets, for policy routing */ \
	uint8_t ttl;	       /* of the outer packets, or SIT_TTL_INHERIT */ \
	uint8_t tos;	       /* of the outer packets, or SIT_TOS_INHERIT */

struct sit {
	SIT_VALUES
};

#endif
