/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "kernel/conversation.h"

#define BATCH_SIZE (4 << 20) /* 200,000 set elements of an nf_tables batch */

int conversation_open(struct conversation *c, struct err *err)
{
	int ret;

	memset(c, 0, sizeof(*c));
	ret = nl_batch_init(&c->batch, BATCH_SIZE, err);
	if (!ret)
		ret = nl_open(&c->route, NETLINK_ROUTE, err);
	if (ret)
		conversation_close(c);
	return ret;
}

void conversation_close(struct conversation *c)
{
	nl_close(&c->route);
	nl_close(&c->netfilter);
	nl_batch_free(&c->batch);
}
