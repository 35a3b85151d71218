/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the table `inet sitctl` is to contain for all desired tunnels. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/nft.h"
#include "state/elements.h"

static int derive_table(const struct world *w, struct nft_table *t, struct err *err)
{
	const struct desired *desired = w->desired;
	int ret = 0;

	for (size_t i = 0; !ret && i < desired->n; i++) {
		struct spec spec = desired_effective(desired, &desired->tunnels[i].spec);

		ret = derive_elements(&spec, t, err);
	}
	if (!ret)
		ret = derive_host_elements(desired, w->s, t, err);
	nft_sort(t);
	if (!ret)
		ret = nft_drop_covered(t, err);
	/* Only `answers` can overlap so: within one client such an `allow` was refused before. */
	if (ret == -EEXIST) {
		err_usage(err, "allow", "overlaps with an 'allow' of another tunnel that has the same prefix");
		err_hint(err, "give both the same ports");
		ret = -EINVAL;
	}
	t->exists = t->intact = t->n;
	return ret;
}

int plan_nft(struct plan *plan, const struct world *w, struct err *err)
{
	struct object was = { .kind = KIND_NFT }, want = { .kind = KIND_NFT };
	bool adds = false;
	int ret = derive_table(w, &plan->nft_want, err);

	if (!ret)
		ret = nft_copy(&plan->nft_was, &w->s->nft, err); /* the plan may live longer than the snapshot */
	if (ret || nft_equal(&plan->nft_was, &plan->nft_want))
		return ret;
	was.nft = plan->nft_was;
	want.nft = plan->nft_want;
	if (!want.nft.exists)
		return plan_step(plan, STEP_DEL, PHASE_NFT_DEL, &was, NULL, err);
	if (!was.nft.exists)
		return plan_step(plan, STEP_ADD, PHASE_NFT, NULL, &want, err);
	for (size_t i = 0; i < want.nft.n; i++)
		adds = adds || !nft_has_of(&was.nft, &want.nft, i);
	return plan_step(plan, STEP_CHANGE, adds || !was.nft.intact ? PHASE_NFT : PHASE_NFT_DEL, &was, &want, err);
}
