/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: arithmetic and classes of IPv6 and IPv4 addresses. */
#ifndef SITCTL_BASE_INET6_H
#define SITCTL_BASE_INET6_H

#include <stdbool.h>
#include <stdint.h>
#include <netinet/in.h>

#define NET6_TEXT 50 /* bytes for "ADDRESS/LEN" and the terminating zero */

struct net6 {
	struct in6_addr addr;
	uint8_t len;
};

/* Text of NET in BUF (NET6_TEXT bytes), RFC 5952 form. Returns BUF. */
const char *net6_text(const struct net6 *net, char *buf);
const char *addr6_text(const struct in6_addr *addr, char *buf);
const char *addr4_text(struct in_addr addr, char *buf);

bool addr6_equal(const struct in6_addr *a, const struct in6_addr *b);
bool net6_equal(const struct net6 *a, const struct net6 *b);

/* NET's address with the bits after its length cleared. */
struct in6_addr net6_base(const struct net6 *net);

/* NET with all host bits set: its last address. */
struct in6_addr net6_last(const struct net6 *net);

/* Is ADDR inside NET? */
bool net6_contains(const struct net6 *net, const struct in6_addr *addr);

/* Do the two have an address in common? */
bool net6_overlap(const struct net6 *a, const struct net6 *b);

/* The N-th address of NET (0 is its base). */
struct in6_addr net6_nth(const struct net6 *net, uint32_t n);

/* The only address of NET, or the one after its base, which is the Subnet-Router anycast address (RFC 4291, 2.6.1). */
struct in6_addr net6_first(const struct net6 *net);

/* The other address of the /127 that ADDR is in (RFC 6164). */
struct in6_addr addr6_other_half(const struct in6_addr *addr);

/*
 * Is ADDR one that SHOULD NOT be assigned (RFC 6164 section 6): its interface identifier is
 * all zeros (Subnet-Router anycast) or among the highest 128 (reserved anycast)?
 */
bool addr6_reserved_anycast(const struct in6_addr *addr);

/* Why ADDR cannot be the address of a tunnel's end, or NULL if it can (RFC 4291, RFC 6890). */
const char *addr6_not_host(const struct in6_addr *addr);

/* Why ADDR cannot be the outer address of a tunnel, or NULL if it can (RFC 6890). */
const char *addr4_not_host(struct in_addr addr);

/*
 * Why ADDR cannot be a tunnel's far end, or NULL if it can: in addition to the above, addresses that RFC 6890 calls not
 * forwardable or reserved, and the 6to4 anycast relays (RFC 7526). Private and shared addresses, and those for
 * benchmarking (198.18.0.0/15) and documentation, are accepted.
 */
const char *addr4_not_far_end(struct in_addr addr);

/* The first address of the network of LEN bits that ADDR is in. */
struct in_addr addr4_base(struct in_addr addr, uint8_t len);

/* "private (RFC 1918)" or "shared (RFC 6598)" if hosts with ADDR are behind a NAT, else NULL. */
const char *addr4_behind_nat(struct in_addr addr);

#endif
