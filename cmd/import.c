/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client import: a tunnel from another tool's files, as a file of sitctl. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "ctx.h"
#include "file.h"
#include "say.h"
#include "base/err.h"
#include "base/lazy.h"
#include "base/nearest.h"
#include "conf/conf.h"
#include "conf/write.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "import/assemble.h"
#include "import/import.h"
#include "import/importers.h"
#include "spec/params.h"
#include "spec/spec.h"

#define IMPORTERS_MAX 16

/* What the words ask for. */
struct request {
	const struct importer *importer;
	int n_files;
	char **files;
	const char *name; /* which tunnel; NULL: the only one */
};

static enum status unknown_importer(const char *word)
{
	const char *names[IMPORTERS_MAX], *near;
	unsigned int n = 0;
	struct err err;

	for (const struct importer *i = importers; i->name; i++)
		names[n++] = i->name;
	names[n++] = "help";
	near = nearest(word, names, n);
	err_usage(&err, word, "is not a format that can be imported");
	if (near)
		err_hint(&err, "did you mean '%s'?", near);
	else
		err_hint(&err, "see 'sitctl client import help'");
	return fail(&err);
}

static int read_stream(FILE *in, const char *name, char **text, struct err *err)
{
	size_t n;

	*text = calloc(1, IMPORT_SIZE_MAX + 1);
	if (!*text)
		return err_sys(err, ENOMEM, "%s", name);
	n = fread(*text, 1, IMPORT_SIZE_MAX + 1, in);
	if (ferror(in))
		return err_sys(err, errno, "%s", name);
	if (n > IMPORT_SIZE_MAX) {
		(*text)[IMPORT_SIZE_MAX] = '\0';
		return err_usage(err, name, "is larger than a megabyte: this is not a configuration file");
	}
	return strlen(*text) == n ? 0 : err_usage(err, name, "contains a NUL byte: this is not a text file");
}

static int read_file(struct import *im, const struct importer *importer, const char *path, struct err *err)
{
	bool input = !strcmp(path, "-");
	FILE *in = input ? stdin : fopen(path, "re");
	const char *name = input ? "standard input" : path;
	char *text = NULL;
	int ret;

	if (!in) {
		err_sys(err, errno, "%s", path);
		return -err->code;
	}
	ret = read_stream(in, name, &text, err);
	if (!ret)
		import_text(im, importer, name, text);
	free(text);
	if (!input)
		fclose(in);
	return ret;
}

/* The tunnel that is asked for, or NULL and ERR. */
static struct imported *choose(struct import *im, const struct request *request, struct err *err)
{
	char names[256] = "";

	if (request->name) {
		struct imported *t = import_find(im, request->name);

		if (!t)
			err_usage(err, request->name, "there is no SIT tunnel with this name in the input");
		return t;
	}
	if (im->n == 1)
		return &im->tunnels[0];
	for (size_t i = 0; i < im->n; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", i ? ", " : "",
			 name_text(im->tunnels[i].spec.name));
	err_usage(err, request->importer->name, im->n ? "there are several tunnels: %s" : "no SIT tunnel was found%s",
		  names);
	if (im->n)
		err_hint(err, "add 'name NAME' after the file");
	return NULL;
}

static enum status save(const struct ctx *ctx, struct spec *spec)
{
	enum status status;
	struct conf f;
	struct err err;

	if (!ctx->file && conf_taken(name_text(spec->name))) {
		err_usage(&err, name_text(spec->name),
			  "a tunnel with this name cannot be saved: " CONF_DIR "/%s.conf is not a client's file",
			  name_text(spec->name));
		err_hint(&err, "use --file");
		return fail(&err);
	}
	spec_forget_defaults(spec);
	status = read_conf(ctx, ROLE_CLIENT, name_text(spec->name), &f);
	if (status)
		return status;
	if (conf_put(&f, spec, &err) || conf_prepare(&f, &err) || conf_commit(&f, &err))
		status = fail(&err);
	conf_free(&f);
	return status;
}

static enum status print(const struct ctx *ctx, const struct spec *spec)
{
	struct exported e = { .spec = *spec };
	enum status status = STATUS_OK;
	struct notes notes;
	struct err err;

	if (ctx->json) {
		json_t *json = json_pack("{s:s, s:s}", "role", role_object(spec->role), "name", name_text(spec->name));

		for (const struct param *p = params; p->name; p++)
			if ((p->roles & ROLE_CLIENT) && !p->internal)
				json_object_set_new(json, p->name, param_json(spec, p));
		print_json(ctx, json_pack("[o]", json));
		return STATUS_OK;
	}
	if (format_print(format_find("sitctl.conf"), stdout, &e, &notes)) {
		err_sys(&err, EOPNOTSUPP, "%s", name_text(spec->name));
		err_why(&err, "%s", notes.refused);
		status = fail(&err);
	}
	notes_free(&notes);
	return status;
}

static enum status carry_over(const struct ctx *ctx, struct import *im, const struct request *request)
{
	char others[1024];
	struct imported *t;
	enum status status;
	struct err err;

	if (import_end(im, &err))
		return fail(&err);
	say_errors(&im->errors);
	if (import_others(im, others, sizeof(others)))
		warning(ctx, "%s: skipped, since only SIT tunnels are imported", others);
	/* The only tunnel was refused, and reported. */
	if (!im->n && im->refused)
		return STATUS_USAGE;
	t = choose(im, request, &err);
	if (!t)
		return fail(&err);
	if (!ctx->save || ctx->dry_run) {
		status = print(ctx, &t->spec);
		return status ? status : im->errors.n ? STATUS_REFUSED : STATUS_OK;
	}
	if (im->errors.n) {
		err_sys(&err, EBADMSG, "%s", name_text(t->spec.name));
		err_why(&err, "some of the input was not understood, so nothing is saved");
		err_hint(&err, "correct the reported lines, or omit --save to print what was understood");
		return fail(&err);
	}
	return save(ctx, &t->spec);
}

enum status cmd_import(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	static char standard_input[] = "-", *only_input[] = { standard_input };
	struct request request = { .n_files = n - 1, .files = words + 1 };
	struct import im = { .n = 0 };
	enum status status;
	struct err err;

	(void)name;
	if (!n) {
		err_usage(&err, cmd->name, "a format is missing");
		err_hint(&err, "see 'sitctl client import help'");
		return fail(&err);
	}
	request.importer = importer_find(words[0]);
	if (!request.importer)
		return unknown_importer(words[0]);
	if (request.importer->library && lazy_load(request.importer->library, &err))
		return fail(&err);
	if (n > 2 && !strcmp(words[n - 2], "name")) {
		request.name = words[n - 1];
		request.n_files -= 2;
	}
	if (!request.n_files) {
		request.n_files = 1;
		request.files = only_input;
	}
	for (int i = 0; i < request.n_files; i++)
		if (read_file(&im, request.importer, request.files[i], &err)) {
			import_free(&im);
			return fail(&err);
		}
	status = carry_over(ctx, &im, &request);
	import_free(&im);
	return status;
}
