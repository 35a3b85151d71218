/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: the table `inet sitctl` read back: generation, chains, rules, sets and their elements. */
#include "common/kernel.h"
#include "../../lib/nft.h"
#include "../../lib/told.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot s = { .n_links = 0 };
	struct told told;
	struct err err;
	char text[512];

	if (nft_load(kernel_says(data, size, 0), &s.nft, &err)) {
		snapshot_free(&s);
		return 0;
	}
	invariant(nft_equal(&s.nft, &s.nft));
	for (size_t i = 0; i < s.nft.n; i++) {
		invariant(s.nft.elems[i].set < SET_COUNT);
		nft_elem_text(&s.nft.elems[i], text, sizeof(text));
	}
	invariant(!told_init(&told, &err) && !told_observe(&told, &s, &err));
	told_free(&told);
	snapshot_free(&s);
	return 0;
}
