/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the points in this host at which a foreign filter may drop a tunnel's packets. */
#ifndef SITCTL_PLAN_POINTS_H
#define SITCTL_PLAN_POINTS_H

#include "filters/filters.h"
#include "plan/world.h"

/* In the order in which an answer meets them, first the outer packet, then the inner one; then a request. */
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
	struct in_addr remote, local;	    /* local 0: not known */
	const struct in6_addr *inner, *far; /* this end's address in the tunnel and the other's, or NULL */
	bool notrack;
};

/* Set END to the interface IFNAME ("": this host itself) and the address at ADDR, LEN bytes (NULL: any). */
void flow_end(const struct world *w, struct flow_end *end, const char *ifname, const void *addr, size_t len);

/*
 * Does a foreign filter drop P's packets at POINT? At an inner point, the packet is an echo reply, or a request. 0 and
 * *FOUND with O, or a negative errno and ERR.
 */
int point_barrier(struct filters *f, const struct world *w, const struct passing *p, enum point point,
		  struct barrier *o, bool *found, struct err *err);

/* What is dropped, in words; and the commands that accept it, or "" if a name cannot be written in one. */
void point_text(const struct passing *p, enum point point, char *buf, size_t size);
void point_remedy(const struct passing *p, enum point point, const struct barrier *o, char *buf, size_t size);

#endif
