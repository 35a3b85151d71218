/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the user wants for one tunnel, as plain values. */
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

#define VALUE_TEXT 320 /* bytes of a value as text: at most a host name and an address */

#define METRIC_DEFAULT 1024 /* IP6_RT_PRIO_USER */

enum gateway_mode { GATEWAY_AUTO, GATEWAY_NONE, GATEWAY_ADDRESS };
enum proxy_ndp { PROXY_NDP_AUTO, PROXY_NDP_ON, PROXY_NDP_OFF };

struct prefix {
	struct net6 net;
	struct name ifname; /* client: the LAN interface, or empty */
};

/*
 * A client tunnel, a server's peer, the server itself with the peers' defaults, or what this host's NAT passes on.
 * Pointers are lists (base/list.h): a copy by `=` borrows them for as long as the original exists unchanged. To keep or
 * change a copy, make it with spec_copy() and free it with spec_free().
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
		struct sit sit; /* the same: the values of the tunnel device */
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
	struct name underlay; /* client, NAT: the outgoing interface of the outer packets, or empty */
	bool notrack;
	bool mss_clamp;
	bool source_filter;
	bool simple_security; /* client */
	struct in_addr to;    /* NAT: the inside host; underlay is the outside interface */
	struct name inside;   /* NAT: the interface to the inside host, or empty */
};

/* Set the defaults of ROLE, and check NAME as the role requires. 0, or -EINVAL and ERR. */
int spec_init(struct spec *spec, enum role role, const char *name, struct err *err);

/* Make TO, which is empty, a copy that may be kept and changed. */
void spec_copy(struct spec *to, const struct spec *from);

/* Free its lists, and leave it empty. */
void spec_free(struct spec *spec);

/* Are the two equal in every parameter, and in which parameters were given? */
bool spec_equal(const struct spec *a, const struct spec *b);

/* Was the parameter given? */
bool spec_given(const struct spec *spec, const char *name);

/* Note that all parameters of its role were read from the kernel. */
void spec_observed(struct spec *spec);

/*
 * Read `PARAMETER VALUE` words into SPEC: each must be known, and given once unless it repeats. A
 * repeating one replaces the previous values in SPEC. 0, or -EINVAL and ERR. The recorded words of
 * a journal may include internal ones.
 */
int spec_words(struct spec *spec, int n, char *const words[], struct err *err);
int spec_recorded_words(struct spec *spec, int n, char *const words[], struct err *err);

/* The same for words that arrive one at a time: SEEN, 0 at first, records which ones came. */
int spec_more_words(struct spec *spec, int n, char *const words[], uint64_t *seen, struct err *err);

/* Were the required ones given? 0, or -EINVAL and ERR. And: count one as given although its value was wrong. */
int spec_check_required(const struct spec *spec, struct err *err);
void spec_set_given(struct spec *spec, const char *name);

/* Check what no single value shows: required ones were given, and they fit together. As above. */
int spec_check(struct spec *spec, struct err *err);

/* The peer, with the server's defaults for what it does not give itself. Borrows the peer's lists. */
struct spec spec_effective(const struct spec *peer, const struct spec *server);

/* Print the parameters that were given as `NAME VALUE` words on one line, with INTERNAL the internal ones too. */
void spec_print(const struct spec *spec, bool internal, FILE *out);

/* Print the command that creates SPEC, without the program's name, quoted for a shell. */
void spec_command(const struct spec *spec, FILE *out);

/* Its first address; ::/0 if it has none, as may be the case for a device that was read from the kernel. */
const struct net6 *spec_first(const struct spec *spec);

/* Does the client have a LAN behind it; does the peer have an address or prefix that contains ADDR? */
bool spec_has_lan(const struct spec *spec);
bool spec_has_addr(const struct spec *spec, const struct in6_addr *addr);

#endif
