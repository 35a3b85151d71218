/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the fuzzers share: a kernel whose netlink answers are the fuzzer's bytes, and invariants. */
#ifndef SITCTL_FUZZ_KERNEL_H
#define SITCTL_FUZZ_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "state/snapshot.h"

/* What libFuzzer calls, once for each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A conversation with a kernel that answers requests of TYPE (0: every request) with the netlink messages in DATA,
 * and any other with nothing: an empty dump, or ENOENT. An answer ends, as the kernel's does, with NLMSG_DONE or
 * NLMSG_ERROR, and so does its datagram; what the input lacks never comes (EAGAIN). A sequence number counts from
 * the first one of the request: 0 fits. NLMSG_OVERRUN says that answers were lost (ENOBUFS). The same conversation
 * is returned each time. Where nlmsg_pid is KERNEL_GROUP, a multicast group sent it, which a socket that joined one sees;
 * nothing else waits for nobody to ask.
 */
#define KERNEL_GROUP UINT32_MAX
struct conversation *kernel_says(const uint8_t *data, size_t size, uint16_t type);

/* Load the snapshot from such a kernel, and tell what is in it as `show` does. */
void fuzz_snapshot(const uint8_t *data, size_t size, uint16_t type);

/* End with a report, which libFuzzer takes for a finding, unless TRUTH. */
#define invariant(truth) ((truth) ? (void)0 : invariant_broken(__FILE__, __LINE__, #truth))
void invariant_broken(const char *file, int line, const char *what) __attribute__((noreturn));

#endif
