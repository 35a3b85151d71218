/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: filters of somebody else in the way of a tunnel. */
#ifndef SITCTL_PLAN_BARRIERS_H
#define SITCTL_PLAN_BARRIERS_H

#include "filters/flow.h"
#include "plan/plan.h"
#include "plan/points.h"
#include "plan/remedies.h"
#include "plan/world.h"

#define BARRIERS_MAX 16
#define BARRIER_TEXT 800

/* A filter of somebody else in the way of a tunnel. */
struct barred {
	struct barrier barrier;
	enum point point;	  /* of its outer packets; POINT_COUNT: of what is forwarded */
	char what[80];		  /* what is dropped */
	char remedy[REMEDY_TEXT]; /* the commands that let it pass; empty: a name in it cannot be written in one */
};

struct barriers {
	struct barred items[BARRIERS_MAX];
	unsigned int n;
	bool unknown; /* others have more rules than were looked at: there may be more barriers */
};

/*
 * Where would somebody else's filter drop what is forwarded for SCOPE, or its outer packets? At most MOST
 * of their rules are read (FILTERS_GLANCE or FILTERS_THOROUGH). Nothing of theirs is changed. 0, or a negative errno and ERR. And one of them in words.
 */
int find_barriers(struct barriers *list, const struct world *w, const struct scope *scope, unsigned int most,
		  struct err *err);
void barrier_text(const struct barred *b, char *buf, size_t size);

/*
 * Notes where a filter of somebody else would drop what is forwarded for SCOPE, or its outer
 * packets: each names the table, the chain and the commands that let it pass. Nothing of theirs
 * is changed. Where they are too many to look at in passing, a note says that it is not known.
 */
int warn_filters(struct plan *plan, const struct world *w, const struct scope *scope, struct err *err);

#endif
