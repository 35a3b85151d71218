/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * complete WORD...: candidates for the last word, for shell completion: one per line, with a tab and
 * a description. ":file" stands for a file name. They come from the tree of commands, the table of
 * parameters and the options, so that the shells' scripts need no knowledge of their own.
 */
#include <ctype.h>
#include <dirent.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "ctx.h"
#include "dispatch.h"
#include "file.h"
#include "formats.h"
#include "options.h"
#include "base/err.h"
#include "base/quote.h"
#include "change/host.h"
#include "kernel/mark.h"
#include "spec/params.h"
#include "spec/spec.h"
#include "state/desired.h"

/* Names that sitctl does not accept, and a shell script could not show, are not offered. */
static void offer(const char *partial, const char *word, const char *what)
{
	if (!has_odd(word) && !strncmp(word, partial, strlen(partial)))
		printf("%s\t%s\n", word, what);
}

static void offer_interfaces(const char *partial)
{
	struct if_nameindex *list = if_nameindex();

	for (struct if_nameindex *i = list; i && i->if_index; i++)
		offer(partial, i->if_name, "interface");
	if (list)
		if_freenameindex(list);
}

static void offer_namespaces(const char *partial)
{
	DIR *dir = opendir("/run/netns");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			offer(partial, entry->d_name, "network namespace");
	if (dir)
		closedir(dir);
}

/* Names of tunnels that run, and of those that are only in a file. */
static void offer_names(const struct ctx *ctx, enum role role, const char *partial)
{
	struct confs confs = { .n = 0 };
	struct host host;
	struct err ignored;

	if (host_open(&host, HOST_LOOK, &ignored))
		return;
	for (size_t i = 0; i < host.j.desired.n; i++)
		if (host.j.desired.tunnels[i].spec.role == role)
			offer(partial, name_text(host.j.desired.tunnels[i].spec.name), role_noun(role));
	if (confs_load(ctx, role, NULL, true, &confs, &ignored))
		confs.n = 0;
	for (size_t i = 0; i < confs.n; i++)
		for (size_t k = 0; k < confs.items[i].n_sections; k++) {
			const struct spec *spec = &confs.items[i].sections[k].spec;

			if (spec->role == role && !desired_find(&host.j.desired, role, name_text(spec->name)))
				offer(partial, name_text(spec->name), confs.items[i].path);
		}
	confs_free(&confs);
	host_close(&host);
}

/* The literal words of a value: those in lower case, as in IPV4|any. */
static void offer_value(const struct param *p, const char *partial)
{
	char copy[80];

	snprintf(copy, sizeof(copy), "%s", p->value);
	if (!strcmp(copy, "IFACE"))
		offer_interfaces(partial);
	for (char *word = strtok(copy, "|"); word; word = strtok(NULL, "|"))
		if (islower((unsigned char)*word))
			offer(partial, word, p->help);
}

/* After PARAMETER VALUE ...: the next parameter, or the value of the previous one. */
static void offer_params(enum role role, int n, char **words)
{
	const char *partial = words[n - 1];
	const struct param *p;

	if (n % 2 == 0) {
		p = param_find(role, words[n - 2]);
		if (p)
			offer_value(p, partial);
		return;
	}
	for (p = params; p->name; p++) {
		bool given = false;

		for (int i = 0; i + 1 < n; i += 2)
			given = given || !strcmp(words[i], p->name);
		if ((p->roles & role) && !p->internal && (!given || (p->repeats & role)))
			offer(partial, p->name, p->help);
	}
	if (n == 1)
		offer(partial, "help", "print help");
}

/* SIT devices that are not ours. */
static void offer_foreign(const char *partial)
{
	struct host host;
	struct err ignored;

	if (host_open(&host, HOST_LOOK, &ignored))
		return;
	for (size_t i = 0; i < host.s.n_links; i++)
		if (host.s.links[i].is_sit && host.s.links[i].remote.s_addr && !link_ours(&host.s.links[i]))
			offer(partial, host.s.links[i].name, "a SIT device that sitctl did not make");
	host_close(&host);
}

/* What the doctor can examine: all tunnels, and foreign SIT devices. */
static void offer_exam(const struct ctx *ctx, int n, char **words)
{
	if (n == 1) {
		offer_names(ctx, ROLE_CLIENT, words[0]);
		offer_names(ctx, ROLE_PEER, words[0]);
		offer_foreign(words[0]);
	}
	if (n == 1 || n == 2)
		offer(words[n - 1], "target", "a host to connect to");
}

static void offer_formats(const char *partial)
{
	const char *name, *help;

	for (unsigned int i = 0; next_format(i, &name, &help); i++)
		offer(partial, name, help);
	offer(partial, "all", "all of them");
	offer(partial, "help", "list the formats");
}

static void offer_importers(const char *partial)
{
	const char *name, *help;

	for (unsigned int i = 0; next_importer(i, &name, &help); i++)
		offer(partial, name, help);
}

static void offer_command(const struct ctx *ctx, const struct command *cmd, int n, char **words)
{
	bool named = cmd->args == ARGS_NAME || cmd->args == ARGS_NAME_PARAMS || cmd->args == ARGS_NAME_OPTIONAL ||
		     cmd->args == ARGS_NAME_FORMAT;

	if (named && n == 1)
		offer_names(ctx, cmd->role, words[0]);
	if (n == 1 && cmd->args != ARGS_PARAMS)
		offer(words[0], "help", "print help");
	if (cmd->args == ARGS_EXAM)
		offer_exam(ctx, n, words);
	if (cmd->args == ARGS_PARAMS)
		offer_params(cmd->role, n, words);
	if (cmd->args == ARGS_DEV && n == 1)
		offer_foreign(words[0]);
	if (cmd->args == ARGS_IMPORT && n == 1)
		offer_importers(words[0]);
	if (cmd->args == ARGS_IMPORT && n > 1)
		puts(":file");
	if (cmd->args == ARGS_NAME_FORMAT && n == 2)
		offer_formats(words[1]);
	if (cmd->args == ARGS_NAME_PARAMS && n > 1)
		offer_params(cmd->role, n - 1, words + 1);
}

/* The option WORD, if its value is the next word. */
static const struct option_row *wants_value(const char *word)
{
	for (const struct option_row *o = option_rows; o->name; o++) {
		bool is_long = !strncmp(word, "--", 2) && !strcmp(word + 2, o->name);

		/* The last letter of several in one word: -jn NAME. */
		if (o->value && o->value[0] != '[' &&
		    (is_long || (word[1] != '-' && word[strlen(word) - 1] == o->letter)))
			return o;
	}
	return NULL;
}

static void offer_option_value(const struct option_row *option, const char *partial)
{
	if (option->letter == 'n')
		offer_namespaces(partial);
	else
		puts(":file");
}

static void offer_options(const char *partial)
{
	char word[40];

	for (const struct option_row *o = option_rows; o->name; o++) {
		snprintf(word, sizeof(word), "--%s", o->name);
		offer(partial, word, o->help);
		snprintf(word, sizeof(word), "-%c", o->letter);
		if (isprint((unsigned char)o->letter) && strlen(partial) < 2)
			offer(partial, word, o->help);
	}
	for (const char *const *c = (const char *const[]){ "--color=auto", "--color=always", "--color=never", NULL };
	     *c; c++)
		if (!strncmp(partial, "--color=", 8))
			offer(partial, *c, "colours");
}

static void offer_words(const struct ctx *ctx, int n, char **words)
{
	const struct command *group = ctx->commands;

	while (n > 1 && words[0][0] == '-' && words[0][1]) {
		const struct option_row *option = wants_value(words[0]);

		if (option && n == 2) {
			offer_option_value(option, words[1]);
			return;
		}
		words += option ? 2 : 1;
		n -= option ? 2 : 1;
	}
	if (words[0][0] == '-') {
		offer_options(words[0]);
		return;
	}
	while (group) {
		const struct command *cmd = group;

		if (n == 1) {
			for (; cmd->name; cmd++)
				if (cmd->help)
					offer(words[0], cmd->name, cmd->help);
			offer(words[0], "help", "print help");
			return;
		}
		while (cmd->name && strcmp(cmd->name, words[0]))
			cmd++;
		/* `help` takes the same words as the command that it is about, but nothing after them. */
		if (!cmd->name && !is_help(words[0]))
			return;
		words++;
		n--;
		if (!cmd->name)
			continue;
		if (!cmd->sub) {
			offer_command(ctx, cmd, n, words);
			return;
		}
		group = cmd->sub;
	}
}

enum status cmd_complete(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	(void)cmd;
	(void)name;
	if (n)
		offer_words(ctx, n, words);
	return STATUS_OK;
}
