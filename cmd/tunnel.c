/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client up, client down; server add-peer, set-peer, del-peer: one tunnel to a state. */
#include <errno.h>
#include <string.h>

#include "commands.h"

/* Words to a checked spec whose remote is an address. BASE, if any, is what the words change. */
static int read_words(const struct command *cmd, const char *name, const struct spec *base, int n, char **words,
		      struct spec *spec, struct err *err)
{
	int ret;

	if (base) {
		*spec = *base;
		ret = 0;
	} else {
		ret = spec_init(spec, cmd->role, name, err);
	}
	if (!ret)
		ret = spec_words(spec, n, words, err);
	if (!ret)
		ret = spec_check(spec, err);
	return ret ? ret : spec_resolve(spec, err);
}

/* Open the change with what it needs: the right to change, and the lock unless nothing is done. */
static int begin(const struct ctx *ctx, struct change *ch, struct err *err)
{
	int ret = need_admin(ctx, err);

	return ret ? ret : change_open(ch, !ctx->dry_run, err);
}

static enum status finish(const struct ctx *ctx, struct change *ch, const struct spec *spec)
{
	struct scope scope = { .role = spec->role, .name = spec->name };
	enum status status;
	struct err err;

	status = change_put(ch, spec, &err) ? fail(&err) : carry_out(ctx, ch, &scope);
	change_close(ch);
	return status;
}

enum status cmd_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	struct change ch;
	struct spec spec;
	struct err err;

	if (read_words(cmd, name, NULL, n, words, &spec, &err) || begin(ctx, &ch, &err))
		return fail(&err);
	return finish(ctx, &ch, &spec);
}

enum status cmd_set_peer(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	const struct told_tunnel *t;
	struct change ch;
	struct spec spec;
	struct err err;

	/* Wrong words are told before anything else is looked at. */
	if (spec_init(&spec, cmd->role, name, &err) || spec_words(&spec, n, words, &err))
		return fail(&err);
	if (!n) {
		err_usage(&err, name, "no parameter to change is given");
		err_hint(&err, "see 'sitctl server set-peer help'");
		return fail(&err);
	}
	if (begin(ctx, &ch, &err))
		return fail(&err);
	t = told_find(&ch.told, ROLE_PEER, name);
	if (!t) {
		err_usage(&err, name, "there is no peer of this name");
		err_hint(&err, "see 'sitctl server show', or use add-peer");
	} else if (!read_words(cmd, name, &t->spec, n, words, &spec, &err)) {
		return finish(ctx, &ch, &spec);
	}
	change_close(&ch);
	return fail(&err);
}

enum status cmd_down(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	struct scope scope = { .role = cmd->role, .name = name };
	enum status status;
	struct change ch;
	struct err err;

	(void)n;
	(void)words;
	if (begin(ctx, &ch, &err))
		return fail(&err);
	if (!told_find(&ch.told, cmd->role, name))
		note(ctx, "%s: there is no %s of this name: nothing to remove", name,
		     cmd->role == ROLE_CLIENT ? "client tunnel" : "peer");
	change_remove(&ch, cmd->role, name);
	status = carry_out(ctx, &ch, &scope);
	change_close(&ch);
	return status;
}

enum status cmd_server_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	struct scope scope = { .role = ROLE_SERVER };
	enum status status;
	struct change ch;
	struct spec spec;
	struct err err;

	if (read_words(cmd, name, NULL, n, words, &spec, &err) || begin(ctx, &ch, &err))
		return fail(&err);
	status = change_server(&ch, &spec, &err) ? fail(&err) : carry_out(ctx, &ch, &scope);
	change_close(&ch);
	return status;
}

enum status cmd_server_down(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	struct scope scope = { .role = ROLE_SERVER };
	enum status status;
	struct change ch;
	struct err err;

	(void)cmd;
	(void)name;
	(void)n;
	(void)words;
	if (begin(ctx, &ch, &err))
		return fail(&err);
	if (!ch.told.server.uplink[0] && !told_has_peers(&ch.told))
		note(ctx, "server: it is not up: nothing to remove");
	change_server_down(&ch);
	status = carry_out(ctx, &ch, &scope);
	change_close(&ch);
	return status;
}
