/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "options.h"
#include "base/nearest.h"

const struct option_row option_rows[] = {
	{ 'V', "version", NULL, "print the version" },
	{ 'h', "help", NULL, "print help" },
	{ 'j', "json", NULL, "print JSON" },
	{ 'p', "pretty", NULL, "with -j: indent the output" },
	{ 'd', "details", NULL, "show more" },
	{ 's', "statistics", NULL, "show counters" },
	{ OPTION_BRIEF, "brief", NULL, "show one line per tunnel" },
	{ 'n', "netns", "NAME", "work in the network namespace NAME" },
	{ 'D', "dry-run", NULL, "print what would be done, but change nothing" },
	{ 'q', "quiet", NULL, "print errors only, no notes" },
	{ 'c', "color", "[=auto|always|never]", "colours (default: auto, on a terminal)" },
	{ 'f', "file", "FILE", "use this file, not the one in /etc/sitctl; - is standard input" },
	{ OPTION_SAVE, "save", NULL, "write the new state to the file as well" },
	{ OPTION_TRY, "try", "SECONDS", "undo the change unless Enter is pressed in time" },
	{ OPTION_UNLESS_DOWN, "unless-down", NULL, "for hooks: leave down what was taken down by hand" },
	{ 'b', "batch", "FILE", "read commands from FILE, one per line; - is standard input" },
	{ OPTION_FORCE, "force", NULL, "with -b: continue after an error" },
	{ .name = NULL },
};

const struct option_row *option_by_letter(char letter)
{
	for (const struct option_row *o = option_rows; o->name; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

const struct option_row *option_by_name(const char *name, size_t len)
{
	for (const struct option_row *o = option_rows; o->name; o++)
		if (strlen(o->name) == len && !strncmp(o->name, name, len))
			return o;
	return NULL;
}

bool option_like(const char *word)
{
	if (word[0] != '-' || !word[1])
		return false;
	for (const char *p = word + 1; word[1] != '-' && *p; p++)
		if (!option_by_letter(*p))
			return false;
	return true;
}

static bool begins(const char *text, const char *with)
{
	while (*with && *with == *text) {
		with++;
		text++;
	}
	return !*with;
}

bool option_of_ip(const char *word)
{
	size_t len = strlen(word + 1);

	return word[1] != '-' && len > 1 && (option_by_name(word + 1, len) || begins("brief", word + 1));
}

const char *option_meant(const char *word)
{
	const char *names[32];
	unsigned int n = 0;

	/* As `ip` accepts them: -json, -br. */
	for (const struct option_row *o = option_rows; o->name; o++) {
		if (word[1] != '-' && word[1] && word[2] && begins(o->name, word + 1))
			return o->name;
		names[n++] = o->name;
	}
	return word[1] == '-' ? nearest(word + 2, names, n) : NULL;
}
