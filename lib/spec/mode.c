/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spec/mode.h"
#include "spec/role.h"

const struct mode modes[MODE_COUNT] = {
	[MODE_SIT] = { "sit", ROLE_CLIENT | ROLE_PEER, "one far end (RFC 4213)" },
};
