/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: the kernel's answer to the question for the route to the remote, and for its MTU. */
#include "common/kernel.h"
#include "kernel/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conversation *c = kernel_says(data, size, 0);
	struct in_addr remote = { .s_addr = 0x010200c0 };
	struct path path;
	struct err err;

	path_lookup(c, remote, remote, 3, 0, &path, &err);
	return 0;
}
