/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "state/wildcards.h"
#include "kernel/mark.h"

const struct link *next_wildcard(const struct snapshot *s, size_t *at)
{
	while (*at < s->n_links) {
		const struct link *link = &s->links[(*at)++];

		if (link->is_sit && !link->remote.s_addr && !link_ours(link) &&
		    (!link->proto || link->proto == IPPROTO_IPV6))
			return link;
	}
	return NULL;
}
