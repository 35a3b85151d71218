/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the examination of one tunnel: who is examined, and what was found. */
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

struct finding {
	enum cause_id cause;
	char evidence[EXAM_TEXT]; /* what was seen */
	char remedy[EXAM_REMEDY]; /* the command that mends it, or what to do */
	bool command;		  /* remedy is for a shell */
	bool harmless;		  /* a risk that was dealt with, as far as can be seen: no verdict */
};

enum outcome { OUTCOME_OK, OUTCOME_FAILED, OUTCOME_RISK, OUTCOME_SKIPPED };

/* A line of the checklist. */
struct result {
	const char *check;
	enum outcome outcome;
	char text[EXAM_TEXT];
};

/* The tunnel that is examined. */
struct subject {
	char name[64], dev[IFNAMSIZ];
	bool server;		 /* its far end is a peer of this host, else this host is the client */
	bool desired;		 /* by sitctl; else it is somebody else's, read from the kernel */
	struct spec spec;	 /* effective */
	const struct link *link; /* NULL: it is not there */
	struct in_addr remote;	 /* 0: none */
	struct path path;	 /* to remote */
	const struct link *underlay;
	struct in_addr local; /* that the outer packets leave with */
	bool has_inner, has_far;
	struct in6_addr inner, far; /* this end's address and the other's */
	bool has_source;
	struct in6_addr source; /* what is sent from it shall go through the tunnel */
	uint32_t table;	       /* of the default route of somebody else's tunnel that a rule by source leads to, or 0 */
	char uplink[IFNAMSIZ]; /* server */
	/* The command that brings it to what is desired. What is cut off is too long for a remedy, so that none takes it. */
	char repair[EXAM_REMEDY + 1];
};

/* What the watches saw of the tunnel's own packets (echo.c). */
struct sightings {
	unsigned int sent, received; /* protocol 41 on the underlay, to and from remote */
	bool echo_raw;		     /* echos of ours have the identifier echo_id */
	uint16_t echo_id;
	unsigned int answers, came_out; /* to our echos, on the underlay; and that came out of the device */
	struct in_addr answers_to;	/* this host's address that they came to */
	uint32_t elsewhere;		/* ifindex of another interface on which some came, or 0 */
	unsigned int answers_elsewhere; /* how many */
	unsigned int tries;		/* echos that were given to the device, whatever came of it */
	uint64_t blocked_in, blocked_out, reverse_path_drops; /* the kernel's counters, before */
	struct in_addr other_source;			      /* the inner address of the far end came from here */
	bool unreachable;				      /* ICMP about our packets */
	uint8_t code;
	struct in_addr router;
	bool too_big;	      /* ICMP fragmentation needed */
	uint32_t too_big_mtu; /* of IPv4 */
	bool answered4, answered6;
	unsigned int answer6_ms;
	bool answered_tcp; /* the target itself, by a handshake or a refusal */
	bool asked4, asked6;
	bool over;		   /* nothing more is asked */
	int refused;		   /* errno of sending into the tunnel */
	struct in6_addr forbidden; /* an inner source that is not the far end's */
	bool has_forbidden;
	struct in6_addr looped; /* an address of the peer's for which a packet came from the peer */
	bool has_looped;
};

struct exam {
	struct host *host;
	struct desired *desired; /* what shall be, and a device of somebody else that is examined */
	struct world world;
	struct subject subject;
	const char *prefix;	/* of commands: "sitctl ", with the namespace where one was given */
	const char *targets;	/* texts, of a spec that stays */
	unsigned int n_targets; /* 0: the far end */
	bool asked;		/* for this one target, not for the tunnel's own ones */
	bool admin, raw;	/* may read nf_tables, may watch packets */

	struct finding findings[EXAM_FINDINGS];
	unsigned int n_findings;
	struct result results[EXAM_RESULTS];
	unsigned int n_results;

	char words[EXAM_WORDS][EXAM_WORD];
	unsigned int n_words;

	/* of the check that runs */
	const char *check;
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
	bool guessing;	     /* it is not known yet whether that is right */
	struct mtu_search *mtu;
	struct loss *loss;	   /* or NULL */
	unsigned int unjudged;	   /* connections of which it is still to be seen what gets lost */
	struct trial *trials;	   /* TCP: one for each target, or for the far end; or NULL */
	struct lookup *lookups;	   /* one for each target, or NULL */
	struct lookup *far_lookup; /* of the far end's name, or NULL */
	struct upstream *upstream;
	struct routed *routed;	 /* or NULL */
	uint64_t dropped_before; /* by the source filter */
};

/* For checks: a cause that was found, its evidence as in printf(); returns it, never NULL. */
struct finding *exam_found(struct exam *e, enum cause_id cause, const char *evidence, ...) PRINTF(3, 4);
/* The shell command, or the advice, that mends it. Of a command that is too long the text of the cause is left. */
void exam_command(struct finding *f, const char *command, ...) PRINTF(2, 3);
void exam_advice(struct finding *f, const char *advice, ...) PRINTF(2, 3);
/* What the check saw where all is well, and why it could not look. A check that says neither could not look. */
void exam_ok(struct exam *e, const char *text, ...) PRINTF(2, 3);
void exam_skip(struct exam *e, const char *why, ...) PRINTF(2, 3);

/*
 * For commands: NAME, or the key of a sysctl of IFNAME (VERSION 4 or 6), as one word of a shell, whatever the name of an interface
 * is made of. The last EXAM_WORDS of them are kept.
 */
const char *exam_word(struct exam *e, const char *name);
const char *exam_conf(struct exam *e, uint8_t version, const char *ifname, const char *leaf);

/* The name of the interface INDEX, for a text. */
const char *exam_ifname(const struct exam *e, uint32_t index);

/* Have the descriptor FD (not negative) closed by exam_free(). */
void exam_own(struct exam *e, int fd);

/* Was this cause found already? */
bool exam_has(const struct exam *e, enum cause_id cause);
/* Is something found that makes it pointless to send packets through the tunnel? */
bool exam_hopeless(const struct exam *e);

/* Has anything been answered through the tunnel? */
bool exam_answered(const struct exam *e);

/* The command that mends what is desired; or for a foreign tunnel NULL. */
const char *exam_repair(const struct exam *e);
/* The remedy of what sitctl made is to make it again; of anything else COMMAND. */
void exam_mend(const struct exam *e, struct finding *f, const char *command);
/* End OUT, which fmemopen() opened for a command in BUF: "" where SIZE was too little, since a part of it is another one. */
void exam_written(FILE *out, char *buf, size_t size);
/* The command that mends, with one parameter changed, in BUF. */
void exam_respell(const struct exam *e, const char *parameter, const char *value, char *buf, size_t size);

#endif
