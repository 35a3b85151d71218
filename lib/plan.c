/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "want.h"

int plan_step(struct plan *plan, enum step_op op, enum phase phase, const struct object *was, const struct object *want,
	      struct err *err)
{
	struct step *step;

	if (plan->n == plan->room) {
		size_t room = plan->room ? 2 * plan->room : 32;
		struct step *grown = realloc(plan->steps, room * sizeof(*grown));

		if (!grown)
			return err_sys(err, ENOMEM, "plan");
		plan->steps = grown;
		plan->room = room;
	}
	step = &plan->steps[plan->n++];
	memset(step, 0, sizeof(*step));
	step->op = op;
	step->phase = phase;
	if (was)
		step->was = *was;
	if (want)
		step->want = *want;
	return 0;
}

int plan_conntrack_del(struct plan *plan, enum phase phase, const struct conntrack *ct, struct err *err)
{
	struct object was = { .kind = KIND_CONNTRACK, .conntrack = *ct };

	for (size_t i = 0; i < plan->n; i++) {
		const struct object *o = &plan->steps[i].was;

		if (plan->steps[i].op == STEP_DEL && o->kind == KIND_CONNTRACK &&
		    o->conntrack.source.s_addr == ct->source.s_addr &&
		    o->conntrack.destination.s_addr == ct->destination.s_addr)
			return 0;
	}
	return plan_step(plan, STEP_DEL, phase, &was, NULL, err);
}

int plan_note(struct plan *plan, struct err *err, const char *note, ...)
{
	char(*grown)[NOTE_SIZE] = realloc(plan->notes, (plan->n_notes + 1) * sizeof(*grown));
	va_list ap;

	if (!grown)
		return err_sys(err, ENOMEM, "plan");
	plan->notes = grown;
	va_start(ap, note);
	vsnprintf(plan->notes[plan->n_notes++], sizeof(*grown), note, ap);
	va_end(ap);
	return 0;
}

int plan_key(char (**keys)[SYSCTL_KEY_SIZE], size_t *n, const char *key, struct err *err)
{
	char(*grown)[SYSCTL_KEY_SIZE] = realloc(*keys, (*n + 1) * sizeof(*grown));

	if (!grown)
		return err_sys(err, ENOMEM, "plan");
	*keys = grown;
	snprintf(grown[(*n)++], SYSCTL_KEY_SIZE, "%s", key);
	return 0;
}

bool in_scope(const struct scope *scope, enum role role, const char *name)
{
	if (scope->role == ROLE_SERVER)
		return role == ROLE_PEER;
	return role == scope->role && !strcmp(name, scope->name);
}

bool link_leaves(const struct world *w, const struct link *link)
{
	const struct told_tunnel *t = link_ours(link) ? told_find(w->told, link_role(link), link_tunnel_name(link))
						      : NULL;

	return link_ours(link) && in_scope(w->scope, link_role(link), link_tunnel_name(link)) &&
	       (!t || strcmp(t->spec.dev, link->name));
}

/* Stable: within a phase the order of planning stays. */
static void sort_steps(struct plan *plan, struct step *to)
{
	size_t n = 0;

	for (int phase = PHASE_ACCEPT_RA; phase <= PHASE_RESTORE_ACCEPT_RA; phase++)
		for (size_t i = 0; i < plan->n; i++)
			if (plan->steps[i].phase == phase)
				to[n++] = plan->steps[i];
}

/* The paths to all remotes, in few requests: there may be thousands of peers. */
static int load_paths(const struct world *w, struct path_query **paths, struct err *err)
{
	const struct told *t = w->told;

	*paths = calloc(t->n + !t->n, sizeof(**paths));
	if (!*paths)
		return err_sys(err, ENOMEM, "plan");
	for (size_t i = 0; i < t->n; i++) {
		const struct spec *spec = &t->tunnels[i].spec;
		const struct link *underlay = spec->underlay[0] ? snapshot_link(w->s, spec->underlay) : NULL;

		(*paths)[i].remote = spec->remote;
		(*paths)[i].local = spec->role == ROLE_PEER ? t->server.local : spec->local;
		(*paths)[i].index = underlay ? underlay->index : 0;
	}
	return path_lookup_all(w->c, *paths, t->n, err);
}

/* The steps, in the order of planning. */
static int plan_steps(struct plan *plan, const struct world *w, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < w->told->n; i++) {
		const struct spec *spec = &w->told->tunnels[i].spec;

		if (!in_scope(w->scope, spec->role, spec->name))
			continue;
		if (spec->role == ROLE_PEER) {
			struct spec effective = spec_effective(spec, &w->told->server);

			ret = plan_tunnel(plan, w, &effective, err);
		} else {
			ret = spec->role == ROLE_NAT ? plan_passed(plan, w, spec, err)
						     : plan_tunnel(plan, w, spec, err);
		}
	}
	if (!ret)
		ret = plan_stale(plan, w, w->scope, err);
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

void plan_free(struct plan *plan)
{
	free(plan->steps);
	free(plan->notes);
	free(plan->pins);
	free(plan->drops);
	free(plan->nft_was.elems);
	free(plan->nft_want.elems);
	memset(plan, 0, sizeof(*plan));
}
