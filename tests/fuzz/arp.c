/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: files of /proc: the kernel's ARP table, its counters, and one in which a line is looked for; filters of tc. */
#include <string.h>

#include "common/kernel.h"
#include "common/outside.h"
#include "base/textfile.h"
#include "change/host.h"
#include "doctor/checks.h"
#include "doctor/resolver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct link underlay = { .name = "up0", .index = 2, .up = true },
			   tunnel = { .name = "sit1", .index = 7, .up = true, .is_sit = true };
	static struct host host;
	static struct exam e;

	memcpy(&host.c, kernel_says(data, size, 0), sizeof(host.c));
	e.host = &host;
	proc_says(data, size);
	file_has("/proc/net/ip_tables_names", "filter\n");
	if (!e.echo) {
		start_echo(&e); /* without a device nothing is opened, and nothing asked */
		e.subject.underlay = &underlay;
		e.subject.link = &tunnel;
		e.subject.remote.s_addr = 0x010200c0;
		e.seen.asked6 = true; /* and nothing left */
	}
	e.n_findings = 0;
	check_echo(&e);
	invariant(e.n_findings == 1);
	return 0;
}
