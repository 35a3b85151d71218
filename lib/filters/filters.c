/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "filters/filters.h"
#include "filters/nftwalk.h"
#include "filters/xtables.h"

int filters_barrier(struct conversation *c, const struct flow *flow, struct barrier *barrier, bool *found,
		    struct err *err)
{
	bool others;
	int ret = nftwalk_barrier(c, flow, barrier, found, &others, err);

	if (ret || *found)
		return ret;
	memset(barrier, 0, sizeof(*barrier));
	barrier->no_filters = !others && !xtables_there(flow);
	return barrier->no_filters ? 0 : xtables_barrier(flow, barrier, found, err);
}

int filters_action(struct conversation *c, const struct action *action, const struct flow *flow, bool *found,
		   struct err *err)
{
	int ret = nftwalk_action(c, action, flow, found, err);

	return ret || *found ? ret : xtables_action(action, flow, found, err);
}
