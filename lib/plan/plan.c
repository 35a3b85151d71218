/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"

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

int plan_warn(struct plan *plan, struct err *err, const char *note, ...)
{
	char(*grown)[WARNING_SIZE] = realloc(plan->warnings, (plan->n_warnings + 1) * sizeof(*grown));
	va_list ap;

	if (!grown)
		return err_sys(err, ENOMEM, "plan");
	plan->warnings = grown;
	va_start(ap, note);
	vsnprintf(plan->warnings[plan->n_warnings++], sizeof(*grown), note, ap);
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

void plan_free(struct plan *plan)
{
	free(plan->steps);
	free(plan->warnings);
	free(plan->pins);
	free(plan->drops);
	free(plan->nft_was.elems);
	free(plan->nft_want.elems);
	memset(plan, 0, sizeof(*plan));
}
