/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does the kernel's state match the configuration? A plan shows the differences. */
#include <stdio.h>
#include <string.h>

#include "doctor/exam.h" /* before linux/: glibc and the kernel define the same names */
#include "base/err.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/resolver.h"
#include "kernel/object.h"
#include "kernel/sitattrs.h"
#include "plan/build.h"
#include "plan/kinds.h"
#include "plan/world.h"

/* The differences: the number of objects, the first of them, and the values of the device itself. */
struct differences {
	unsigned int n;
	char first[160];
	char device[400];
	bool mtu_only; /* of the device's values only the MTU, which follows the path */
};

static void compare(const struct plan *plan, struct differences *d)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *step = &plan->steps[i];
		const struct object *o = step_object(step);

		if (step_silent(step))
			continue;
		if (!d->n++)
			kinds[o->kind]->label(o, d->first, sizeof(d->first));
		if (o->kind != KIND_LINK || step->op != STEP_CHANGE || d->device[0])
			continue;
		sit_attrs_differences(&step->was->link, &step->want->link, d->device, sizeof(d->device));
		d->mtu_only = sit_attrs_equal(&step->was->link, &step->want->link);
	}
}

/* Does the remedy of another finding also restore the configured state, or does a wrong path explain the MTU? */
static bool explained(const struct exam *e, const struct differences *d)
{
	const char *repair = exam_repair(e);

	for (unsigned int i = 0; i < e->n_findings; i++) {
		const struct finding *f = &e->findings[i];

		if (d->device[0] ? d->mtu_only && causes[f->cause].hop == HOP_UNDERLAY
				 : repair && strstr(f->remedy, repair))
			return true;
	}
	return false;
}

void check_drift(struct exam *e)
{
	struct scope scope = { e->subject.spec.role, name_text(e->subject.spec.name) };
	struct differences d = { 0 };
	struct plan plan;
	struct err err;

	if (!e->subject.desired && !e->subject.server) {
		exam_skip(e, "sitctl did not make this tunnel: '%sclient adopt %s' takes it over as it is", e->prefix,
			  exam_word(e, e->subject.dev));
		return;
	}
	if (!e->subject.desired || !e->admin || !e->subject.remote.s_addr) {
		exam_skip(e, !e->subject.desired ? "sitctl did not make this tunnel"
			     : !e->admin	 ? "only root can read the whole state"
					 : "the far end's address is not known, so the device cannot be compared");
		return;
	}
	if (plan_build(&plan, &e->world, &scope, &err)) {
		char text[1600];

		plan_free(&plan);
		exam_skip(e, "%.600s", err_text(&err, text, sizeof(text)));
		return;
	}
	compare(&plan, &d);
	plan_free(&plan);
	exam_ok(e, d.n ? "all differences are explained by the causes found" : "it is as configured");
	if (!d.n || explained(e, &d))
		return;
	if (d.device[0])
		exam_command(exam_found(e, CAUSE_DRIFT, "on %s, %s", e->subject.dev, d.device + 2), "%s",
			     exam_repair(e));
	else if (d.n > 1)
		exam_command(exam_found(e, CAUSE_DRIFT, "%s differs; 'sitctl check' lists all %u differences", d.first,
					d.n),
			     "%s", exam_repair(e));
	else
		exam_command(exam_found(e, CAUSE_DRIFT, "%s differs ('sitctl check' says how)", d.first), "%s",
			     exam_repair(e));
}
