/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help, printed from the tree of commands, the table of parameters and the options. */
#include <stdio.h>
#include <string.h>

#include "help.h"
#include "formats.h"
#include "options.h"
#include "say.h"
#include "doctor/causes.h"
#include "spec/params.h"

#define MARGIN 2
#define INDENT 8
#define OPTION_INDENT 37
#define EXIT_INDENT 13
#define USAGE "Usage: sitctl [ OPTIONS ] OBJECT COMMAND [ NAME ] [ PARAMETER VALUE ]..."

/* A line that begins at the margin, then its description, indented. */
static void print_entry(const char *left, const char *help)
{
	printf("%*s", MARGIN, "");
	print_wrapped(MARGIN, INDENT, left);
	printf("%*s", INDENT, "");
	print_wrapped(INDENT, INDENT, help);
}

/* Does CMD read the file of its tunnel, or of the server, where no parameters are given? */
static bool from_file(const struct command *cmd)
{
	return (cmd->run == cmd_up && cmd->role == ROLE_CLIENT) || cmd->run == cmd_server_up;
}

static const char *args_text(const struct command *cmd)
{
	bool peer = cmd->role == ROLE_PEER;

	switch (cmd->args) {
	case ARGS_NAME: return peer ? " PEER" : " NAME";
	case ARGS_NAME_OPTIONAL: return peer ? " [ PEER ]" : " [ NAME ]";
	case ARGS_NAME_FORMAT: return peer ? " PEER FORMAT" : " NAME FORMAT";
	case ARGS_DEV: return " DEV";
	case ARGS_IMPORT: return " FORMAT [ FILE ]... [ name NAME ]";
	case ARGS_PARAMS: return " [ PARAMETER VALUE ]...";
	case ARGS_NAME_PARAMS:
		return from_file(cmd) ? " NAME [ PARAMETER VALUE ]..."
		       : peer	      ? " PEER PARAMETER VALUE ..."
				      : " NAME PARAMETER VALUE ...";
	case ARGS_EXAM: return " [ NAME | PEER | DEV ] [ target HOST ]";
	default: return "";
	}
}

static void print_command(const char *path, const struct command *cmd)
{
	char left[128];

	snprintf(left, sizeof(left), "sitctl %s%s%s", path, cmd->name, cmd->sub ? " COMMAND" : args_text(cmd));
	print_entry(left, cmd->help);
}

static void print_commands(const char *path, const struct command *group)
{
	for (const struct command *c = group; c->name; c++)
		print_command(path, c);
}

static void print_option(const struct option_row *o)
{
	char letter[8] = "    ", left[64];

	if (o->letter > ' ')
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name, o->value && o->value[0] != '[' ? " " : "",
		 o->value ? o->value : "");
	printf("%*s%-*s ", MARGIN, "", OPTION_INDENT - MARGIN - 1, left);
	print_wrapped(OPTION_INDENT, OPTION_INDENT, o->help);
}

void help_usage(const struct command *root)
{
	fputs(USAGE "\n\n", stderr);
	for (const struct command *c = root; c->name; c++)
		if (c->help)
			fprintf(stderr, "  %-8s %s\n", c->name, c->help);
	fprintf(stderr, "\nSee 'sitctl help' or the manual page sitctl(8) for more.\n");
}

void help_root(const struct command *root)
{
	char path[32], title[128];

	print_wrapped(0, INDENT, USAGE);
	putchar('\n');
	print_wrapped(0, 0, "Set up SIT tunnels: IPv6 in IPv4 (protocol 41), carried by the kernel.");
	for (const struct command *c = root; c->name; c++) {
		if (!c->help)
			continue;
		snprintf(path, sizeof(path), "%s ", c->name);
		snprintf(title, sizeof(title), "%s: %s", c->name, c->help);
		putchar('\n');
		if (c->sub) {
			print_wrapped(0, 0, title);
			print_commands(path, c->sub);
		} else {
			print_command("", c);
		}
	}
	print_entry("sitctl [ OBJECT [ COMMAND ] ] help", "print help");
	printf("\nOptions, before the first word:\n");
	for (const struct option_row *o = option_rows; o->name; o++)
		print_option(o);
	putchar('\n');
	print_wrapped(0, EXIT_INDENT,
		      "Exit status: 0 success, 1 refused by the kernel or the system, 2 wrong usage or "
		      "a bad file, 3 'check' found a difference or 'doctor' a fault.");
}

/* WHOLE: parameters that are not given take their default; else they keep their value. */
static void print_param(const struct param *p, enum role role, bool whole)
{
	bool required = whole && (p->required & role), repeats = p->repeats & role;
	const char *deflt = whole ? p->deflt : NULL;
	bool any = required || deflt || repeats;
	char left[256];

	snprintf(left, sizeof(left), "%s %s%s%s%s%s%s%s%s%s", p->name, p->value, any ? " (" : "",
		 required ? "required" : "", required && (deflt || repeats) ? ", " : "", deflt ? "default: " : "",
		 deflt ? deflt : "", deflt && repeats ? ", " : "", repeats ? "can be repeated" : "", any ? ")" : "");
	print_entry(left, p->help);
}

void help_group(const struct command *root, const char *path, const struct command *group)
{
	char text[128];

	printf("Usage: sitctl [ OPTIONS ] %sCOMMAND\n\n", path);
	for (const struct command *c = root; c->name; c++)
		if (c->sub == group) {
			snprintf(text, sizeof(text), "%s: %s", c->name, c->help);
			print_wrapped(0, 0, text);
		}
	print_commands(path, group);
	snprintf(text, sizeof(text), "See 'sitctl %sCOMMAND help' for a command, 'sitctl help' for the options.", path);
	putchar('\n');
	print_wrapped(0, 0, text);
}

/* The doctor's causes: the same text as in the manual. */
static void print_causes(void)
{
	printf("\nCauses that it can find:\n");
	for (const struct cause *c = causes; c < causes + CAUSE_COUNT; c++) {
		char text[1024];

		snprintf(text, sizeof(text), "%s: %s; remedy: %s", c->what, c->evidence, c->remedy);
		print_entry(c->name, text);
	}
}

static bool takes_params(const struct command *cmd)
{
	return cmd->args == ARGS_PARAMS || cmd->args == ARGS_NAME_PARAMS;
}

static void print_params(const struct command *cmd)
{
	printf("\nParameters:\n");
	for (const struct param *p = params; p->name; p++)
		if ((p->roles & cmd->role) && !p->internal)
			print_param(p, cmd->role, cmd->run != cmd_set);
}

void help_command(const char *path, const struct command *cmd)
{
	char text[128];

	snprintf(text, sizeof(text), "Usage: sitctl [ OPTIONS ] %s%s%s", path, cmd->name, args_text(cmd));
	print_wrapped(0, INDENT, text);
	if (!cmd->help)
		return;
	printf("\n%*s", MARGIN, "");
	print_wrapped(MARGIN, MARGIN, cmd->help);
	if (from_file(cmd)) {
		snprintf(text, sizeof(text),
			 "without parameters, /etc/sitctl/%s.conf or the file given with --file is read",
			 cmd->role == ROLE_CLIENT ? "NAME" : "server");
		printf("%*s", MARGIN, "");
		print_wrapped(MARGIN, MARGIN, text);
	}
	snprintf(text, sizeof(text), "sitctl %s", cmd->example);
	printf("\nExample:\n%*s", MARGIN, "");
	print_wrapped(MARGIN, INDENT, text);
	if (cmd->args == ARGS_EXAM)
		print_causes();
	if (cmd->args == ARGS_NAME_FORMAT)
		list_formats("\nFormats:\n");
	if (cmd->args == ARGS_IMPORT)
		list_importers("\nFormats:\n");
	if (takes_params(cmd))
		print_params(cmd);
	printf("\nManual: %s\n", cmd->args == ARGS_EXAM ? "sitctl-doctor(8)" : "sitctl(8)");
}
