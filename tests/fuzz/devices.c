/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: what the kernel answers while several tunnel devices are made together, or removed. */
#include <string.h>

#include "common/kernel.h"
#include "kernel/linkbulk.h"

#define DEVICES 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const aliases[DEVICES] = { "sitctl peer t1", "sitctl peer t2", "sitctl peer t3" };
	struct object objects[DEVICES];
	struct step steps[DEVICES];

	for (int op = STEP_ADD; op <= STEP_DEL; op++) {
		struct conversation *c = kernel_says(data, size, 0);
		bool done[DEVICES] = { false };
		struct err err = { .code = 0 };
		size_t refused;
		int ret;

		for (int i = 0; i < DEVICES; i++) {
			struct link *want = &objects[i].link;

			objects[i] = (struct object){ .kind = KIND_LINK };
			snprintf(want->name, sizeof(want->name), "t%d", i + 1);
			want->alias = aliases[i];
			want->remote.s_addr = 0x010200c0 + ((uint32_t)i << 24);
			want->mtu = 1480;
			want->ttl = 255;
			want->index = (uint32_t)(7 + i);
			steps[i] = (struct step){ .op = (uint8_t)op,
						  .was = op == STEP_ADD ? NULL : &objects[i],
						  .want = op == STEP_DEL ? NULL : &objects[i] };
		}
		if (!link_many(steps))
			continue;
		ret = link_run_many(c, steps, DEVICES, done, &refused, &err);
		invariant(ret <= 0 && refused < DEVICES);
		for (int i = 0; i < DEVICES; i++) {
			invariant(memchr(objects[i].link.name, '\0', sizeof(objects[i].link.name)));
			invariant(ret || done[i]);
		}
	}
	return 0;
}
