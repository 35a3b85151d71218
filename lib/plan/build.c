/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/build.h"
#include "plan/forwarding.h"
#include "plan/leftover.h"
#include "plan/nat.h"
#include "plan/nft.h"
#include "plan/tunnel.h"
#include "plan/wanted.h"
#include "state/snapshotfind.h"

/* A stable sort: steps of a phase keep the order of planning. */
static void sort_steps(struct plan *plan, struct step *to)
{
	size_t n = 0;

	for (int phase = PHASE_ACCEPT_RA; phase <= PHASE_RESTORE_ACCEPT_RA; phase++)
		for (size_t i = 0; i < plan->n; i++)
			if (plan->steps[i].phase == phase)
				to[n++] = plan->steps[i];
}

/* Look up the paths to all remotes, in few requests: there may be thousands of peers. */
static int load_paths(const struct world *w, struct path_query **paths, struct err *err)
{
	const struct desired *t = w->desired;

	*paths = calloc(t->n + !t->n, sizeof(**paths));
	if (!*paths)
		return err_sys(err, ENOMEM, "plan");
	for (size_t i = 0; i < t->n; i++) {
		const struct spec *spec = &t->tunnels[i].spec;
		const struct link *underlay = spec->underlay.at ? snapshot_link(w->s, name_text(spec->underlay)) : NULL;

		(*paths)[i].remote = spec->remote;
		(*paths)[i].local = desired_local(t, spec);
		(*paths)[i].mark = spec->fwmark;
		(*paths)[i].index = underlay ? underlay->index : 0;
	}
	return path_lookup_all(w->c, *paths, t->n, err);
}

/* The steps, in the order of planning. */
static int plan_steps(struct plan *plan, const struct world *w, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < w->desired->n; i++) {
		const struct spec *spec = &w->desired->tunnels[i].spec;
		struct spec effective;

		if (!in_scope(w->scope, spec->role, name_text(spec->name)))
			continue;
		effective = desired_effective(w->desired, spec);
		ret = spec->role == ROLE_NAT ? plan_passed(plan, w, spec, err) : plan_tunnel(plan, w, &effective, err);
	}
	if (!ret)
		ret = plan_leftover(plan, w, w->scope, err);
	if (!ret)
		ret = plan_unpassed(plan, w, w->scope, err);
	if (!ret)
		ret = plan_sysctls(plan, w, err);
	return ret ? ret : plan_nft(plan, w, err);
}

int plan_build(struct plan *plan, const struct world *of, const struct scope *scope, struct err *err)
{
	struct path_query *paths = NULL;
	struct world w = *of;
	struct step *sorted;
	int ret = 0;

	w.scope = scope;
	w.mode = forwarding_mode(w.j);
	memset(plan, 0, sizeof(*plan));
	if (scope->role == ROLE_SERVER) {
		ret = load_paths(&w, &paths, err);
		w.paths = paths;
	}
	if (!ret)
		ret = plan_steps(plan, &w, err);
	free(paths);
	if (ret || !plan->n)
		return ret;
	sorted = malloc(plan->n * sizeof(*sorted));
	if (!sorted)
		return err_sys(err, ENOMEM, "plan");
	sort_steps(plan, sorted);
	free(plan->steps);
	plan->steps = sorted;
	plan->room = plan->n;
	return 0;
}
