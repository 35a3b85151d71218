/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: the tables of iptables-legacy asked for with getsockopt(): their bounds, and the chain of what drops. */
#include <string.h>

#include "common/kernel.h"
#include "common/outside.h"
#include "filters/action.h"
#include "filters/flow.h"
#include "filters/xtables.h"
#include <linux/netfilter.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct action action = { .hooks = 1 << NF_INET_FORWARD,
					      .targets = { "TCPMSS", "SNAT" },
					      .tables = { "mangle", "nat" } };
	struct flow flow = { .from = { .ifname = "sit-alice", .has_addr = true, .addr = { 0x20, 1, 0xd, 0xb8 } },
			     .to = { .ifname = "up0" } };
	struct xtables x;
	struct barrier o;
	bool found = false;
	struct err err;
	int ret;

	if (!size)
		return -1;
	flow.hook = *data & 8 ? (*data >> 4) % NF_INET_NUMHOOKS : *data & 1 ? NF_INET_LOCAL_IN : NF_INET_FORWARD;
	flow.family = *data & 2 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	flow.proto = *data & 2 ? IPPROTO_IPV6 : 0;
	tables_say(data + 1, size - 1);
	xtables_begin(&x, 200000);
	if (*data & 4) {
		ret = xtables_action(&x, &action, &flow, &found, &err);
		xtables_end(&x);
		invariant(!ret || (ret < 0 && !found));
		return 0;
	}
	ret = xtables_barrier(&x, &flow, &o, &found, &err);
	xtables_end(&x);
	invariant(!ret || (ret < 0 && !found));
	if (found) {
		invariant(o.tool == BARRIER_XTABLES && o.chain[0]);
		invariant(memchr(o.chain, '\0', sizeof(o.chain)));
		invariant(!strcmp(o.table, "filter") || !strcmp(o.table, "mangle") || !strcmp(o.table, "raw"));
	}
	return 0;
}
