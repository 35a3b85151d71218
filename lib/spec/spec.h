/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the user wants of one tunnel, as plain values. */
#ifndef SITCTL_SPEC_SPEC_H
#define SITCTL_SPEC_SPEC_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/inet6.h"
#include "base/name.h"
#include "base/parse.h"
#include "base/sit.h"
#include "spec/allow.h"
#include "spec/mode.h"
#include "spec/role.h"

#define VALUE_TEXT 320 /* bytes of a value as text, a host name and an address at most */

#define METRIC_DEFAULT 1024 /* IP6_RT_PRIO_USER */

enum gateway_mode { GATEWAY_AUTO, GATEWAY_NONE, GATEWAY_ADDRESS };
enum proxy_ndp { PROXY_NDP_AUTO, PROXY_NDP_ON, PROXY_NDP_OFF };

struct prefix {
	struct net6 net;
	struct name ifname; /* client: the LAN interface, or empty */
};

/*
 * A client tunnel, a server's peer, the server itself with the peers' defaults, or what this host's NAT passes on. Pointers
 * are lists (base/list.h): a copy by `=` borrows them, for as long as the other one is there and unchanged; who keeps or
 * changes a copy makes it by spec_copy(), and ends it with spec_free().
 */
struct spec {
	enum role role;
	enum mode_id mode;
	struct name name; /* client: the device; server: empty */
	uint64_t set;	  /* bit I: row I of the table was given */

	union {
		struct {
			SIT_VALUES
		};
		struct sit sit; /* the same: what the tunnel device has of it */
	};
	char *host; /* `remote` as a name, or NULL */
	struct net6 *addresses;
	struct prefix *prefixes;
	struct allow *allows; /* client */
	char *targets;	      /* client: texts, names or addresses for the doctor */
	unsigned int n_addresses, n_prefixes, n_allows, n_targets;
	bool has_server_address;
	struct in6_addr server_address;
	enum gateway_mode gateway_mode;
	struct in6_addr gateway;
	uint32_t metric;
	enum proxy_ndp proxy_ndp;
	struct name uplink;   /* server */
	struct name dev;      /* the tunnel device */
	struct name underlay; /* client, NAT: what the outer packets leave by, or empty */
	bool notrack;
	bool mss_clamp;
	bool source_filter;
	bool simple_security; /* client */
	struct in_addr to;    /* NAT: the inside host; underlay is the outside interface */
	struct name inside;   /* NAT: the interface behind which it is, or empty */
};

/* Defaults of ROLE, with NAME checked as the role needs it. 0, or -EINVAL and ERR. */
int spec_init(struct spec *spec, enum role role, const char *name, struct err *err);

/* TO, which holds nothing, becomes a copy to keep and to change. */
void spec_copy(struct spec *to, const struct spec *from);

/* Give up its lists. An empty one stays. */
void spec_free(struct spec *spec);

/* Are the two alike in every parameter, and in which of them were given? */
bool spec_equal(const struct spec *a, const struct spec *b);

/* Was the parameter given? */
bool spec_given(const struct spec *spec, const char *name);

/* Note that all parameters of its role were read from the kernel. */
void spec_observed(struct spec *spec);

/*
 * Take `PARAMETER VALUE` words into SPEC: each known, each once unless it repeats. A repeating
 * one replaces what SPEC had of it before. 0, or -EINVAL and ERR. The recorded words of a journal
 * may be internal ones as well.
 */
int spec_words(struct spec *spec, int n, char *const words[], struct err *err);
int spec_recorded_words(struct spec *spec, int n, char *const words[], struct err *err);

/* The same for words that come one after another: SEEN, 0 at first, remembers which came. */
int spec_more_words(struct spec *spec, int n, char *const words[], uint64_t *seen, struct err *err);

/* Are the required ones there? 0, or -EINVAL and ERR. And: take one for given, though its value was wrong. */
int spec_check_required(const struct spec *spec, struct err *err);
void spec_set_given(struct spec *spec, const char *name);

/* What one value alone cannot tell: required ones are there, they fit each other. As above. */
int spec_check(struct spec *spec, struct err *err);

/* The peer with the server's defaults for what it does not say itself. It borrows the peer's lists. */
struct spec spec_effective(const struct spec *peer, const struct spec *server);

/* Write the parameters that were given as `NAME VALUE` words in one line, with those internal ones if asked. */
void spec_print(const struct spec *spec, bool internal, FILE *out);

/* The command that makes SPEC, without the program's name, quoted for a shell. */
void spec_command(const struct spec *spec, FILE *out);

/* Its first address; ::/0 where it has none, as a device that was read from the kernel. */
const struct net6 *spec_first(const struct spec *spec);

/* Has the client a LAN behind it, the peer an address or prefix with ADDR in it? */
bool spec_has_lan(const struct spec *spec);
bool spec_has_addr(const struct spec *spec, const struct in6_addr *addr);

#endif
