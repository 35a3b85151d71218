/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: proxy neighbours. */
#include "common/kernel.h"
#include <linux/rtnetlink.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_snapshot(data, size, RTM_GETNEIGH);
	return 0;
}
