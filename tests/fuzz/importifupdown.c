/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: what 'client import ifupdown' reads. */
#include "common/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_import("ifupdown", data, size);
}
