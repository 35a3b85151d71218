/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>

#include "options.h"

const struct option_row option_rows[] = {
	{ 'V', "version", NULL, "print the version" },
	{ 'h', "help", NULL, "print this help" },
	{ 'j', "json", NULL, "print JSON" },
	{ 'p', "pretty", NULL, "with -j: indented" },
	{ 'd', "details", NULL, "show more" },
	{ 's', "statistics", NULL, "show counters" },
	{ 'n', "netns", "NAME", "work in that network namespace" },
	{ 'D', "dry-run", NULL, "print what would be done, do nothing" },
	{ 'q', "quiet", NULL, "no warnings, only errors" },
	{ 'c', "color", "[=auto|always|never]", "colours (default: auto, on a terminal)" },
	{ 'f', "file", "FILE", "read or write this one, not that in /etc/sitctl" },
	{ OPTION_SAVE, "save", NULL, "write the new state to the file as well" },
	{ OPTION_UNLESS_DOWN, "unless-down", NULL, "for hooks: leave down what a person took down" },
	{ 'b', "batch", "FILE", "read commands from it, a line each; - is standard input" },
	{ OPTION_FORCE, "force", NULL, "with -b: go on after an error" },
	{ .name = NULL },
};
