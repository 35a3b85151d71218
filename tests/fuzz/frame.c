/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: a packet as the doctor sees it on an interface: IPv4, or IPv6, by its first half-byte. */
#include <stdlib.h>
#include <string.h>

#include "common/kernel.h"
#include "doctor/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *packet = malloc(size ? size : 1); /* of its size, so that reading on is seen */
	struct frame f;

	if (!packet)
		return -1;
	memcpy(packet, data, size);
	if (frame_decode(packet, size, size ? packet[0] >> 4 : 0, &f)) {
		invariant(f.v4 || f.v6);
		invariant(!f.tcp || f.v6);
		invariant(!f.error4 || f.v4);
		invariant(!f.checksum_right || (f.tcp && f.whole));
		invariant(!f.tcp || f.payload <= 65535);
		invariant(f.mtu4 == 0 || f.error4);
	}
	free(packet);
	return 0;
}
