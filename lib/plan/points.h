/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the points of this host at which a filter of somebody else may drop a tunnel's packets. */
#ifndef SITCTL_PLAN_POINTS_H
#define SITCTL_PLAN_POINTS_H

#include "filters/filters.h"
#include "plan/world.h"

/* In the order in which an answer meets them: the outer packet, then what is in it; then a question. */
enum point {
	POINT_OUTER_INGRESS,
	POINT_OUTER_PREROUTING,
	POINT_OUTER_INPUT,
	POINT_INNER_INGRESS,
	POINT_INNER_PREROUTING,
	POINT_INNER_INPUT,
	POINT_INNER_OUTPUT,
	POINT_INNER_POSTROUTING,
	POINT_INNER_EGRESS,
	POINT_OUTER_OUTPUT,
	POINT_OUTER_POSTROUTING,
	POINT_OUTER_EGRESS,
	POINT_COUNT
};

/* A tunnel as filters see it. */
struct passing {
	const char *dev, *underlay;
	struct in_addr remote, local;	    /* of local 0: not known */
	const struct in6_addr *inner, *far; /* this end's address in the tunnel and the other's, or NULL */
	bool notrack;
};

/* END is at the interface IFNAME, "" for this host itself, and has the address at ADDR of LEN bytes, or NULL: any. */
void flow_end(const struct world *w, struct flow_end *end, const char *ifname, const void *addr, size_t len);

/*
 * Does a filter of somebody else drop P's packets at POINT? For an inner one: an answer to an echo, or a question. 0 and
 * *FOUND with O, or a negative errno and ERR.
 */
int point_barrier(struct filters *f, const struct world *w, const struct passing *p, enum point point,
		  struct barrier *o, bool *found, struct err *err);

/* What it drops, in words, and the commands that let it pass, or nothing where a name cannot be written in one. */
void point_text(const struct passing *p, enum point point, char *buf, size_t size);
void point_remedy(const struct passing *p, enum point point, const struct barrier *o, char *buf, size_t size);

#endif
