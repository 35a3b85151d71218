/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the modes of a tunnel. The table of parameters says what each has; state/derive.h what it means in objects of the kernel. */
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
