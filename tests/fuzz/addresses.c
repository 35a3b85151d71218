/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: addresses, first the IPv4 ones, then the IPv6 ones. */
#include "common/kernel.h"
#include <linux/rtnetlink.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_snapshot(data, size, RTM_GETADDR);
	return 0;
}
