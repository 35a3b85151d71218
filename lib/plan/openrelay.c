/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "plan/openrelay.h"
#include "base/quote.h"
#include "state/derive.h"
#include "state/wildcards.h"

const struct link *next_open_relay(const struct world *w, size_t *at)
{
	const struct link *link = NULL;

	if (derive_forwarding(w->desired))
		do
			link = next_wildcard(w->s, at);
		while (link && !link->up);
	return link;
}

void open_relay_text(const struct link *link, char buf[OPEN_RELAY_TEXT])
{
	char name[QUOTED_IFNAME];

	snprintf(
		buf, OPEN_RELAY_TEXT,
		"%s: accepts packets from every IPv4 host, and this host forwards: an open relay (VU#199397); to close "
		"it: ip link set %s down",
		link->name, quote_word(link->name, name, sizeof(name)));
}

int warn_open_relays(struct plan *plan, const struct world *w, struct err *err)
{
	const struct link *link;
	int ret = 0;

	for (size_t at = 0; !ret && (link = next_open_relay(w, &at));) {
		char text[OPEN_RELAY_TEXT];

		open_relay_text(link, text);
		ret = plan_warn(plan, err, "%s", text);
	}
	return ret;
}
