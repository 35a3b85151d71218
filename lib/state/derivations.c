/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>

#include "state/derivations.h"

static const struct {
	const struct derivation *client, *peer; /* NULL: the mode has no such end */
} derivations[MODE_COUNT] = {
	[MODE_SIT] = { &sit_client, &sit_peer },
};

const struct derivation *derivation_of(const struct spec *spec)
{
	return spec->role == ROLE_CLIENT ? derivations[spec->mode].client
	       : spec->role == ROLE_PEER ? derivations[spec->mode].peer
					 : NULL;
}
