/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/kinds.h"
#include "spec/spec.h"
#include "state/desired.h"
#include "../../common/spectext.h"
#include "kernel.h"

static void tell_object(const struct object *object)
{
	static FILE *nowhere;
	struct object copy = *object;
	struct step step = { .op = STEP_ADD, .want = &copy };
	char label[160];

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	kinds[object->kind]->label(object, label, sizeof(label));
	kinds[object->kind]->print(&step, nowhere);
	json_decref(kinds[object->kind]->json(object));
}

static void tell_objects(const struct snapshot *s)
{
	for (size_t i = 0; i < s->n_links; i++)
		tell_object(&(struct object){ .kind = KIND_LINK, .link = s->links[i] });
	for (size_t i = 0; i < s->n_addrs; i++)
		tell_object(&(struct object){ .kind = KIND_ADDR, .addr = s->addrs[i] });
	for (size_t i = 0; i < s->n_routes; i++)
		tell_object(&(struct object){ .kind = KIND_ROUTE, .route = s->routes[i] });
	for (size_t i = 0; i < s->n_neighs; i++)
		tell_object(&(struct object){ .kind = KIND_NEIGH, .neigh = s->neighs[i] });
}

void fuzz_snapshot(const uint8_t *data, size_t size, uint16_t type)
{
	struct conversation *c = kernel_says(data, size, type);
	char text[64 * VALUE_TEXT];
	struct snapshot s;
	struct desired desired;
	struct err err;

	if (snapshot_load(c, &s, true, &err))
		return;
	for (size_t i = 0; i < s.n_links; i++)
		invariant(s.links[i].name[0] && strnlen(s.links[i].name, IFNAMSIZ) < IFNAMSIZ);
	for (size_t i = 0; i < s.n_routes; i++)
		invariant(s.routes[i].dst.len <= 128);
	tell_objects(&s);
	invariant(!desired_init(&desired, &err) && !desired_observe(&desired, &s, &err));
	for (size_t i = 0; i < desired.n; i++)
		spec_text(&desired.tunnels[i].spec, true, text, sizeof(text));
	desired_free(&desired);
	snapshot_free(&s);
}
