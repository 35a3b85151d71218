/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: what a multicast group sends, before, among and after the answers to a request and to a dump. */
#include "common/kernel.h"
#include <linux/rtnetlink.h>

/* Each message is read to its last byte. */
static int take(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[IFLA_MAX + 1];

	nl_attrs(nlh, sizeof(struct ifinfomsg), tb, IFLA_MAX);
	invariant(nlh->nlmsg_type >= NLMSG_MIN_TYPE);
	++*(unsigned int *)data;
	return 0;
}

static void event(const struct nlmsghdr *nlh, void *data)
{
	if (nlh)
		invariant(!take(nlh, data));
}

static void reset(void *data)
{
	*(unsigned int *)data = 0;
}

static void ask(struct conversation *c, uint16_t flags)
{
	nl_batch_reset(&c->batch);
	nl_start(&c->batch, RTM_GETLINK, flags, sizeof(struct ifinfomsg));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conversation *c = kernel_says(data, size, 0);
	struct nl *nl = &c->sockets[NL_ROUTE];
	unsigned int answers = 0, events = 0;
	struct err err;

	if (!nl->joined)
		invariant(!nl_join(nl, RTNLGRP_LINK, &err));
	nl->event = event;
	nl->event_data = &events;
	ask(c, 0);
	conversation_get(c, NL_ROUTE, take, &answers, &err);
	ask(c, NLM_F_DUMP);
	conversation_dump(c, NL_ROUTE, take, reset, &answers, &err);
	invariant(!nl_events(nl, &err));
	return 0;
}
