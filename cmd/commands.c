/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"

#define COMMANDS_MAX 16 /* of one group */

/* clang-format off */
static const struct command client_commands[] = {
	{ "up", "bring the tunnel NAME to this state", ROLE_CLIENT, ARGS_NAME_PARAMS, true, FILES_SAVE, cmd_up, NULL },
	{ "down", "remove the tunnel NAME and all that belongs to it", ROLE_CLIENT, ARGS_NAME, true, FILES_NONE, cmd_down, NULL },
	{ "show", "what the kernel has", ROLE_CLIENT, ARGS_NAME_OPTIONAL, false, FILES_READ, cmd_show, NULL },
	{ "check", "is the kernel still in the wanted state?", ROLE_CLIENT, ARGS_NAME_OPTIONAL, true, FILES_READ, cmd_check, NULL },
	{ "export", "the same tunnel for another tool", ROLE_CLIENT, ARGS_NAME_FORMAT, false, FILES_READ, cmd_export, NULL },
	{ "import", "read the configuration of another tool", ROLE_CLIENT, ARGS_IMPORT, false, FILES_SAVE, cmd_import, NULL },
	{ "adopt", "take over a running tunnel that another tool made", ROLE_CLIENT, ARGS_DEV, true, FILES_SAVE, cmd_adopt, NULL },
	{ .name = NULL },
};

static const struct command server_commands[] = {
	{ "up", "prepare this host (add-peer does it by itself)", ROLE_SERVER, ARGS_PARAMS, true, FILES_SAVE, cmd_server_up, NULL },
	{ "down", "remove every peer and all that 'server' set", ROLE_SERVER, ARGS_NONE, true, FILES_NONE, cmd_server_down, NULL },
	{ "add-peer", "bring the peer PEER to this state", ROLE_PEER, ARGS_NAME_PARAMS, true, FILES_SAVE, cmd_up, NULL },
	{ "set-peer", "change these parameters of the peer PEER", ROLE_PEER, ARGS_NAME_PARAMS, true, FILES_SAVE, cmd_set_peer, NULL },
	{ "del-peer", "remove the peer PEER and all that belongs to it", ROLE_PEER, ARGS_NAME, true, FILES_SAVE, cmd_down, NULL },
	{ "show", "what the kernel has", ROLE_PEER, ARGS_NAME_OPTIONAL, false, FILES_READ, cmd_show, NULL },
	{ "check", "is the kernel still in the wanted state?", ROLE_PEER, ARGS_NONE, true, FILES_READ, cmd_check, NULL },
	{ "export", "the configuration to hand to that peer", ROLE_PEER, ARGS_NAME_FORMAT, false, FILES_READ, cmd_export, NULL },
	{ .name = NULL },
};

static const struct command nat_commands[] = {
	{ "pass", "pass protocol 41 between a tunnel server and an inside host", ROLE_NAT, ARGS_NAME_PARAMS, true, FILES_NONE, cmd_up, NULL },
	{ "unpass", "end that", ROLE_NAT, ARGS_NAME, true, FILES_NONE, cmd_down, NULL },
	{ "show", "what the kernel has", ROLE_NAT, ARGS_NAME_OPTIONAL, false, FILES_NONE, cmd_nat_show, NULL },
	{ "check", "is the kernel still in the wanted state?", ROLE_NAT, ARGS_NAME_OPTIONAL, true, FILES_NONE, cmd_check, NULL },
	{ .name = NULL },
};

const struct command root_commands[] = {
	{ .name = "client", .help = "this host's tunnel to a host with IPv6", .role = ROLE_CLIENT, .sub = client_commands },
	{ .name = "server", .help = "tunnels from this host with IPv6 to its peers", .role = ROLE_SERVER, .sub = server_commands },
	{ .name = "nat", .help = "this host as the NAT in front of a tunnel client", .role = ROLE_NAT, .sub = nat_commands },
	{ "check", "everything that is configured: client check, server check, nat check", 0, ARGS_NONE, true, FILES_READ, cmd_check, NULL },
	{ "doctor", "why does my tunnel not work? Examines one; changes nothing.", 0, ARGS_EXAM, false, FILES_NONE, cmd_doctor, NULL },
	{ "complete", NULL, 0, ARGS_ANY, false, FILES_NONE, cmd_complete, NULL },
	{ .name = NULL },
};
/* clang-format on */

static const struct command *find(const struct command *group, const char *name)
{
	for (const struct command *c = group; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

bool is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "-h") || !strcmp(word, "--help");
}

enum status not_found(const struct command *cmd, const char *name)
{
	struct err err;

	err_sys(&err, ENOENT, "%s", name);
	err_why(&err, "there is no %s of this name", role_noun(cmd->role));
	err_hint(&err, "see 'sitctl %s show'", role_object(cmd->role));
	return fail(&err);
}

static enum status unknown(const struct command *group, const char *path, const char *word)
{
	const char *names[COMMANDS_MAX], *near;
	unsigned int n = 0;
	struct err err;

	for (const struct command *c = group; c->name; c++)
		if (c->help)
			names[n++] = c->name;
	names[n++] = "help";
	near = nearest(word, names, n);
	err_usage(&err, word, "is not a command%s%s", *path ? " of 'sitctl " : "", path);
	if (*path) /* the path ends with a space */
		snprintf(err.why + strlen(err.why) - 1, sizeof(err.why) - strlen(err.why) + 1, "'");
	if (near)
		err_hint(&err, "did you mean '%s'?", near);
	else
		err_hint(&err, "see 'sitctl %shelp'", path);
	return fail(&err);
}

static enum status superfluous(const struct command *cmd, int n, char **words)
{
	char text[sizeof(((struct err *)0)->step)] = "";
	struct err err;

	for (int i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "", words[i]);
	err_usage(&err, text, "'%s' takes no further words", cmd->name);
	return fail(&err);
}

/* --save and --file where the command has nothing to do with files. */
static enum status misplaced(const struct ctx *ctx, const struct command *cmd)
{
	struct err err;

	if (ctx->save && cmd->files != FILES_SAVE) {
		err_usage(&err, "--save", "'%s' has no new state that could be written to a file", cmd->name);
		if (!strcmp(cmd->name, "down"))
			err_hint(&err, "the file stays: remove it to forget what is in it");
		return fail(&err);
	}
	if (ctx->file && cmd->files == FILES_NONE) {
		err_usage(&err, "--file", "'%s' reads no file", cmd->name);
		return fail(&err);
	}
	return STATUS_OK;
}

static enum status call(const struct ctx *ctx, const struct command *cmd, int n, char **words)
{
	bool named = cmd->args == ARGS_NAME || cmd->args == ARGS_NAME_PARAMS || cmd->args == ARGS_NAME_FORMAT ||
		     cmd->args == ARGS_DEV;
	bool takes_params = cmd->args == ARGS_PARAMS || cmd->args == ARGS_NAME_PARAMS;
	const char *name = NULL;
	struct err err;

	if (named && !n) {
		err_usage(&err, cmd->name, "a name is missing");
		err_hint(&err, "see 'sitctl %s %s help'", role_object(cmd->role), cmd->name);
		return fail(&err);
	}
	if (named || (cmd->args == ARGS_NAME_OPTIONAL && n)) {
		const char *why;

		name = words[0];
		if (cmd->role == ROLE_CLIENT ? !parse_ifname(name, &why) : !parse_peer_name(name, &why)) {
			err_usage(&err, name, "%s", why);
			return fail(&err);
		}
		words++;
		n--;
	}
	if (cmd->args == ARGS_ANY || (cmd->args == ARGS_EXAM && !ctx->save && !ctx->file))
		return cmd->run(ctx, cmd, NULL, n, words);
	if (n > (cmd->args == ARGS_NAME_FORMAT) && !takes_params && cmd->args != ARGS_IMPORT)
		return superfluous(cmd, n, words);
	if (misplaced(ctx, cmd))
		return STATUS_USAGE;
	return cmd->run(ctx, cmd, name, n, words);
}

static enum status superfluous_help(const char *path, const char *word)
{
	struct err err;

	err_usage(&err, word, "there is no more help below 'sitctl %s'", path);
	snprintf(err.why + strlen(err.why) - 2, 3, "'"); /* the path ends with a space */
	return fail(&err);
}

/*
 * Help on what the N words after "help" name below GROUP: sitctl help client up, sitctl client
 * help up; without words, on GROUP itself.
 */
static enum status help_on(const struct command *group, char *path, size_t size, int n, char **words)
{
	for (; n; words++, n--) {
		const struct command *cmd = group ? find(group, words[0]) : NULL;

		if (group && (!cmd || !cmd->help))
			return unknown(group, path, words[0]);
		if (!cmd)
			return superfluous_help(path, words[0]);
		if (!cmd->sub && n == 1) {
			help_command(path, cmd);
			return STATUS_OK;
		}
		snprintf(path + strlen(path), size - strlen(path), "%s ", cmd->name);
		group = cmd->sub;
	}
	if (*path)
		help_group(path, group);
	else
		help_root();
	return STATUS_OK;
}

enum status dispatch(struct ctx *ctx, int n, char **words)
{
	const struct command *group = root_commands, *cmd = NULL;
	char path[64] = "", what[64];
	struct err err;

	ctx->words = n;
	ctx->word = words;
	for (; group; group = cmd->sub) {
		if (!n && group == root_commands) {
			err_usage(&err, "usage", "no command given");
			err_hint(&err, "write 'sitctl [ OPTIONS ] OBJECT COMMAND ...'; see 'sitctl help'");
			return fail(&err);
		}
		if (!n) {
			snprintf(what, sizeof(what), "%.*s", (int)strlen(path) - 1, path);
			err_usage(&err, what, "a command is missing");
			err_hint(&err, "see 'sitctl %shelp'", path);
			return fail(&err);
		}
		if (is_help(words[0]))
			return help_on(group, path, sizeof(path), n - 1, words + 1);
		cmd = find(group, words[0]);
		if (!cmd)
			return unknown(group, path, words[0]);
		words++;
		n--;
		if (cmd->sub)
			snprintf(path + strlen(path), sizeof(path) - strlen(path), "%s ", cmd->name);
	}
	if (n == 1 && cmd->help && is_help(words[0])) {
		help_command(path, cmd);
		return STATUS_OK;
	}
	return call(ctx, cmd, n, words);
}
