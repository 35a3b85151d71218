/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Doing a plan, and undoing what was done when a step is refused (plan_apply of plan.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

struct apply {
	struct plan *plan;
	struct conversation *c;
	const struct snapshot *s;
	bool *done; /* of each step: it changed the kernel */
};

/* The index of interface NAME: that of a device this plan makes or removes, else what the snapshot says. */
static uint32_t index_of(const struct apply *a, const char *name)
{
	const struct link *link;
	uint32_t removed = 0;

	for (size_t i = 0; i < a->plan->n; i++) {
		const struct step *step = &a->plan->steps[i];
		const struct object *object = step_object(step);

		if (object->kind != KIND_LINK || step->op == STEP_CHANGE || strcmp(object->link.name, name))
			continue;
		/* One that was made under a name that was freed before; until then the removed one, which undone has a new index. */
		if (step->op == STEP_ADD && object->link.index)
			return object->link.index;
		if (step->op == STEP_DEL)
			removed = object->link.index;
	}
	if (removed)
		return removed;
	link = snapshot_link(a->s, name);
	return link ? link->index : 0;
}

static void resolve(const struct apply *a, struct object *object)
{
	switch (object->kind) {
	case KIND_LINK:
		if (!object->link.index)
			object->link.index = index_of(a, object->link.name);
		break;
	case KIND_ADDR: object->addr.index = index_of(a, object->addr.ifname); break;
	case KIND_ROUTE: object->route.index = object->route.ifname[0] ? index_of(a, object->route.ifname) : 0; break;
	case KIND_NEIGH: object->neigh.index = index_of(a, object->neigh.ifname); break;
	default: break;
	}
}

/* Say what was refused, and add what the kind knows about it. */
static void explain(struct apply *a, const struct step *step, struct err *err)
{
	static const char *const verb[] = { "add", "change", "remove" };
	const struct object *object = step_object(step);
	const struct kind *kind = kinds[object->kind];
	char label[160];

	kind->label(object, label, sizeof(label));
	snprintf(err->step, sizeof(err->step), "cannot %s %s", verb[step->op], label);
	if (err->code == EPERM)
		err_hint(err, "this needs root (CAP_NET_ADMIN in this network namespace): try sudo");
	if (kind->explain)
		kind->explain(a->c, step, err);
}

/* Steps from FIRST on that can share a send: one kind, one operation, one message each. */
static size_t run_length(const struct plan *plan, size_t first)
{
	const struct step *step = &plan->steps[first];
	size_t n = 1;

	if (!kinds[step_object(step)->kind]->encode)
		return 1;
	while (first + n < plan->n && n < NL_BATCH_MAX && plan->steps[first + n].op == step->op &&
	       step_object(&plan->steps[first + n])->kind == step_object(step)->kind)
		n++;
	return n;
}

/* Does the refusal mean that it is so already: gone, or for an undo, there? */
static bool already(const struct step *step, int code)
{
	if (step->op == STEP_DEL)
		return code == ENOENT || code == ESRCH || code == EADDRNOTAVAIL || code == ENODEV;
	return code == EEXIST;
}

static int send_run(struct apply *a, size_t first, size_t n, struct err *err)
{
	struct nl_batch *b = &a->c->batch;
	size_t refused = first;
	bool lost = false;
	int ret, code = 0;

	nl_batch_reset(b);
	for (size_t i = first; i < first + n; i++)
		kinds[step_object(&a->plan->steps[i])->kind]->encode(&a->plan->steps[i], b);
	ret = nl_send(&a->c->route, b, err);
	for (size_t i = n; i > 0; i--) {
		const struct nl_result *r = &b->results[i - 1];

		/* An answer that was lost may have been a yes: undo that as well. */
		a->done[first + i - 1] = ret == 0 || !r->answered || r->code == 0;
		lost = lost || !r->answered;
		/* Somebody else was faster to remove it: that is no reason to refuse. */
		if (r->code && !(a->plan->steps[first + i - 1].op == STEP_DEL &&
				 already(&a->plan->steps[first + i - 1], r->code))) {
			refused = first + i - 1;
			code = r->code;
		}
	}
	if (!ret || (!code && !lost))
		return 0;
	if (code)
		err->code = code;
	explain(a, &a->plan->steps[refused], err);
	return -err->code;
}

static int run_one(struct apply *a, size_t i, struct err *err)
{
	struct step *step = &a->plan->steps[i];
	int ret = kinds[step_object(step)->kind]->run(a->c, step, err);

	if (ret && step->op == STEP_DEL && already(step, -ret))
		ret = 0;
	/* A device that was made or changed by one message and refused by the next is put back as well. */
	a->done[i] = !ret || (step->want.kind == KIND_LINK &&
			      (step->op == STEP_CHANGE || (step->op == STEP_ADD && step->want.link.half_made)));
	if (ret)
		explain(a, step, err);
	return ret;
}

/* One step backwards. Refusals that mean "it is so already" count as done. */
static int undo_step(struct apply *a, size_t i, struct err *err)
{
	struct step *step = &a->plan->steps[i];
	struct step back = step_invert(step);
	const struct kind *kind = kinds[step_object(&back)->kind];
	int ret;

	if (back.op == STEP_ADD && back.want.kind == KIND_LINK)
		back.want.link.index = 0;
	/* What replaced the route may still be there, with the same metric. */
	if (back.op == STEP_ADD && back.want.kind == KIND_ROUTE)
		back.want.route.append = true;
	resolve(a, &back.was);
	resolve(a, &back.want);
	if (kind->run) {
		ret = kind->run(a->c, &back, err);
	} else {
		nl_batch_reset(&a->c->batch);
		kind->encode(&back, &a->c->batch);
		ret = nl_send(&a->c->route, &a->c->batch, err);
	}
	if (!ret && back.op == STEP_DEL && back.was.kind == KIND_LINK)
		step->want.link.index = 0;
	/* A device that came back has another index. */
	if (!ret && back.op == STEP_ADD && back.want.kind == KIND_LINK)
		step->was.link.index = back.want.link.index;
	return already(&back, -ret) ? 0 : ret;
}

static void undo(struct apply *a, struct err *err)
{
	char failed[160] = "";

	for (size_t i = a->plan->n; i > 0; i--) {
		struct err inner;

		if (a->done[i - 1] && undo_step(a, i - 1, &inner))
			kinds[step_object(&a->plan->steps[i - 1])->kind]->label(step_object(&a->plan->steps[i - 1]),
										failed, sizeof(failed));
	}
	a->plan->undo_failed = failed[0];
	if (failed[0])
		snprintf(err->hint, sizeof(err->hint), "and %s could not be put back: run 'sitctl check'", failed);
}

int plan_apply(struct plan *plan, struct conversation *c, const struct snapshot *s, struct err *err)
{
	struct apply a = { .plan = plan, .c = c, .s = s };
	int ret = 0;

	a.done = calloc(plan->n + 1, sizeof(*a.done));
	if (!a.done)
		return err_sys(err, ENOMEM, "plan");
	for (size_t i = 0; !ret && i < plan->n;) {
		size_t n = run_length(plan, i);

		for (size_t k = i; k < i + n; k++) {
			resolve(&a, &plan->steps[k].was);
			resolve(&a, &plan->steps[k].want);
		}
		ret = kinds[step_object(&plan->steps[i])->kind]->encode ? send_run(&a, i, n, err) : run_one(&a, i, err);
		i += n;
		if (plan->progress)
			plan->progress(i, plan->n);
	}
	if (!ret && plan->finish)
		ret = plan->finish(plan->data, err);
	if (ret)
		undo(&a, err);
	free(a.done);
	return ret;
}
