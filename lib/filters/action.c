/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "filters/action.h"

bool action_has_target(const struct action *action, const char *target, size_t size)
{
	bool found = false;

	for (size_t i = 0; i < sizeof(action->targets) / sizeof(*action->targets) && action->targets[i]; i++)
		found = found || !strncmp(target, action->targets[i], size);
	return found;
}
