/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "dispatch.h"
#include "help.h"
#include "meant.h"
#include "options.h"
#include "say.h"

#define OPTIONS_FIRST "put options before the first word: sitctl [ OPTIONS ] OBJECT COMMAND"

static const struct command *find(const struct command *group, const char *name)
{
	for (const struct command *c = group; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static enum status unknown(const struct command *root, const struct command *group, const char *path, const char *word)
{
	char meant[64];
	struct err err;

	err_usage(&err, word, "is not a command%s%s", *path ? " of 'sitctl " : "", path);
	if (*path) /* the path ends with a space */
		snprintf(err.why + strlen(err.why) - 1, sizeof(err.why) - strlen(err.why) + 1, "'");
	if (*word == '-')
		err_hint(&err, OPTIONS_FIRST);
	else if (meant_command(root, group, word, meant, sizeof(meant)))
		err_hint(&err, "did you mean '%s'?", meant);
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
	err_usage(&err, text, "'%s' takes no further arguments", cmd->name);
	if (option_like(words[0]))
		err_hint(&err, OPTIONS_FIRST);
	return fail(&err);
}

/* Refuse --save, --file, --try and --unless-down if the command does not use files, or brings nothing up. */
static enum status misplaced(const struct ctx *ctx, const struct command *cmd)
{
	struct err err;

	if (ctx->save && cmd->files != FILES_SAVE) {
		err_usage(&err, "--save",
			  "cannot be used with '%s', which changes no configuration that could be saved", cmd->name);
		if (!strcmp(cmd->name, "down"))
			err_hint(&err, "remove the file yourself to discard its configuration");
		return fail(&err);
	}
	if (ctx->unless_down && strcmp(cmd->name, "up")) {
		err_usage(&err, "--unless-down", "'%s' does not bring up anything from a file", cmd->name);
		return fail(&err);
	}
	if (ctx->try_for && !cmd->undoable) {
		err_usage(&err, "--try", "cannot be used with '%s', which it could not undo", cmd->name);
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
		if (option_like(name)) {
			err_usage(&err, name, "is not a name");
			if (cmd->args == ARGS_NAME_OPTIONAL)
				err_hint(&err, OPTIONS_FIRST "; without a name, '%s' means all", cmd->name);
			else
				err_hint(&err, OPTIONS_FIRST);
			return fail(&err);
		}
		if (cmd->role == ROLE_CLIENT ? !parse_ifname(name, &why) : !parse_peer_name(name, &why)) {
			err_usage(&err, name, "%s", why);
			return fail(&err);
		}
		words++;
		n--;
	}
	if (cmd->args == ARGS_ANY || (cmd->args == ARGS_EXAM && !ctx->save && !ctx->file && !ctx->try_for))
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

	err_usage(&err, word, "there is no further help below 'sitctl %s'", path);
	snprintf(err.why + strlen(err.why) - 2, 3, "'"); /* the path ends with a space */
	return fail(&err);
}

/*
 * Help on what the N words after "help" name below GROUP: sitctl help client up, sitctl client
 * help up; without words, on GROUP itself.
 */
static enum status help_on(const struct command *root, const struct command *group, char *path, size_t size, int n,
			   char **words)
{
	for (; n; words++, n--) {
		const struct command *cmd = group ? find(group, words[0]) : NULL;

		if (group && (!cmd || !cmd->help))
			return unknown(root, group, path, words[0]);
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
		help_group(root, path, group);
	else
		help_root(root);
	return STATUS_OK;
}

enum status dispatch(struct ctx *ctx, int n, char **words)
{
	const struct command *group = ctx->commands, *cmd;
	char path[64] = "";

	ctx->words = n;
	ctx->word = words;
	for (;; group = cmd->sub) {
		/* As with `ip link`, an object alone shows what exists. */
		const char *word = n ? words[0] : "show";

		if (!n && group == ctx->commands) {
			help_usage(ctx->commands);
			return STATUS_USAGE;
		}
		if (is_help(word))
			return help_on(ctx->commands, group, path, sizeof(path), n - 1, words + 1);
		cmd = find(group, word);
		if (!cmd)
			return unknown(ctx->commands, group, path, word);
		if (n) {
			words++;
			n--;
		}
		if (!cmd->sub)
			break;
		snprintf(path + strlen(path), sizeof(path) - strlen(path), "%s ", cmd->name);
	}
	if (n == 1 && cmd->help && is_help(words[0])) {
		help_command(path, cmd);
		return STATUS_OK;
	}
	return call(ctx, cmd, n, words);
}

bool is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "-h") || !strcmp(word, "--help");
}
