/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: the kernel's answer to the question for a generic netlink family. */
#include <errno.h>
#include <string.h>

#include "common/kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conversation *c = kernel_says(data, size, 0);
	const struct genl_family *family;
	struct err err;
	uint32_t group;

	conversation_forget_generic(c);
	family = conversation_generic(c, "nlctrl", &err);
	if (!family) {
		invariant(err.code > 0 && strstr(err.step, "nlctrl"));
		invariant(c->generic ? err.code == ENOENT && !c->generic->id : err.code != ENOENT);
		return 0;
	}
	invariant(family->id >= GENL_MIN_ID && !strcmp(family->name, "nlctrl"));
	invariant(family == conversation_generic(c, "nlctrl", &err));
	invariant(genl_group(family, "notify", &group, &err) ? !group : group);
	return 0;
}
