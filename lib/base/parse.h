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

/* The same for "0x" and hexadecimal digits. */
bool parse_hex(const char *word, uint32_t min, uint32_t max, uint32_t *out, const char **why);

/*
 * A name that the kernel's dev_valid_name() and dev_alloc_name() accept literally (net/core/dev.c:
 * 1 to 15 bytes; '%' would be a template), except unprintable names, and except "all" and
 * "default", on which IPv6 does not work (sysctl_dev_name_is_allowed(), net/ipv6/addrconf.c).
 */
bool parse_ifname(const char *word, const char **why);

/*
 * Why NAME, which an interface may have, is not accepted from users, or NULL: bytes outside ASCII can control a
 * terminal, or look like other characters. A journal may contain such a name, of an interface that another program
 * made.
 */
const char *ifname_unfit(const char *name);

/* 1 to 32 letters, digits, '-', '_' and '.'; not "." or "..". */
bool parse_peer_name(const char *word, const char **why);

/* Dotted quad of a host: not in 0.0.0.0/8, nor loopback, multicast or broadcast. */
bool parse_ipv4_host(const char *word, struct in_addr *out, const char **why);

/* A host name (RFC 1123 section 2.1) that cannot be mistaken for an address. */
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
