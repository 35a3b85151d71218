/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "kernel/object.h"

size_t object_size(enum kind_id kind)
{
	static const size_t sizes[KIND_COUNT] = {
		[KIND_SYSCTL] = sizeof(struct sysctl),	     [KIND_NFT] = sizeof(struct nft_table),
		[KIND_LINK] = sizeof(struct link),	     [KIND_ADDR] = sizeof(struct addr),
		[KIND_ROUTE] = sizeof(struct route),	     [KIND_NEIGH] = sizeof(struct neigh),
		[KIND_CONNTRACK] = sizeof(struct conntrack),
	};

	return offsetof(struct object, link) + sizes[kind];
}

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
