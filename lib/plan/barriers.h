/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: foreign filters that block a tunnel. */
#ifndef SITCTL_PLAN_BARRIERS_H
#define SITCTL_PLAN_BARRIERS_H

#include "filters/flow.h"
#include "plan/plan.h"
#include "plan/points.h"
#include "plan/remedies.h"
#include "plan/world.h"

#define BARRIERS_MAX 16
#define BARRIER_TEXT 800

/* A foreign filter that blocks a tunnel. */
struct barred {
	struct barrier barrier;
	enum point point;	  /* for its outer packets; POINT_COUNT: for forwarded traffic */
	char what[80];		  /* what is dropped */
	char remedy[REMEDY_TEXT]; /* the commands that accept it; empty: a name in them could not be written */
};

struct barriers {
	struct barred items[BARRIERS_MAX];
	unsigned int n;
	bool unknown; /* there are more foreign rules than were read, and so perhaps more barriers */
};

/*
 * Where would a foreign filter drop what is forwarded for SCOPE, or its outer packets? Reads at most MOST rules
 * (FILTERS_GLANCE or FILTERS_THOROUGH), and changes none. 0, or a negative errno and ERR. And: describe one of them.
 */
int find_barriers(struct barriers *list, const struct world *w, const struct scope *scope, unsigned int most,
		  struct err *err);
void barrier_text(const struct barred *b, char *buf, size_t size);

/*
 * Add notes where a foreign filter would drop what is forwarded for SCOPE, or its outer packets:
 * each names the table, the chain and the commands that accept the traffic. No foreign rule is
 * changed. If there are too many to read them all, a note says that the result is not known.
 */
int warn_filters(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err);

#endif
