/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: the kernel's answers to the doctor's question by which route an IPv6 address is reached. */
#include <string.h>

#include "common/kernel.h"
#include "change/host.h"
#include "doctor/checks.h"
#include "doctor/resolver.h"
#include <linux/rtnetlink.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct link links[] = { { .name = "up0", .index = 2, .up = true },
				       { .name = "sit1", .index = 7, .up = true, .is_sit = true } };
	static struct route route = { .type = RTN_UNICAST, .index = 7, .ifname = "sit1" };
	static struct host host = { .s = { .links = links, .n_links = 2 } };
	static struct exam e;

	memcpy(&host.c, kernel_says(data, size, 0), sizeof(host.c));
	/* A default route of the tunnel's own, or none. */
	host.s.routes = &route;
	host.s.n_routes = size & 1;
	e.host = &host;
	e.desired = &host.j.desired;
	e.subject.link = &links[1];
	strcpy(e.subject.dev, "sit1");
	e.n_findings = 0;
	e.text[0] = '\0';
	check_routes(&e);
	invariant(e.n_findings <= 1);
	for (const char *p = e.findings[0].remedy; e.n_findings && *p; p++)
		invariant(*p >= ' ' && *p < 127);
	return 0;
}
