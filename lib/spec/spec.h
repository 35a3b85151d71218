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
#include "base/parse.h"
#include "spec/allow.h"

#define ADDRESSES_MAX 16    /* `address` of one tunnel */
#define PREFIXES_MAX 64	    /* `prefix` of one tunnel */
#define ALLOWS_MAX 32	    /* `allow` of one client */
#define TARGETS_MAX 4	    /* `target` of one client */
#define VALUE_TEXT 320	    /* bytes of a value as text, a host name and an address at most */
#define MTU_MIN 1280	    /* RFC 8200 section 5 */
#define MTU_MAX 65515	    /* 65535 less the IPv4 header */
#define METRIC_DEFAULT 1024 /* IP6_RT_PRIO_USER */

/* Bits: a parameter can belong to several. */
enum role { ROLE_CLIENT = 1, ROLE_SERVER = 2, ROLE_PEER = 4, ROLE_NAT = 8 };

/* The object of the command line, and what one of them is called in messages. */
const char *role_object(enum role role);
const char *role_noun(enum role role);

enum gateway_mode { GATEWAY_AUTO, GATEWAY_NONE, GATEWAY_ADDRESS };
enum proxy_ndp { PROXY_NDP_AUTO, PROXY_NDP_ON, PROXY_NDP_OFF };

struct prefix {
	struct net6 net;
	char ifname[IFNAMSIZ]; /* client: the LAN interface, or empty */
};

/* A client tunnel, a server's peer, the server itself with the peers' defaults, or what this host's NAT passes on. */
struct spec {
	enum role role;
	char name[PEER_NAME_MAX + 1]; /* client: the device; server: empty */
	uint32_t set;		      /* bit I: row I of the table was given */

	char host[HOST_NAME_MAX_LEN + 1]; /* `remote` as a name, or empty */
	struct in_addr remote;
	struct in_addr local; /* 0: any */
	unsigned int n_addresses;
	struct net6 addresses[ADDRESSES_MAX];
	bool has_server_address;
	struct in6_addr server_address;
	enum gateway_mode gateway_mode;
	struct in6_addr gateway;
	uint32_t metric;
	unsigned int n_prefixes;
	struct prefix prefixes[PREFIXES_MAX];
	enum proxy_ndp proxy_ndp;
	char uplink[IFNAMSIZ];	 /* server */
	char dev[IFNAMSIZ];	 /* the tunnel device */
	char underlay[IFNAMSIZ]; /* client, NAT: what the outer packets leave by, or empty */
	uint8_t ttl;		 /* 0: inherit */
	uint32_t mtu;		 /* 0: auto */
	bool notrack;
	bool mss_clamp;
	bool source_filter;
	bool simple_security; /* client */
	unsigned int n_allows;
	struct allow allows[ALLOWS_MAX];
	unsigned int n_targets;
	char targets[TARGETS_MAX][HOST_NAME_MAX_LEN + 1]; /* client: names or addresses, for the doctor */
	struct in_addr to;				  /* NAT: the inside host; underlay is the outside interface */
	char inside[IFNAMSIZ];				  /* NAT: the interface behind which it is, or empty */
};

/* Was the parameter given? */
bool spec_given(const struct spec *spec, const char *name);

/* Note that all parameters of its role were read from the kernel. */
void spec_observed(struct spec *spec);

/* Defaults of ROLE, with NAME checked as the role needs it. 0, or -EINVAL and ERR. */
int spec_init(struct spec *spec, enum role role, const char *name, struct err *err);

/*
 * Take `PARAMETER VALUE` words into SPEC: each known, each once unless it repeats. A repeating
 * one replaces what SPEC had of it before. 0, or -EINVAL and ERR. The recorded words of a journal
 * may be internal ones as well.
 */
int spec_words(struct spec *spec, int n, char *const words[], struct err *err);
int spec_recorded_words(struct spec *spec, int n, char *const words[], struct err *err);

/* The same for words that come one after another: SEEN, 0 at first, remembers which came. */
int spec_more_words(struct spec *spec, int n, char *const words[], uint32_t *seen, struct err *err);

/* Are the required ones there? 0, or -EINVAL and ERR. And: take one for given, though its value was wrong. */
int spec_check_required(const struct spec *spec, struct err *err);
void spec_set_given(struct spec *spec, const char *name);

/* What one value alone cannot tell: required ones are there, they fit each other. As above. */
int spec_check(struct spec *spec, struct err *err);

/* The peer with the server's defaults for what it does not say itself. */
struct spec spec_effective(const struct spec *peer, const struct spec *server);

/* The parameters that were given as `NAME VALUE` words in one line, in BUF, with those internal ones if asked. */
void spec_text(const struct spec *spec, bool internal, char *buf, size_t size);

/* The command that tells SPEC, without the program's name, quoted for a shell. */
void spec_command(const struct spec *spec, FILE *out);

/* Has the client a LAN behind it, the peer an address or prefix with ADDR in it? */
bool spec_has_lan(const struct spec *spec);
bool spec_has_addr(const struct spec *spec, const struct in6_addr *addr);

#endif
