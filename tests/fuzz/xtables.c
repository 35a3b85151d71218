/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: a table of iptables-legacy, as getsockopt() gives it: 4 for IPv4, entry and policy (32 bits each), the blob. */
#include <stdlib.h>
#include <string.h>

#include "common/kernel.h"
#include "filters/action.h"
#include "filters/flow.h"
#include "filters/xtwalk.h"
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

struct input {
	uint32_t family, entry, underflow;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow flow = { .hook = NF_INET_FORWARD,
			     .from = { .ifname = "sit-alice", .has_addr = true, .addr = { 0x20, 1, 0xd, 0xb8 } },
			     .to = { .ifname = "up0" } };
	static const struct action action = { .hooks = 1 << NF_INET_FORWARD, .targets = { "TCPMSS", "SNAT" } };
	static const struct ip6t_getinfo info = {
		.valid_hooks = 1 << NF_INET_LOCAL_IN | 1 << NF_INET_FORWARD,
		.hook_entry = { [NF_INET_FORWARD] = 1000 },
		.underflow = { [NF_INET_LOCAL_IN] = 900, [NF_INET_FORWARD] = 2000 },
	};
	struct input in;
	size_t entry;
	bool policy;
	void *blob;

	if (size < sizeof(in))
		return -1;
	memcpy(&in, data, sizeof(in));
	flow.family = in.family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	flow.proto = in.family == 4 ? IPPROTO_IPV6 : 0;
	size -= sizeof(in);
	blob = malloc(size ? size : 1); /* of its size, so that reading on is seen */
	memcpy(blob, data + sizeof(in), size);
	entry = in.entry;
	xtables_drops(&flow, blob, size, &entry, in.underflow, &policy);
	flow.from.any = in.entry & 1;
	xtables_does(&action, &flow, blob, size, &info);
	free(blob);
	return 0;
}
