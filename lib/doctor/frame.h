/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: decode a packet that was seen on an interface, as far as the doctor needs it. */
#ifndef SITCTL_DOCTOR_FRAME_H
#define SITCTL_DOCTOR_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>

#define FRAME_FIN 0x01
#define FRAME_SYN 0x02
#define FRAME_RST 0x04
#define FRAME_ACK 0x10

struct frame {
	/* the outer packet, if it is IPv4 */
	bool v4;
	struct in_addr source4, dest4;
	uint8_t proto4;
	/* an ICMP error about a packet of protocol quoted_proto */
	bool error4;
	uint8_t type4, code4;
	struct in_addr quoted_source, quoted_dest;
	uint8_t quoted_proto;
	uint16_t mtu4; /* of fragmentation needed; 0: not given */
	/* the IPv6 packet, alone or in protocol 41 */
	bool v6;
	struct in6_addr source, dest;
	uint8_t proto; /* after hop-by-hop, routing and destination options; 44: not the first fragment */
	/* ICMPv6 */
	uint8_t type, code;
	uint16_t echo_id, echo_seq;
	uint32_t mtu;		/* of packet too big */
	struct in6_addr target; /* of a neighbour solicitation or advertisement */
	/* TCP */
	bool tcp;
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint8_t flags;
	size_t payload; /* bytes, according to the IPv6 header */
	bool whole;	/* all of it was captured, so the checksum can be verified */
	bool checksum_right;
};

/*
 * Decode LEN bytes that begin with the network header; VERSION is 4 or 6. A truncated packet is decoded as far as it
 * goes. Returns false if the network header is incomplete or wrong. RFC 791, 792, 8200, 4443, 4861, 9293; RFC 4213
 * section 3.
 */
bool frame_decode(const uint8_t *data, size_t len, int version, struct frame *out);

/* The RFC 1071 checksum of an IPv6 payload of protocol PROTO with its pseudo-header: 0 if its checksum is right. */
uint16_t frame_sum6(const struct in6_addr *source, const struct in6_addr *dest, uint8_t proto, const uint8_t *data,
		    size_t len);

#endif
