/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "kernel/object.h"

const struct object *step_object(const struct step *step)
{
	return step->op == STEP_DEL ? step->was : step->want;
}

bool step_silent(const struct step *step)
{
	return step->op == STEP_DEL && step->was->kind == KIND_SYSCTL;
}

struct step step_invert(const struct step *step)
{
	static const uint8_t inverse[] = {
		[STEP_ADD] = STEP_DEL,
		[STEP_CHANGE] = STEP_CHANGE,
		[STEP_DEL] = STEP_ADD,
	};
	struct step inverted = {
		.op = inverse[step->op],
		.phase = step->phase,
		.was = step->want,
		.want = step->was,
	};

	return inverted;
}
