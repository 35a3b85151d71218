/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands do with the files of /etc/sitctl: read them, carry out what they say, --save. */
#include <errno.h>
#include <string.h>

#include "commands.h"

static void usual_path(const struct ctx *ctx, enum role role, const char *name, char *path)
{
	if (ctx->file)
		snprintf(path, CONF_PATH, "%s", ctx->file);
	else if (role == ROLE_CLIENT)
		conf_client_path(name, path);
	else
		snprintf(path, CONF_PATH, CONF_SERVER);
}

enum status read_conf(const struct ctx *ctx, enum role role, const char *name, struct conf *f)
{
	enum role of = role == ROLE_CLIENT ? ROLE_CLIENT : ROLE_SERVER;
	enum status status;
	char path[CONF_PATH];
	struct err err;

	usual_path(ctx, role, name, path);
	if (conf_read(f, path, of, name, &err))
		return fail(&err);
	if (!f->exists && ctx->file && !ctx->save) {
		err_usage(&err, path, "there is no such file");
		conf_free(f);
		return fail(&err);
	}
	status = fail_conf(f);
	if (status)
		conf_free(f);
	return status;
}

enum status carry_out_saving(const struct ctx *ctx, struct change *ch, const struct scope *scope, const struct spec *spec)
{
	enum status status;
	struct conf f;
	struct err err;

	if (!ctx->save || ctx->dry_run)
		return carry_out(ctx, ch, scope);
	status = read_conf(ctx, scope->role, scope->name, &f);
	if (status)
		return status;
	if ((spec ? conf_put(&f, spec, &err) : conf_remove(&f, scope->role, scope->name)) || conf_prepare(&f, &err))
		status = fail(&err);
	if (!status)
		status = carry_out(ctx, ch, scope);
	if (!status && conf_commit(&f, &err))
		status = fail(&err);
	conf_free(&f);
	return status;
}

/* Peers that run and are not in the file. */
static void name_gone(const struct ctx *ctx, const struct change *ch, const struct conf *f)
{
	for (size_t i = 0; i < ch->j.told.n; i++) {
		const struct spec *spec = &ch->j.told.tunnels[i].spec;

		if (spec->role == ROLE_PEER && !conf_find(f, ROLE_PEER, spec->name))
			note(ctx, "%s: is not in %s: removed", spec->name, f->path);
	}
}

enum status carry_out_conf(const struct ctx *ctx, struct conf *f, const struct scope *scope)
{
	enum status status = STATUS_OK;
	struct change ch;
	struct err err;

	conf_resolve(f);
	if (fail_conf(f) || need_admin(ctx, &err) || change_open(&ch, !ctx->dry_run, &err)) {
		status = f->n_errors ? STATUS_USAGE : fail(&err);
		conf_free(f);
		return status;
	}
	status = change_conf(&ch, f, &err) ? fail(&err) : fail_conf(f);
	if (!status && scope->role == ROLE_SERVER)
		name_gone(ctx, &ch, f);
	if (!status)
		status = carry_out(ctx, &ch, scope);
	change_close(&ch);
	conf_free(f);
	return status;
}
