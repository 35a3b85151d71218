/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spec/mode.h"

const struct mode modes[MODE_COUNT] = {
	[MODE_SIT] = { "sit" },
};
