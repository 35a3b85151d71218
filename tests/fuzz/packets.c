/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzer: what the doctor's sockets receive: an answer to its echo over IPv4 or IPv6, or a packet that it watches. What
 * is not of the packet makes no difference.
 */
#include <string.h>

#include "common/kernel.h"
#include "common/outside.h"
#include "base/loop.h"
#include "doctor/echo.h"
#include "doctor/watch.h"

struct heard {
	bool any;
	uint16_t seq;
	struct view view;
};

static void see(const struct view *v, void *data)
{
	struct heard *heard = data;

	heard->any = true;
	heard->view = *v;
}

static void watch(struct heard *heard)
{
	static const struct watch_filter filter = { .v4 = true };
	static struct loop loop;
	static struct watch w;

	if (!w.n_viewers) {
		invariant(!loop_open(&loop) && !watch_open(&w, &loop, 1, &filter));
		watch_add(&w, see, NULL);
	}
	w.viewers[0].data = heard;
	loop.tasks[0].run(&loop.tasks[0], true, loop.tasks[0].data);
}

static struct heard hear(uint8_t how)
{
	struct in_addr from = { .s_addr = 0x010200c0 };
	bool raw = how & 0x80;
	struct heard heard;

	memset(&heard, 0, sizeof(heard));
	switch (how & 3) {
	case 0: heard.any = echo_receive4(0, raw, from, 1, &heard.seq); break;
	case 1: heard.any = echo_receive6(0, raw, 1, &heard.seq); break;
	default: watch(&heard);
	}
	return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard first, second;

	if (!size)
		return -1;
	socket_says(data + 1, size - 1, 0);
	first = hear(*data);
	socket_says(data + 1, size - 1, 0xff);
	second = hear(*data);
	invariant(first.any == second.any);
	invariant(!first.any || first.seq == second.seq);
	invariant(first.view.outgoing == second.view.outgoing);
	invariant(first.view.checksum_known == second.view.checksum_known);
	invariant(!memcmp(&first.view.frame, &second.view.frame, sizeof(first.view.frame)));
	return 0;
}
