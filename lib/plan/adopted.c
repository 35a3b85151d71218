/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/adopted.h"
#include "kernel/mark.h"
#include "state/derive.h"
#include "state/readback.h"

/* A metric that no default route has, better than that of R: a route with it carries the traffic meanwhile. */
static uint32_t free_metric(const struct snapshot *s, const struct route *r)
{
	uint32_t metric = r->metric > 1 ? r->metric - 1 : r->metric + 1;
	bool taken = true;

	while (taken && metric) {
		taken = false;
		for (size_t i = 0; i < s->n_routes && !taken; i++)
			taken = !s->routes[i].dst.len && s->routes[i].metric == metric;
		if (taken)
			metric = metric < r->metric ? metric - 1 : metric + 1;
	}
	return metric;
}

static int plan_default(struct plan *plan, const struct snapshot *s, const struct route *has, struct err *err)
{
	struct object was = { .kind = KIND_ROUTE, .route = *has }, meanwhile = was;
	int ret = 0;

	/* On undo, it is again one of several. */
	was.route.append = true;
	meanwhile.route.proto = SITCTL_PROTO;
	meanwhile.route.metric = free_metric(s, has);
	if (meanwhile.route.metric)
		ret = plan_step(plan, STEP_ADD, PHASE_ROUTE_MOVED, NULL, &meanwhile, err);
	if (!ret)
		ret = plan_step(plan, STEP_DEL, PHASE_ROUTE_MOVED, &was, NULL, err);
	if (!ret && meanwhile.route.metric)
		ret = plan_step(plan, STEP_DEL, PHASE_LEFTOVER_ROUTE, &meanwhile, NULL, err);
	return ret;
}

int plan_adopted(struct plan *plan, const struct world *w, const struct spec *spec, struct err *err)
{
	const struct route *has = foreign_default(w->s, w->adopt);
	struct route want;
	int ret = 0;

	if (has && derive_route(spec, 0, &want) && has->metric == want.metric && has->has_gateway == want.has_gateway &&
	    (!want.has_gateway || addr6_equal(&has->gateway, &want.gateway)))
		ret = plan_default(plan, w->s, has, err);

	for (size_t i = 0; !ret && i < w->s->n_routes; i++) {
		struct object was = { .kind = KIND_ROUTE, .route = w->s->routes[i] };

		for (unsigned int k = 0; !ret && foreign_prefix(&was.route) && k < spec->n_prefixes; k++)
			if (net6_equal(&spec->prefixes[k].net, &was.route.dst))
				ret = plan_step(plan, STEP_DEL, PHASE_ROUTE_MOVED, &was, NULL, err);
	}
	return ret;
}
