/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "filters/filters.h"
#include "filters/nftwalk.h"

void filters_begin(struct filters *f, struct conversation *c, unsigned int most)
{
	nftrules_begin(&f->nft, c, most);
	xtables_begin(&f->legacy, most);
}

void filters_end(struct filters *f)
{
	nftrules_end(&f->nft);
	xtables_end(&f->legacy);
}

bool filters_unknown(const struct filters *f)
{
	return f->nft.unknown || f->legacy.unknown;
}

int filters_barrier(struct filters *f, const struct flow *flow, struct barrier *barrier, bool *found, struct err *err)
{
	bool others;
	int ret = nftwalk_barrier(&f->nft, flow, barrier, found, &others, err);

	if (ret || *found)
		return ret;
	memset(barrier, 0, sizeof(*barrier));
	barrier->no_filters = !others && !xtables_there(&f->legacy, flow);
	return barrier->no_filters ? 0 : xtables_barrier(&f->legacy, flow, barrier, found, err);
}

int filters_action(struct filters *f, const struct action *action, const struct flow *flow, bool *found,
		   struct err *err)
{
	int ret = nftwalk_action(&f->nft, action, flow, found, err);

	return ret || *found ? ret : xtables_action(&f->legacy, action, flow, found, err);
}
