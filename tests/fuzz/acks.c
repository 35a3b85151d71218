/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: a datagram of acknowledgements, capped or with the request in it, extended or not (nl_read()); or of events. */
#include <stdlib.h>
#include <string.h>

#include "common/kernel.h"

static int take(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[8];

	(void)data;
	nl_attrs(nlh, 4, tb, 7);
	return nlh->nlmsg_type == 100 ? -1 : 0;
}

static void event(const struct nlmsghdr *nlh, void *data)
{
	(void)data;
	invariant(!nlh || nlh->nlmsg_type >= NLMSG_MIN_TYPE);
	if (nlh)
		take(nlh, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nl_batch batch;
	struct nl_reader r = { .batch = &batch, .cb = take, .by_data = size & 1 };
	void *copy = malloc(size ? size : 1); /* of its size, so that reading on is seen */
	int ret;

	memset(&batch, 0, sizeof(batch));
	batch.n = 3;
	memcpy(copy, data, size);
	ret = nl_read(&r, copy, size, 0);
	invariant(!nl_read_events(event, NULL, copy, size, 0));
	free(copy);
	invariant(ret <= 0 && r.answered <= batch.n && r.code >= 0);
	for (size_t i = 0; i < NL_BATCH_MAX; i++) {
		invariant(memchr(batch.results[i].text, '\0', sizeof(batch.results[i].text)));
		invariant(i < batch.n || !batch.results[i].answered);
	}
	return 0;
}
