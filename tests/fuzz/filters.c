/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: the nf_tables rules of others, with the packet that the first byte chooses. */
#include <string.h>

#include "common/kernel.h"
#include "../../lib/flow.h"
#include <libnftnl/expr.h>
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

static bool is_exthdr(const struct nftnl_expr *x)
{
	return !strcmp(nftnl_expr_get_str(x, NFTNL_EXPR_NAME), "exthdr");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct deed deed = { .hooks = 1 << NF_INET_FORWARD | 1 << NF_INET_POST_ROUTING,
					  .does = is_exthdr,
					  .targets = { "TCPMSS", "MASQUERADE" },
					  .tables = { "none" } };
	struct obstacle obstacle;
	const struct flow *flow;
	bool found = false;
	struct err err;

	if (!size)
		return -1;
	flow = &flows[*data % (sizeof(flows) / sizeof(*flows))];
	if (*data & 0x80) {
		flow_search(kernel_says(data + 1, size - 1, 0), &deed, flow, &found, &err);
		return 0;
	}
	if (flow_obstacle(kernel_says(data + 1, size - 1, 0), flow, &obstacle, &found, &err) || !found)
		return 0;
	invariant(obstacle.tool == OBSTACLE_NFT);
	invariant(memchr(obstacle.table, '\0', sizeof(obstacle.table)));
	invariant(memchr(obstacle.chain, '\0', sizeof(obstacle.chain)));
	invariant(memchr(obstacle.base, '\0', sizeof(obstacle.base)));
	return 0;
}
