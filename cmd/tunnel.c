/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client up, down, set; server up, down, add-peer, set-peer, del-peer; nat pass, unpass, up, down. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "carryout.h"
#include "commands.h"
#include "ctx.h"
#include "file.h"
#include "rights.h"
#include "say.h"
#include "base/err.h"
#include "change/change.h"
#include "conf/conf.h"
#include "plan/farend.h"
#include "plan/world.h"
#include "spec/resolve.h"
#include "spec/spec.h"
#include "state/desired.h"

/* Parse words into a checked spec. SPEC is what they change: made by spec_init(), or what is desired. */
static int read_words(int n, char **words, struct spec *spec, struct err *err)
{
	int ret = spec_words(spec, n, words, err);

	return ret ? ret : spec_check(spec, err);
}

/* Open the change with what it needs: CAP_NET_ADMIN, and the lock unless it is a dry run. */
static int begin(const struct ctx *ctx, struct change *ch, struct err *err)
{
	int ret = need_admin(ctx, err);

	return ret ? ret : change_open(ch, !ctx->dry_run, err);
}

/* With parameters no file is read: giving both is a mistake. */
static int no_file(const struct ctx *ctx, struct err *err)
{
	if (ctx->unless_down)
		return err_usage(err, "--unless-down", "can be used only without parameters, to read a file");
	if (!ctx->file || ctx->save)
		return 0;
	err_usage(err, "--file", "no file is read when parameters are given");
	err_hint(err, "omit the parameters, or add --save to write them to that file");
	return -EINVAL;
}

static enum status nothing_to_save(void)
{
	struct err err;

	err_usage(&err, "--save", "there is nothing to save: no parameters are given");
	return fail(&err);
}

static enum status up_from_file(const struct ctx *ctx, const char *name)
{
	struct scope scope = { .role = ROLE_CLIENT, .name = name };
	enum status status;
	struct conf f;
	struct err err;

	if (ctx->save)
		return nothing_to_save();
	status = read_conf(ctx, ROLE_CLIENT, name, &f);
	if (status)
		return status;
	if (!f.exists) {
		err_usage(&err, name, "no parameters are given, and the file %s does not exist", f.path);
		err_hint(&err, "give 'remote IPV4 address IPV6', or create that file");
		conf_free(&f);
		return fail(&err);
	}
	return carry_out_conf(ctx, &f, &scope);
}

/* Frees CH and SPEC. */
static enum status finish(const struct ctx *ctx, struct change *ch, struct spec *spec)
{
	struct scope scope = { .role = spec->role, .name = name_text(spec->name) };
	enum status status;
	struct err err;

	status = change_put(ch, spec, &err) ? fail(&err) : carry_out_saving(ctx, ch, &scope, spec);
	change_close(ch);
	spec_free(spec);
	return status;
}

/* Frees SPEC. */
static enum status give_up(struct spec *spec, const struct err *err)
{
	spec_free(spec);
	return fail(err);
}

enum status cmd_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	const struct desired_tunnel *before;
	struct answers answers;
	struct spec spec = { .role = 0 };
	struct change ch;
	struct err err;

	if (!n && cmd->role == ROLE_CLIENT)
		return up_from_file(ctx, name);
	/* Names are resolved before the lock is taken, since that may take long. */
	if (no_file(ctx, &err) || spec_init(&spec, cmd->role, name, &err) || read_words(n, words, &spec, &err) ||
	    need_admin(ctx, &err) || spec_resolve(&spec, &answers, &err) || begin(ctx, &ch, &err))
		return give_up(&spec, &err);
	before = desired_find(&ch.desired, cmd->role, name);
	far_end_choose(&ch.host.s, &spec, before ? &before->spec : NULL, &answers);
	return finish(ctx, &ch, &spec);
}

/* Put the tunnel into SPEC, which is empty before, with the GIVEN changes. 0, or a negative errno and ERR. */
static int change_tunnel(const struct snapshot *s, const struct desired_tunnel *t, int n, char **words,
			 const struct spec *given, const struct answers *answers, struct spec *spec, struct err *err)
{
	int ret;

	spec_copy(spec, &t->spec);
	ret = read_words(n, words, spec, err);
	if (!ret && answers->n) {
		spec->remote = given->remote;
		far_end_choose(s, spec, &t->spec, answers);
	}
	return ret;
}

enum status cmd_set(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	struct spec given = { .role = 0 }, spec = { .role = 0 };
	const struct desired_tunnel *t;
	struct answers answers;
	struct change ch;
	struct err err;

	/* Wrong words are reported before anything else is examined. */
	if (no_file(ctx, &err) || spec_init(&given, cmd->role, name, &err) || spec_words(&given, n, words, &err))
		return give_up(&given, &err);
	if (!n) {
		err_usage(&err, name, "no parameters to change are given");
		err_hint(&err, "see 'sitctl %s %s help'", role_object(cmd->role), cmd->name);
		return fail(&err);
	}
	if (need_admin(ctx, &err) || spec_resolve(&given, &answers, &err) || begin(ctx, &ch, &err))
		return give_up(&given, &err);
	t = desired_find(&ch.desired, cmd->role, name);
	if (!t) {
		err_usage(&err, name, "there is no %s with this name", role_noun(cmd->role));
		err_hint(&err, "see 'sitctl %s show', or use '%s'", role_object(cmd->role), role_maker(cmd->role));
	}
	if (!t || change_tunnel(&ch.host.s, t, n, words, &given, &answers, &spec, &err)) {
		change_close(&ch);
		spec_free(&spec);
		return give_up(&given, &err);
	}
	spec_free(&given);
	return finish(ctx, &ch, &spec);
}

/* What a file would bring back automatically must stay down; without a file that has it, there is no need. */
static void keep_down(const struct ctx *ctx, struct change *ch, enum role role, const char *name)
{
	char path[CONF_PATH];

	conf_path(role, name, path);
	if (!ctx->save && !access(path, F_OK))
		change_keep_down(ch, role, name);
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
	if (!desired_find(&ch.desired, cmd->role, name))
		warning(ctx, "%s: there is no %s with this name: nothing to remove", name, role_noun(cmd->role));
	change_remove(&ch, cmd->role, name);
	keep_down(ctx, &ch, cmd->role, name);
	status = carry_out_saving(ctx, &ch, &scope, NULL);
	change_close(&ch);
	return status;
}

enum status cmd_server_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	struct scope scope = { .role = ROLE_SERVER, .name = "" };
	enum status status;
	struct change ch;
	struct conf f;
	struct spec spec = { .role = 0 };
	struct err err;

	if (!n && ctx->save)
		return nothing_to_save();
	if (!n) {
		status = read_conf(ctx, ROLE_SERVER, "", &f);
		if (status)
			return status;
		if (f.exists)
			return carry_out_conf(ctx, &f, &scope);
		conf_free(&f);
	}
	if (no_file(ctx, &err) || spec_init(&spec, cmd->role, name, &err) || read_words(n, words, &spec, &err) ||
	    begin(ctx, &ch, &err))
		return fail(&err);
	status = change_server(&ch, &spec, &err) ? fail(&err) : carry_out_saving(ctx, &ch, &scope, &spec);
	change_close(&ch);
	return status;
}

enum status cmd_nat_up(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	struct scope scope = { .role = ROLE_NAT, .name = "" };
	enum status status;
	struct conf f;
	struct err err;

	(void)cmd;
	(void)name;
	(void)n;
	(void)words;
	status = read_conf(ctx, ROLE_NAT, "", &f);
	if (status)
		return status;
	if (f.exists)
		return carry_out_conf(ctx, &f, &scope);
	err_usage(&err, "nat", "the file %s does not exist", f.path);
	err_hint(&err, "create it, or use 'sitctl --save nat pass NAME remote IPV4 to IPV4'");
	conf_free(&f);
	return fail(&err);
}

enum status cmd_all_down(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	struct scope scope = { .role = cmd->role, .name = "" };
	enum status status;
	struct change ch;
	struct err err;

	(void)name;
	(void)n;
	(void)words;
	if (begin(ctx, &ch, &err))
		return fail(&err);
	if (cmd->role == ROLE_NAT) {
		if (!desired_has(&ch.desired, ROLE_NAT))
			warning(ctx, "nat: there are no passes: nothing to remove");
		change_nat_down(&ch);
	} else {
		if (!ch.desired.server.uplink.at && !desired_has(&ch.desired, ROLE_PEER))
			warning(ctx, "server: it is not set up: nothing to remove");
		change_server_down(&ch);
	}
	keep_down(ctx, &ch, cmd->role, "");
	status = carry_out(ctx, &ch, &scope);
	change_close(&ch);
	return status;
}
