/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Do a plan, and undo what was done if a step is refused. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/apply.h"
#include "kernel/linkmsg.h"
#include "plan/kinds.h"
#include "state/snapshotfind.h"

struct apply {
	struct plan *plan;
	struct conversation *c;
	const struct snapshot *s;
	bool *done;	 /* for each step: did it change the kernel? */
	uint32_t *links; /* the steps that add or remove a device, by its name */
	size_t n_links;
};

static const char *link_name(const struct plan *plan, uint32_t i)
{
	return step_object(&plan->steps[i])->link.name;
}

static int cmp_link(const void *a, const void *b, void *plan)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int ret = strcmp(link_name(plan, x), link_name(plan, y));

	return ret ? ret : (x > y) - (x < y);
}

static void sort_links(struct apply *a)
{
	for (size_t i = 0; i < a->plan->n; i++)
		if (step_object(&a->plan->steps[i])->kind == KIND_LINK && a->plan->steps[i].op != STEP_CHANGE)
			a->links[a->n_links++] = (uint32_t)i;
	qsort_r(a->links, a->n_links, sizeof(*a->links), cmp_link, a->plan);
}

/* The first of these steps that is about NAME. */
static size_t first_link(const struct apply *a, const char *name)
{
	size_t low = 0, high = a->n_links;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(link_name(a->plan, a->links[middle]), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The index of the interface NAME: of a device that this plan adds or removes, else from the snapshot. */
static uint32_t index_of(const struct apply *a, const char *name)
{
	const struct link *link;
	uint32_t removed = 0;

	for (size_t i = first_link(a, name); i < a->n_links && !strcmp(link_name(a->plan, a->links[i]), name); i++) {
		const struct step *step = &a->plan->steps[a->links[i]];
		const struct object *object = step_object(step);

		/*
		 * A new device may reuse a freed name; until then it is the removed one, which gets a new index on
		 * undo.
		 */
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
	if (!object)
		return;
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

/* The value that was reported with the device, if this plan created it: saves reading a file for each of thousands. */
static void find_value(const struct apply *a, struct sysctl *sysctl)
{
	const char *name = sysctl->ifname;

	for (size_t i = first_link(a, name); i < a->n_links && !strcmp(link_name(a->plan, a->links[i]), name); i++) {
		const struct step *made = &a->plan->steps[a->links[i]];

		if (made->op == STEP_ADD && made->want->link.index)
			sysctl->is_found = link_conf(&made->want->link, sysctl->leaf, &sysctl->found);
	}
}

/* Describe what was refused, and add what the kind knows about it. */
static void explain(struct apply *a, const struct step *step, struct err *err)
{
	static const char *const verb[] = { "add", "change", "remove" };
	const struct object *object = step_object(step);
	const struct kind *kind = kinds[object->kind];
	char label[160];

	kind->label(object, label, sizeof(label));
	snprintf(err->step, sizeof(err->step), "cannot %s %s", verb[step->op], label);
	if (err->code == EPERM)
		err_hint(err, "run it as root (CAP_NET_ADMIN in this network namespace), for example with 'sudo'");
	if (kind->explain)
		kind->explain(a->c, step, err);
}

static bool is_one_message(const struct step *step)
{
	const struct kind *kind = kinds[step_object(step)->kind];

	return kind->encode && (!kind->single || kind->single(step));
}

/*
 * Can the two share a send? A message is processed even if a previous one was refused, so new
 * objects and leftovers do not mix.
 */
static bool share_a_send(const struct step *a, const struct step *b)
{
	return is_one_message(a) && is_one_message(b) && (a->op == STEP_DEL) == (b->op == STEP_DEL);
}

/* Can one run_many() do both? */
static bool are_many(const struct step *a, const struct step *b)
{
	const struct kind *kind = kinds[step_object(a)->kind];

	return kinds[step_object(b)->kind] == kind && a->op == b->op && kind->many && kind->many(a) && kind->many(b);
}

/* The number of steps from FIRST on that can be done together. */
static size_t run_length(const struct plan *plan, size_t first)
{
	const struct step *step = &plan->steps[first];
	size_t n = 1, most = is_one_message(step) ? NL_BATCH_MAX : plan->n;

	while (first + n < plan->n && n < most &&
	       (share_a_send(step, &plan->steps[first + n]) || are_many(step, &plan->steps[first + n])))
		n++;
	return n;
}

/*
 * Does the refusal mean that the goal is already reached: the object is gone, or, for an undo, exists? A
 * value to be restored has gone with its interface.
 */
static bool already(const struct step *step, int code)
{
	if (step->op == STEP_DEL)
		return code == ENOENT || code == ESRCH || code == EADDRNOTAVAIL || code == ENODEV;
	if (step->want->kind == KIND_SYSCTL)
		return code == ENOENT;
	return code == EEXIST;
}

/* Does the step remove something, so that it does not matter if another program was faster? */
static bool takes_away(const struct step *step)
{
	return step->op == STEP_DEL || (step->want->kind == KIND_SYSCTL && step->phase >= PHASE_RESTORE_FORWARDING);
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
	ret = conversation_send(a->c, NL_ROUTE, err);
	for (size_t i = n; i > 0; i--) {
		const struct nl_result *r = &b->results[i - 1];

		/* A lost answer may have been a success: undo that as well. */
		a->done[first + i - 1] = ret == 0 || !r->answered || r->code == 0;
		lost = lost || !r->answered;
		/* If another program was faster to remove it, that is not an error. */
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

	if (ret && takes_away(step) && already(step, -ret))
		ret = 0;
	/* If one message added or changed a device and the next was refused, the device is restored as well. */
	a->done[i] = !ret || (step->op != STEP_DEL && step->want->kind == KIND_LINK &&
			      (step->op == STEP_CHANGE || step->want->link.half_made));
	if (ret)
		explain(a, step, err);
	return ret;
}

static int run_many(struct apply *a, size_t first, size_t n, struct err *err)
{
	struct step *steps = &a->plan->steps[first];
	size_t refused;
	int ret = kinds[step_object(steps)->kind]->run_many(a->c, steps, n, a->done + first, &refused, err);

	if (ret)
		explain(a, &steps[refused], err);
	return ret;
}

static int run(struct apply *a, size_t first, size_t n, struct err *err)
{
	if (is_one_message(&a->plan->steps[first]))
		return send_run(a, first, n, err);
	return n > 1 ? run_many(a, first, n, err) : run_one(a, first, err);
}

/* Undo one step. Refusals that mean that the goal is already reached count as success. */
static int undo_step(struct apply *a, size_t i, struct err *err)
{
	struct step *step = &a->plan->steps[i];
	struct step back = step_invert(step);
	const struct kind *kind = kinds[step_object(&back)->kind];
	int ret;

	if (back.op == STEP_ADD && back.want->kind == KIND_LINK)
		back.want->link.index = 0;
	/* The route that replaced it may still exist, with the same metric. */
	if (back.op == STEP_ADD && back.want->kind == KIND_ROUTE)
		back.want->route.append = true;
	resolve(a, back.was);
	resolve(a, back.want);
	if (kind->run) {
		ret = kind->run(a->c, &back, err);
	} else {
		nl_batch_reset(&a->c->batch);
		kind->encode(&back, &a->c->batch);
		ret = conversation_send(a->c, NL_ROUTE, err);
	}
	if (!ret && back.op == STEP_DEL && back.was->kind == KIND_LINK)
		step->want->link.index = 0;
	return already(&back, -ret) ? 0 : ret;
}

/*
 * Remove devices that were added one after another, the last of them by step LAST, together.
 * Returns how many steps this undoes, 0 if it is not possible.
 */
static size_t undo_many(struct apply *a, size_t last)
{
	struct step *back;
	size_t n = 0, refused;
	struct err ignored;
	bool *done;
	int ret = -ENOMEM;

	while (n <= last && a->plan->steps[last - n].op == STEP_ADD && a->done[last - n] &&
	       a->plan->steps[last - n].want->kind == KIND_LINK && a->plan->steps[last - n].want->link.index)
		n++;
	if (n < 2)
		return 0;
	back = calloc(n, sizeof(*back));
	done = calloc(n, sizeof(*done));
	for (size_t i = 0; back && i < n; i++)
		back[i] = step_invert(&a->plan->steps[last - i]);
	if (back && done)
		ret = kinds[KIND_LINK]->run_many(a->c, back, n, done, &refused, &ignored);
	for (size_t i = 0; !ret && i < n; i++)
		a->plan->steps[last - i].want->link.index = 0;
	free(back);
	free(done);
	return ret ? 0 : n;
}

static void undo(struct apply *a, struct err *err)
{
	char failed[160] = "";

	for (size_t i = a->plan->n; i > 0; i--) {
		size_t many = undo_many(a, i - 1);
		struct err inner;

		if (many) {
			i -= many - 1;
			continue;
		}
		if (a->done[i - 1] && undo_step(a, i - 1, &inner))
			kinds[step_object(&a->plan->steps[i - 1])->kind]->label(step_object(&a->plan->steps[i - 1]),
										failed, sizeof(failed));
	}
	a->plan->undo_failed = failed[0];
	if (failed[0])
		snprintf(err->hint, sizeof(err->hint), "and %s could not be restored: run 'sitctl check'", failed);
}

int plan_apply(struct plan *plan, struct conversation *c, const struct snapshot *s, struct err *err)
{
	struct apply a = { .plan = plan, .c = c, .s = s };
	int ret = 0;

	a.done = calloc(plan->n + 1, sizeof(*a.done));
	a.links = calloc(plan->n + 1, sizeof(*a.links));
	if (!a.done || !a.links) {
		ret = err_sys(err, ENOMEM, "plan");
		goto out;
	}
	sort_links(&a);
	for (size_t i = 0; !ret && i < plan->n;) {
		size_t n = run_length(plan, i);

		for (size_t k = i; k < i + n; k++) {
			resolve(&a, plan->steps[k].was);
			resolve(&a, plan->steps[k].want);
			if (plan->steps[k].op == STEP_ADD && plan->steps[k].want->kind == KIND_SYSCTL)
				find_value(&a, &plan->steps[k].want->sysctl);
		}
		ret = run(&a, i, n, err);
		i += n;
		if (plan->progress)
			plan->progress(i, plan->n);
	}
	if (!ret && plan->finish)
		ret = plan->finish(plan->data, err);
	if (ret)
		undo(&a, err);
out:
	free(a.done);
	free(a.links);
	return ret;
}
