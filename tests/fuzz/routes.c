/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: IPv6 routes. */
#include "common/kernel.h"
#include <linux/rtnetlink.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_snapshot(data, size, RTM_GETROUTE);
	return 0;
}
