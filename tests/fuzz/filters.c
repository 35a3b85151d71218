/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: the nf_tables rules of others, with the packet that the first byte chooses. */
#include <string.h>

#include "common/kernel.h"
#include "filters/action.h"
#include "filters/expr.h"
#include "filters/filters.h"
#include "filters/flow.h"
#include <linux/netfilter.h>

static const struct flow flows[] = {
	{ .hook = NF_INET_FORWARD,
	  .family = NFPROTO_IPV6,
	  .from = { .ifname = "sit-alice", .index = 7, .group = 41, .has_addr = true, .addr = { 0x20, 1, 0xd, 0xb8 } },
	  .to = { .ifname = "up0", .index = 2 } },
	{ .hook = NF_INET_FORWARD,
	  .state = FLOW_ANSWER,
	  .family = NFPROTO_IPV6,
	  .from = { .ifname = "lan0", .index = 3 },
	  .to = { .ifname = "sit1", .index = 7, .group = 41 } },
	{ .hook = NF_INET_LOCAL_IN,
	  .state = FLOW_UNTRACKED,
	  .family = NFPROTO_IPV4,
	  .proto = IPPROTO_IPV6,
	  .from = { .ifname = "up0", .index = 2, .has_addr = true, .addr = { 203, 0, 113, 1 } },
	  .to = { .has_addr = true, .addr = { 192, 0, 2, 1 } } },
	{ .hook = NF_INET_FORWARD,
	  .dnat = true,
	  .family = NFPROTO_IPV4,
	  .proto = IPPROTO_IPV6,
	  .from = { .ifname = "wan0", .index = 2, .has_addr = true, .addr = { 203, 0, 113, 1 } },
	  .to = { .ifname = "lan0", .index = 3, .has_addr = true, .addr = { 192, 168, 1, 10 } } },
};

static bool is_exthdr(const struct expr *e)
{
	return expr_is(e, "exthdr");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct action action = { .hooks = 1 << NF_INET_FORWARD | 1 << NF_INET_POST_ROUTING,
					      .does = is_exthdr,
					      .targets = { "TCPMSS", "MASQUERADE" },
					      .tables = { "none" } };
	struct barrier barrier;
	const struct flow *flow;
	struct filters filters;
	bool found = false;
	struct err err;
	int ret;

	if (!size)
		return -1;
	flow = &flows[*data % (sizeof(flows) / sizeof(*flows))];
	filters_begin(&filters, kernel_says(data + 1, size - 1, 0), *data & 0x40 ? 10 : FILTERS_THOROUGH);
	if (*data & 0x80)
		ret = filters_action(&filters, &action, flow, &found, &err);
	else
		ret = filters_barrier(&filters, flow, &barrier, &found, &err);
	filters_end(&filters);
	if (ret || !found || *data & 0x80)
		return 0;
	invariant(barrier.tool == BARRIER_NFT);
	invariant(memchr(barrier.table, '\0', sizeof(barrier.table)));
	invariant(memchr(barrier.chain, '\0', sizeof(barrier.chain)));
	invariant(memchr(barrier.base, '\0', sizeof(barrier.base)));
	return 0;
}
