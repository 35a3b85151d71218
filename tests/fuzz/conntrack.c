/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: what ctnetlink answers about an entry. */
#include "common/kernel.h"
#include "plan/kinds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conversation *c = kernel_says(data, size, 0);
	struct object entry = { .kind = KIND_CONNTRACK };
	struct step step = { .op = STEP_DEL, .was = &entry };
	char label[160];
	struct err err;
	bool found;

	kinds[KIND_CONNTRACK]->run(c, &step, &err);
	kinds[KIND_CONNTRACK]->label(&entry, label, sizeof(label));
	/* Whether this machine tracks connections is no matter. */
	c = kernel_says(data, size, 0);
	c->tracking = TRACKING_USED;
	invariant(!conntrack_find(c, &entry.conntrack, &found, &err) || !found);
	return 0;
}
