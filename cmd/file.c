/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands do with the files of /etc/sitctl: read them, carry out what they say, --save. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "say.h"
#include "conf/write.h"

static void usual_path(const struct ctx *ctx, enum role role, const char *name, char *path)
{
	if (ctx->file)
		snprintf(path, CONF_PATH, "%s", ctx->file);
	else
		conf_path(role, name, path);
}

enum status read_conf(const struct ctx *ctx, enum role role, const char *name, struct conf *f)
{
	enum status status;
	char path[CONF_PATH];
	struct err err;

	usual_path(ctx, role, name, path);
	memset(f, 0, sizeof(*f));
	if (ctx->save && conf_is_input(path)) {
		err_usage(&err, "--save", "there is no file to write: --file names standard input");
		return fail(&err);
	}
	if ((ctx->save && conf_lock(f, path, &err)) || conf_read(f, path, conf_role(role), name, &err))
		return fail(&err);
	if (!f->exists && ctx->file && !ctx->save) {
		err_usage(&err, path, "this file does not exist");
		conf_free(f);
		return fail(&err);
	}
	status = fail_conf(f);
	if (status)
		conf_free(f);
	return status;
}

static int add_conf(const struct ctx *ctx, struct confs *confs, const char *path, enum role role, const char *name,
		    bool lenient, struct err *err)
{
	struct conf *grown = realloc(confs->items, (confs->n + 1) * sizeof(*grown));
	int ret;

	if (!grown)
		return err_sys(err, ENOMEM, "%s", path);
	confs->items = grown;
	memset(&grown[confs->n], 0, sizeof(*grown));
	ret = conf_read(&grown[confs->n], path, role, name, err);
	/* A file in /etc that cannot be read, or trusted, must not prevent showing what the kernel has. */
	if (ret && lenient && !ctx->file) {
		char text[1600];

		if (ret != -EACCES)
			warning(ctx, "%s", err_text(err, text, sizeof(text)));
		return 0;
	}
	if (ret)
		return ret;
	if (grown[confs->n].exists)
		confs->n++;
	else
		conf_free(&grown[confs->n]);
	return 0;
}

/* NAME.conf of a client: not that of the server or of passes, nor what an editor left behind. */
static int is_client_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	char name[IFNAMSIZ];
	const char *why;

	if (len < 6 || len - 5 >= sizeof(name) || strcmp(entry->d_name + len - 5, ".conf"))
		return 0;
	memcpy(name, entry->d_name, len - 5);
	name[len - 5] = '\0';
	return parse_ifname(name, &why) && !conf_taken(name);
}

/* The one file of ROLE. */
static int add_whole(const struct ctx *ctx, struct confs *confs, enum role role, bool lenient, struct err *err)
{
	char path[CONF_PATH];

	usual_path(ctx, role, "", path);
	return add_conf(ctx, confs, path, role, "", lenient, err);
}

static int add_clients(const struct ctx *ctx, struct confs *confs, bool lenient, struct err *err)
{
	struct dirent **entries;
	int n = scandir(CONF_DIR, &entries, is_client_conf, alphasort), ret = 0;

	for (int i = 0; i < n; i++) {
		char path[CONF_PATH], name[IFNAMSIZ];

		snprintf(name, sizeof(name), "%.*s", (int)strlen(entries[i]->d_name) - 5, entries[i]->d_name);
		conf_path(ROLE_CLIENT, name, path);
		if (!ret)
			ret = add_conf(ctx, confs, path, ROLE_CLIENT, name, lenient, err);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return ret;
}

int confs_load(const struct ctx *ctx, enum role role, const char *name, bool lenient, struct confs *confs,
	       struct err *err)
{
	char path[CONF_PATH];
	int ret = 0;

	memset(confs, 0, sizeof(*confs));
	if (ctx->file && (!role || (role == ROLE_CLIENT && !name))) {
		err_usage(err, "--file", "it is not clear what the file configures");
		err_hint(err,
			 "use the command of one object, such as 'client check NAME', 'server check' or 'nat check'");
		return -EINVAL;
	}
	if (role == ROLE_CLIENT && name) {
		usual_path(ctx, role, name, path);
		ret = add_conf(ctx, confs, path, ROLE_CLIENT, name, lenient, err);
	} else if (!role || role == ROLE_CLIENT) {
		ret = add_clients(ctx, confs, lenient, err);
	}
	if (!ret && (!role || role == ROLE_PEER))
		ret = add_whole(ctx, confs, ROLE_SERVER, lenient, err);
	if (!ret && (!role || role == ROLE_NAT))
		ret = add_whole(ctx, confs, ROLE_NAT, lenient, err);
	if (!ret && ctx->file && !confs->n) {
		err_usage(err, ctx->file, "this file does not exist");
		ret = -EINVAL;
	}
	if (ret)
		confs_free(confs);
	return ret;
}

void confs_free(struct confs *confs)
{
	for (size_t i = 0; i < confs->n; i++)
		conf_free(&confs->items[i]);
	free(confs->items);
	memset(confs, 0, sizeof(*confs));
}

const struct conf_section *confs_find(const struct confs *confs, enum role role, const char *name,
				      const struct conf **file)
{
	for (size_t i = 0; i < confs->n; i++) {
		const struct conf_section *s = conf_find(&confs->items[i], role, name);

		*file = &confs->items[i];
		if (s)
			return s;
	}
	return NULL;
}

enum status look(const struct ctx *ctx, enum role role, const char *name, struct confs *confs, struct host *host)
{
	struct err err;

	if (confs_load(ctx, role, name, true, confs, &err))
		return fail(&err);
	for (size_t i = 0; i < confs->n; i++)
		fail_conf(&confs->items[i]);
	if (!host_open(host, ctx->statistics ? HOST_COUNT : HOST_LOOK, &err))
		return STATUS_OK;
	confs_free(confs);
	return fail(&err);
}
