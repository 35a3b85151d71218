/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the kinds of kernel object that sitctl makes, each with do, undo, print, JSON. */
#ifndef SITCTL_KIND_H
#define SITCTL_KIND_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <jansson.h>

#include "err.h"
#include "inet6.h"
#include "nl.h"

#define SITCTL_GROUP 41			      /* link group of our devices */
#define CONDEMNED_GROUPS UINT32_C(0x53000000) /* to 0x53ffffff: groups of devices about to be removed together */
#define SITCTL_PROTO 41			      /* route protocol, IFA_PROTO and NDA_PROTOCOL of what we make */
#define SITCTL_TABLE "sitctl"		      /* nf_tables table, family inet */

#define ADDR_PROTO 11 /* IFA_PROTO, which linux/if_addr.h has from 5.18 on */

#define ALIAS_SIZE 256	   /* IFALIASZ (linux/if.h) */
#define SYSCTL_KEY_SIZE 64 /* "net/ipv6/conf/" IFNAME "/force_forwarding" */
#define SYSCTL_VALUE_SIZE 32

enum kind_id { KIND_SYSCTL, KIND_NFT, KIND_LINK, KIND_ADDR, KIND_ROUTE, KIND_NEIGH, KIND_CONNTRACK, KIND_COUNT };

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

/* Was it about to be removed? It still is there where a kill came between. */
static inline bool link_condemned(const struct link *link)
{
	return (link->group & UINT32_C(0xff000000)) == CONDEMNED_GROUPS;
}

struct addr {
	char ifname[IFNAMSIZ];
	uint32_t index;
	struct net6 net;
	bool nodad;
	uint8_t proto; /* IFA_PROTO, 0 where there is none */
};

struct route {
	uint8_t type;	 /* RTN_UNICAST, RTN_UNREACHABLE */
	struct net6 dst; /* len 0: default */
	bool has_gateway;
	struct in6_addr gateway;
	char ifname[IFNAMSIZ];
	uint32_t index;
	uint32_t metric;
	bool append; /* beside another route of the same prefix and metric */
	/* as the kernel tells, never wanted */
	uint8_t proto;
	uint32_t table;
};

/* A proxy neighbour entry (NTF_PROXY). */
struct neigh {
	struct in6_addr addr;
	char ifname[IFNAMSIZ];
	uint32_t index;
	uint8_t proto; /* NDA_PROTOCOL */
};

struct sysctl {
	char key[SYSCTL_KEY_SIZE]; /* path below /proc/sys */
	char value[SYSCTL_VALUE_SIZE];
	char found[SYSCTL_VALUE_SIZE]; /* what came with a device that the plan made, or empty: not known */
};

/* The sets of the table `inet sitctl`; nftrules.c says what is in them. */
enum nft_set_id {
	SET_REMOTES,
	SET_PEERS,
	SET_CLIENTS,
	SET_ALLOWED,
	SET_FORBIDDEN,
	SET_DROPPED,
	SET_CLAMPED,
	SET_SECURED,
	SET_OPEN,
	SET_UNSOLICITED,
	SET_PASSED,
	SET_MASQUERADED,
	SET_COUNT
};

#define NFT_KEY_SIZE 40
#define NFT_COMMENT_SIZE 40 /* holds the name of a `nat pass` */

/* An element of a set; in an interval set from KEY to END, both included. */
struct nft_elem {
	enum nft_set_id set;
	uint8_t key[NFT_KEY_SIZE], end[NFT_KEY_SIZE];
	uint8_t data[4]; /* of a map: an IPv4 address */
	char comment[NFT_COMMENT_SIZE];
	uint64_t packets; /* its counter, as the kernel tells */
};

/*
 * Chains that are there only where an element needs them: a rule with `ct` or `dnat` switches
 * connection tracking on for the whole network namespace.
 */
enum nft_group { GROUP_ALWAYS, GROUP_SECURITY, GROUP_NAT, GROUP_COUNT };

/* The table `inet sitctl`: what is in its sets; all the rest follows from that. */
struct nft_table {
	bool exists;
	bool intact;		/* chains, rules and sets are those that this version makes */
	unsigned int groups;	/* bit I: the chains of group I are there */
	struct nft_elem *elems; /* sorted, no duplicates */
	size_t n, room;
};

/* An entry of connection tracking for protocol 41, by its original direction. Only ever removed. */
struct conntrack {
	struct in_addr source, destination;
	/* as the kernel tells */
	struct in_addr reply_source, reply_destination; /* what address translation made of it */
	bool replied;					/* packets of both directions are tracked */
	uint32_t timeout;				/* s until it ends, if nothing comes */
};

struct object {
	enum kind_id kind;
	union {
		struct link link;
		struct addr addr;
		struct route route;
		struct neigh neigh;
		struct sysctl sysctl;
		struct conntrack conntrack;
		struct nft_table nft; /* its array belongs to the plan */
	};
};

enum step_op { STEP_ADD, STEP_CHANGE, STEP_DEL };

struct step {
	enum step_op op;
	int phase;	    /* order in the plan */
	struct object was;  /* STEP_CHANGE, STEP_DEL */
	struct object want; /* STEP_ADD, STEP_CHANGE */
};

/* The two netlink conversations; the second opens when nf_tables is first needed. */
struct conversation {
	struct nl route;
	struct nl netfilter;
	uint32_t generation; /* of the nf_tables rules when they were last read, 0: never */
	enum { TRACKING_UNKNOWN, TRACKING_USED, TRACKING_UNUSED } tracking; /* has connection tracking any entry? */
	struct nl_batch batch;
};

struct kind {
	const char *name; /* in JSON and messages */
	/*
	 * One netlink message that does the step; several share a send. Undo is the same call on the
	 * inverted step (step_invert()). A kind that has run as well tells by single which steps are
	 * one message.
	 */
	void (*encode)(const struct step *step, struct nl_batch *batch);
	bool (*single)(const struct step *step);
	/* Does the step itself, in as many messages as it takes. 0 or negative errno. */
	int (*run)(struct conversation *c, struct step *step, struct err *err);
	/*
	 * Can the step be one of many that run_many does in fewer messages? All have one operation;
	 * DONE tells of each whether it changed the kernel, *REFUSED is the first that was refused.
	 */
	bool (*many)(const struct step *step);
	int (*run_many)(struct conversation *c, struct step *steps, size_t n, bool *done, size_t *refused,
			struct err *err);
	/* Adds what the kernel does not say to a refusal. May be NULL. */
	void (*explain)(struct conversation *c, const struct step *step, struct err *err);
	/* The commands, a line each, that do the same. */
	void (*print)(const struct step *step, FILE *out);
	/* The object as JSON. */
	json_t *(*json)(const struct object *object);
	/* A short name of the object for messages, in BUF. */
	void (*label)(const struct object *object, char *buf, size_t size);
};

extern const struct kind link_kind, addr_kind, route_kind, neigh_kind, sysctl_kind, nft_kind, conntrack_kind;
extern const struct kind *const kinds[KIND_COUNT];

int conversation_open(struct conversation *c, struct err *err);
void conversation_close(struct conversation *c);

/* The object a step is about: the wanted one, or for STEP_DEL the one that was. */
const struct object *step_object(const struct step *step);

/* A step that only remembers a value for an undo: neither printed nor told. */
bool step_silent(const struct step *step);

/* The step that takes STEP back. */
struct step step_invert(const struct step *step);

/* Print WORD so that a shell takes it literally, with quotes only where needed. */
void print_word(FILE *out, const char *word);
/* The same into BUF, SIZE bytes; returns BUF. */
const char *quote_word(const char *word, char *buf, size_t size);

extern const char *const link_conf_names[LINK_CONFS]; /* linkmsg.c */

/* linkmsg.c: RTM_GETLINK answers, also for the snapshot. 0 or negative errno. */
int link_decode(const struct nlmsghdr *nlh, struct link *link);

/* linkmsg.c: the VALUE of sysctl NAME that came with the interface; false where it is not known. */
bool link_conf(const struct link *link, const char *name, char value[SYSCTL_VALUE_SIZE]);

/* sysctl.c: the value of KEY in BUF, without newline. 0, -ENOENT, or another negative errno. */
int sysctl_read(const char *key, char *buf, size_t size);
int sysctl_write(const char *key, const char *value);

/*
 * conntrack.c: is there an entry one of whose directions is that of CT? 0 and *found, with CT as
 * the entry is, or a negative errno and ERR.
 */
int conntrack_find(struct conversation *c, struct conntrack *ct, bool *found, struct err *err);

/* nft.c: the table as the kernel has it. 0, also where there is none; or negative errno. */
int nft_load(struct conversation *c, struct nft_table *table, struct err *err);
bool nft_equal(const struct nft_table *a, const struct nft_table *b);

/* nftset.c: elements of a table. Adding: 0 or -ENOMEM; nft_sort() ends it. */
int nft_add_remote(struct nft_table *table, struct in_addr remote, struct err *err);
int nft_add_ifname(struct nft_table *table, enum nft_set_id set, const char *ifname, struct err *err);
int nft_add_range(struct nft_table *table, enum nft_set_id set, const char *ifname, const struct in6_addr *first,
		  const struct in6_addr *last, struct err *err);
int nft_add_elem(struct nft_table *table, const struct nft_elem *elem, struct err *err);

/* Append a field of LEN bytes to the key of ELEM, at *AT, from FIRST to LAST (concatenated as nf_tables does). */
void nft_put_field(struct nft_elem *elem, size_t *at, const void *first, const void *last, size_t len);
void nft_put_ifname(struct nft_elem *elem, size_t *at, const char *ifname);

/* Ends the adding: sorts, drops duplicates, finds the groups of chains that the elements need. */
void nft_sort(struct nft_table *table);

/* The element of TABLE that is like ELEM, or NULL; and two kinds of element to ask for. */
const struct nft_elem *nft_find(const struct nft_table *table, const struct nft_elem *elem);
bool nft_has_remote(const struct nft_table *table, struct in_addr remote);
const struct nft_elem *nft_find_ifname(const struct nft_table *table, enum nft_set_id set, const char *ifname);

#endif
