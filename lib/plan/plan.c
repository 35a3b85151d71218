/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"
#include "plan/kinds.h"

/* TEXT in the plan's own memory, or NULL when out of memory. Reuses the previous text, and single digits. */
static const char *keep_text(struct plan *plan, const char *text)
{
	static const char digits[][2] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };

	if (text[0] >= '0' && text[0] <= '9' && !text[1])
		return digits[text[0] - '0'];
	if (!plan->last_text || strcmp(plan->last_text, text))
		plan->last_text = arena_text(&plan->arena, text);
	return plan->last_text;
}

/* OBJECT in the plan's own memory; NULL if it is NULL, or when out of memory. */
static struct object *keep(struct plan *plan, const struct object *object)
{
	size_t size = object ? kinds[object->kind]->size : 0;
	struct object *kept = object ? arena_alloc(&plan->arena, size) : NULL;

	if (!kept)
		return NULL;
	memcpy(kept, object, size);
	if (kept->kind == KIND_LINK) {
		kept->link.alias = keep_text(plan, object->link.alias);
		kept->link.stats = NULL; /* owned by the snapshot */
		return kept->link.alias ? kept : NULL;
	}
	if (kept->kind != KIND_SYSCTL)
		return kept;
	/* The value and the leaf first: the next sysctl is probably of the same interface. */
	kept->sysctl.value = keep_text(plan, object->sysctl.value);
	kept->sysctl.leaf = sysctl_leaf(object->sysctl.leaf);
	if (!kept->sysctl.leaf)
		kept->sysctl.leaf = keep_text(plan, object->sysctl.leaf);
	kept->sysctl.ifname = keep_text(plan, object->sysctl.ifname);
	return kept->sysctl.value && kept->sysctl.leaf && kept->sysctl.ifname ? kept : NULL;
}

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
	*step = (struct step){
		.op = (uint8_t)op, .phase = (uint8_t)phase, .was = keep(plan, was), .want = keep(plan, want)
	};
	if ((was && !step->was) || (want && !step->want))
		return err_sys(err, ENOMEM, "plan");
	return 0;
}

int plan_change_made(struct plan *plan, enum phase phase, const struct object *want, struct err *err)
{
	struct object *made = plan->steps[plan->n - 1].want;
	int ret = plan_step(plan, STEP_CHANGE, phase, NULL, want, err);

	if (!ret)
		plan->steps[plan->n - 1].was = made;
	return ret;
}

int plan_conntrack_del(struct plan *plan, enum phase phase, const struct conntrack *ct, struct err *err)
{
	struct object was = { .kind = KIND_CONNTRACK, .conntrack = *ct };

	for (size_t i = 0; i < plan->n; i++) {
		const struct object *o = plan->steps[i].was;

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
	arena_free(&plan->arena);
	free(plan->warnings);
	free(plan->pins);
	free(plan->drops);
	nft_free(&plan->nft_was);
	nft_free(&plan->nft_want);
	memset(plan, 0, sizeof(*plan));
}
