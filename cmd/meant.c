/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "meant.h"
#include "base/nearest.h"

#define COMMANDS_MAX 16 /* of one group */
#define HABITS_MAX 3	/* commands that one word may stand for */

/* Words of ip, wg, systemctl and others, and the corresponding commands: the first one that a group has. */
static const struct {
	const char *word, *commands[HABITS_MAX];
} habits[] = {
	{ "list", { "show" } },
	{ "ls", { "show" } },
	{ "lst", { "show" } },
	{ "status", { "show" } },
	{ "get", { "show" } },
	{ "start", { "up" } },
	{ "restart", { "up" } },
	{ "reload", { "up" } },
	{ "stop", { "down" } },
	{ "add", { "add-peer", "pass", "up" } },
	{ "new", { "add-peer", "pass", "up" } },
	{ "create", { "add-peer", "pass", "up" } },
	{ "change", { "set-peer", "set", "pass" } },
	{ "set", { "set-peer", "pass" } },
	{ "modify", { "set-peer", "set", "pass" } },
	{ "replace", { "set-peer", "set", "pass" } },
	{ "edit", { "set-peer", "set", "pass" } },
	{ "del", { "del-peer", "unpass", "down" } },
	{ "delete", { "del-peer", "unpass", "down" } },
	{ "remove", { "del-peer", "unpass", "down" } },
	{ "rm", { "del-peer", "unpass", "down" } },
	{ "peer", { "server" } },
	{ "peers", { "server" } },
	{ "tunnel", { "client" } },
	{ "diagnose", { "doctor" } },
};

/* NAME as the table has it, if it is one of GROUP. */
static const char *name_in(const struct command *group, const char *name)
{
	for (const struct command *c = group; c->name; c++)
		if (!strcmp(c->name, name))
			return c->name;
	return NULL;
}

/* The command of GROUP that users of other tools mean by WORD. */
static const char *by_habit(const struct command *group, const char *word)
{
	const char *own = name_in(group, word);

	for (size_t i = 0; !own && i < sizeof(habits) / sizeof(*habits); i++) {
		if (strcmp(habits[i].word, word) != 0)
			continue;
		for (size_t k = 0; k < HABITS_MAX; k++) {
			const char *command = habits[i].commands[k];

			if (command && name_in(group, command))
				return command;
		}
	}
	return own;
}

static const char *by_letters(const struct command *group, const char *word)
{
	const char *names[COMMANDS_MAX];
	unsigned int n = 0;

	for (const struct command *c = group; c->name; c++)
		if (c->help)
			names[n++] = c->name;
	names[n++] = "help";
	return nearest(word, names, n);
}

const char *meant_command(const struct command *root, const struct command *group, const char *word, char *buf,
			  size_t size)
{
	const char *meant = by_habit(group, word);

	/* Without an object, most users mean a client tunnel. */
	for (const struct command *c = root; !meant && group == root && c->name; c++)
		if (c->sub && (meant = by_habit(c->sub, word))) {
			snprintf(buf, size, "%s %s", c->name, meant);
			return buf;
		}
	if (!meant)
		meant = by_letters(group, word);
	if (meant)
		snprintf(buf, size, "%s", meant);
	return meant ? buf : NULL;
}
