/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: what the kernel answers while a tunnel device is made or changed, and to the search for who has its place. */
#include <string.h>

#include "common/kernel.h"
#include "plan/kinds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int op = STEP_ADD; op <= STEP_DEL; op++) {
		struct conversation *c = kernel_says(data, size, 0);
		struct link link = { .name = "t1", .alias = "sitctl client t1", .mtu = 1480, .ttl = 255, .index = 7 };
		struct object was = { .kind = KIND_LINK }, want = was;
		struct step step = { .op = (uint8_t)op,
				     .was = op == STEP_ADD ? NULL : &was,
				     .want = op == STEP_DEL ? NULL : &want };
		struct err err = { .code = 0 };

		link.remote.s_addr = 0x010200c0;
		was.link = want.link = link;
		was.link.ttl = 64;
		if (kinds[KIND_LINK]->run(c, &step, &err) && err.code)
			kinds[KIND_LINK]->explain(c, &step, &err);
		invariant(memchr(want.link.name, '\0', sizeof(link.name)));
	}
	return 0;
}
