/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help, printed from the tree of commands, the table of parameters and the options. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const char *args_text(const struct command *cmd)
{
	bool peer = cmd->role == ROLE_PEER;

	switch (cmd->args) {
	case ARGS_NAME:
		return peer ? " PEER" : " NAME";
	case ARGS_NAME_OPTIONAL:
		return peer ? " [ PEER ]" : " [ NAME ]";
	case ARGS_PARAMS:
		return " [ PARAMETER VALUE ]...";
	case ARGS_NAME_PARAMS:
		return cmd->role == ROLE_CLIENT ? " NAME [ PARAMETER VALUE ]..." :
		       peer ? " PEER PARAMETER VALUE ..." : " NAME PARAMETER VALUE ...";
	default:
		return "";
	}
}

static void print_commands(const char *path, const struct command *group)
{
	for (const struct command *c = group; c->name; c++) {
		char left[80];

		snprintf(left, sizeof(left), "sitctl %s%s%s", path, c->name, c->sub ? " COMMAND" : args_text(c));
		printf("  %s\n        %s\n", left, c->help);
	}
}

void help_root(void)
{
	printf("Usage: sitctl [ OPTIONS ] OBJECT COMMAND [ NAME ] [ PARAMETER VALUE ]...\n\n"
	       "SIT tunnels: IPv6 in IPv4 (protocol 41), by the kernel.\n\n");
	for (const struct command *c = root_commands; c->name; c++) {
		char path[32];

		if (!c->help)
			continue;

		snprintf(path, sizeof(path), "%s ", c->name);
		if (c->sub)
			print_commands(path, c->sub);
		else
			printf("  sitctl %s%s\n        %s\n", c->name, args_text(c), c->help);
	}
	printf("  sitctl [ OBJECT [ COMMAND ] ] help\n        more about it\n\nOptions, before the first word:\n");
	for (const struct option_row *o = option_rows; o->name; o++) {
		char left[40];

		char letter[8] = "    ";

		if (o->letter > ' ')
			snprintf(letter, sizeof(letter), "-%c, ", o->letter);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name, o->value && o->value[0] != '[' ? " " : "",
			 o->value ? o->value : "");
		printf("  %-34s %s\n", left, o->help);
	}
	printf("\nExit status: 0 done, 1 refused by the kernel or the system, 2 wrong usage, 3 'check' found a difference.\n");
}

static void print_params(enum role role)
{
	for (const struct param *p = params; p->name; p++) {
		if (!(p->roles & role) || p->internal)
			continue;
		printf("  %s %s%s%s%s%s\n        %s\n", p->name, p->value,
		       (p->required & role) ? " (required)" : "", p->deflt ? " (default: " : "",
		       p->deflt ? p->deflt : "", p->deflt ? ")" : "", p->help);
		if (p->repeats & role)
			printf("        may be given again\n");
	}
}

void help_group(const char *path, const struct command *group)
{
	printf("Usage: sitctl [ OPTIONS ] %sCOMMAND\n\n", path);
	print_commands(path, group);
	printf("\n'sitctl %sCOMMAND help' tells more; 'sitctl help' tells the options.\n", path);
}

void help_command(const char *path, const struct command *cmd)
{
	printf("Usage: sitctl [ OPTIONS ] %s%s%s\n\n  %s\n", path, cmd->name, args_text(cmd), cmd->help);
	if (cmd->args == ARGS_PARAMS || cmd->args == ARGS_NAME_PARAMS) {
		printf("\nParameters:\n");
		print_params(cmd->role);
	}
}
