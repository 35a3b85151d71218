/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the examination of one tunnel: what is examined, and what was found. */
#ifndef SITCTL_DOCTOR_EXAM_H
#define SITCTL_DOCTOR_EXAM_H

#include "base/err.h"
#include "base/loop.h"
#include "change/host.h"
#include "doctor/causes.h"
#include "doctor/watch.h"

#define EXAM_TEXT 900
#define EXAM_REMEDY 2048
#define EXAM_FINDINGS 24
#define EXAM_RESULTS 48
#define EXAM_WORDS 8
#define EXAM_WORD 320 /* "net/ipv6/conf/IFNAME/LEAF" with each byte quoted */

struct check;

struct finding {
	enum cause_id cause;
	char evidence[EXAM_TEXT]; /* what was seen */
	char remedy[EXAM_REMEDY]; /* the command that fixes it, or what to do */
	bool command;		  /* remedy is a shell command */
	bool harmless;		  /* a risk that appears to be dealt with: not a verdict */
};

enum outcome { OUTCOME_OK, OUTCOME_FAILED, OUTCOME_RISK, OUTCOME_SKIPPED };

/* A line of the checklist. */
struct result {
	const struct check *check;
	enum outcome outcome;
	char text[EXAM_TEXT];
};

/* The tunnel that is examined. */
struct subject {
	char name[64], dev[IFNAMSIZ];
	bool server;		 /* the far end is a peer of this host; else this host is the client */
	bool desired;		 /* configured in sitctl; else foreign, and read from the kernel */
	struct spec spec;	 /* effective */
	const struct link *link; /* NULL: it does not exist */
	struct in_addr remote;	 /* 0: none */
	struct path path;	 /* to remote */
	const struct link *underlay;
	struct in_addr local; /* source of the outer packets */
	bool has_inner, has_far;
	struct in6_addr inner, far; /* the addresses of this end and of the far end */
	bool has_source;
	struct in6_addr source; /* packets from it should go through the tunnel */
	uint32_t table;		/* of a foreign tunnel's default route to which a rule by source leads, or 0 */
	char uplink[IFNAMSIZ];	/* of a server */
	/* The command that restores the desired state. If it was truncated, it is too long for a remedy: never used. */
	char repair[EXAM_REMEDY + 1];
};

/* What the watches saw of the tunnel's own packets (reachability.c, vanished.c). */
struct sightings {
	unsigned int sent, received; /* protocol 41 on the underlay, to and from remote */
	bool echo_raw;		     /* our echo requests have the identifier echo_id */
	uint16_t echo_id;
	unsigned int answers, came_out; /* answers to our echo requests: on the underlay; out of the device */
	struct in_addr answers_to;	/* address of this host to which they came */
	uint32_t elsewhere;		/* ifindex of another interface on which some arrived, or 0 */
	unsigned int answers_elsewhere; /* how many */
	unsigned int tries;		/* echo requests given to the device, with or without success */
	uint64_t blocked_in, blocked_out, reverse_path_drops; /* the kernel's counters at the start */
	struct in_addr other_source; /* packets with the far end's inner address came from here */
	bool unreachable;	     /* an ICMP error about our packets */
	uint8_t code;
	struct in_addr router;
	bool too_big;	      /* ICMP fragmentation needed */
	uint32_t too_big_mtu; /* of IPv4 */
	bool answered4, answered6;
	unsigned int answer6_ms;
	bool answered_tcp; /* the target itself, by a handshake or a refusal */
	bool asked4, asked6;
	bool over;		   /* no more requests are sent */
	int refused;		   /* errno of sending into the tunnel */
	struct in6_addr forbidden; /* an inner source that is not the far end's */
	bool has_forbidden;
	struct in6_addr looped; /* destination of a packet from the peer that is the peer's own */
	bool has_looped;
};

struct exam {
	struct host *host;
	struct desired *desired; /* the desired state, and a foreign device that is examined */
	struct world world;
	struct subject subject;
	const char *prefix;	/* of commands: "sitctl ", with the namespace if one was given */
	const char *targets;	/* list of texts; it belongs to a spec that outlives the exam */
	unsigned int n_targets; /* 0: the far end */
	bool asked;		/* a target was given on the command line */
	bool admin, raw;	/* may read nf_tables, may watch packets */

	struct finding findings[EXAM_FINDINGS];
	unsigned int n_findings;
	struct result results[EXAM_RESULTS];
	unsigned int n_results;

	char words[EXAM_WORDS][EXAM_WORD];
	unsigned int n_words;

	/* of the current check */
	const struct check *check;
	unsigned int found_before;
	bool skipped;
	char text[EXAM_TEXT];

	int *descriptors; /* a list */
	unsigned int n_descriptors;
	struct loop loop;
	struct watch underlay, inside, uplink, everywhere;
	struct sightings seen;
	struct echo *echo;
	struct ttl_trial *ttl;
	struct guess *guess; /* of the far end's address */
	bool guessing;	     /* whether it is right is not yet known */
	struct mtu_search *mtu;
	struct loss *loss;	   /* or NULL */
	unsigned int unjudged;	   /* connections that are still to be judged */
	struct trial *trials;	   /* TCP: one for each target, or for the far end; or NULL */
	struct lookup *lookups;	   /* one for each target, or NULL */
	struct lookup *far_lookup; /* of the far end's name, or NULL */
	struct upstream *upstream;
	struct routed *routed;	 /* or NULL */
	uint64_t dropped_before; /* by the source filter */
};

/* For checks: record a cause, with its evidence as for printf(). Returns the finding, never NULL. */
struct finding *exam_found(struct exam *e, enum cause_id cause, const char *evidence, ...) PRINTF(3, 4);
/* The shell command or the advice that fixes it. If a command is too long, the remedy of the cause is used instead. */
void exam_command(struct finding *f, const char *command, ...) PRINTF(2, 3);
void exam_advice(struct finding *f, const char *advice, ...) PRINTF(2, 3);
/* What the check saw if all is well, and why it was skipped. A check that reports nothing counts as skipped. */
void exam_ok(struct exam *e, const char *text, ...) PRINTF(2, 3);
void exam_skip(struct exam *e, const char *why, ...) PRINTF(2, 3);

/*
 * For commands: NAME, or the sysctl key of LEAF for IFNAME (VERSION 4 or 6), quoted as one shell word, whatever bytes
 * the name contains. The last EXAM_WORDS results stay valid.
 */
const char *exam_word(struct exam *e, const char *name);
const char *exam_conf(struct exam *e, uint8_t version, const char *ifname, const char *leaf);

/* The name of the interface INDEX, for use in a text. */
const char *exam_ifname(const struct exam *e, uint32_t index);

/* Have exam_free() close the descriptor FD; a negative one is ignored. */
void exam_own(struct exam *e, int fd);

/* Has this cause been found? */
bool exam_has(const struct exam *e, enum cause_id cause);
/* Do the findings make it pointless to send packets through the tunnel? */
bool exam_hopeless(const struct exam *e);

/* Has anything been answered through the tunnel? */
bool exam_answered(const struct exam *e);

/* The command that restores the desired state; NULL for a foreign tunnel. */
const char *exam_repair(const struct exam *e);
/* Set the remedy of F: exam_repair() for a tunnel of sitctl, COMMAND for a foreign one. */
void exam_mend(const struct exam *e, struct finding *f, const char *command);
/* Close OUT, opened by fmemopen() for a command in BUF. BUF becomes "" if SIZE was too small for all of it. */
void exam_written(FILE *out, char *buf, size_t size);
/* Write exam_repair()'s command, with one parameter changed, to BUF. */
void exam_respell(const struct exam *e, const char *parameter, const char *value, char *buf, size_t size);

#endif
