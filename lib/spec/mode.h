/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the modes of a tunnel. spec/params.h says which parameters each has, state/derive.h which kernel objects. */
#ifndef SITCTL_SPEC_MODE_H
#define SITCTL_SPEC_MODE_H

enum mode_id {
	MODE_SIT, /* RFC 4213: one far end */
	MODE_COUNT
};

struct mode {
	const char *name;
};

extern const struct mode modes[MODE_COUNT];

#endif
