/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: strict parsing of single words: nothing is clipped, coerced or guessed. */
#ifndef SITCTL_BASE_PARSE_H
#define SITCTL_BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>
#include <netinet/in.h>

#include "base/inet6.h"

#define PEER_NAME_MAX 32      /* bytes, without the terminating zero */
#define HOST_NAME_MAX_LEN 253 /* RFC 1035 section 3.1, in text form */

/* Decimal digits only, between min and max. */
bool parse_u32(const char *word, uint32_t min, uint32_t max, uint32_t *out, const char **why);

/* The same of "0x" and hexadecimal digits. */
bool parse_hex(const char *word, uint32_t min, uint32_t max, uint32_t *out, const char **why);

/*
 * What the kernel's dev_valid_name() and dev_alloc_name() take literally (net/core/dev.c:
 * 1 to 15 bytes; '%' would be a template), less what is not printable text, and less "all" and
 * "default", on which IPv6 does not work (sysctl_dev_name_is_allowed(), net/ipv6/addrconf.c).
 */
bool parse_ifname(const char *word, const char **why);

/*
 * Why NAME, which an interface may have, is not taken from people, or NULL: bytes that are not ASCII steer terminals, or
 * look like others. A journal may have such a name, of an interface that somebody else made.
 */
const char *ifname_unfit(const char *name);

/* 1 to 32 of letters, digits, '-', '_', '.'; not "." or "..". */
bool parse_peer_name(const char *word, const char **why);

/* Dotted quad of a host: no network 0, loopback, multicast, broadcast. */
bool parse_ipv4_host(const char *word, struct in_addr *out, const char **why);

/* A host name by RFC 1123 section 2.1 that cannot be taken for an address. */
bool parse_host_name(const char *word, const char **why);

/* IPv6 unicast address that a tunnel end can have; no length. */
bool parse_ipv6_host(const char *word, struct in6_addr *out, const char **why);

/* ADDRESS[/LEN] of a host; LEN 1 to 128, default_len without one. */
bool parse_ipv6_net_host(const char *word, uint8_t default_len, struct net6 *out, const char **why);

/* PREFIX/LEN, no host bits set, LEN 1 to 128, unicast. */
bool parse_ipv6_prefix(const char *word, struct net6 *out, const char **why);

/* "on" or "off". */
bool parse_on_off(const char *word, bool *out, const char **why);

#endif
