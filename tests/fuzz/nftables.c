/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: the table `inet sitctl` read back: generation, chains, rules, sets and their elements. */
#include "common/kernel.h"
#include "kernel/nft/load.h"
#include "state/desired.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot s = { .n_links = 0 };
	struct desired desired;
	struct err err;
	FILE *nowhere = fopen("/dev/null", "w");

	invariant(nowhere);
	if (nft_load(kernel_says(data, size, 0), &s.nft, &err)) {
		fclose(nowhere);
		snapshot_free(&s);
		return 0;
	}
	invariant(nft_equal(&s.nft, &s.nft));
	for (size_t i = 0; i < s.nft.n; i++) {
		struct nft_elem elem = nft_elem_at(&s.nft, i);

		invariant(elem.set < SET_COUNT);
		nft_elem_print(&elem, nowhere);
	}
	invariant(!desired_init(&desired, &err) && !desired_observe(&desired, &s, &err));
	desired_free(&desired);
	fclose(nowhere);
	snapshot_free(&s);
	return 0;
}
