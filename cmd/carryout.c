/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "carryout.h"
#include "file.h"
#include "rights.h"
#include "say.h"
#include "trial.h"
#include "change/fromconf.h"
#include "conf/write.h"
#include "plan/kinds.h"

#define PROGRESS_MIN 500 /* steps: fewer take no noticeable time */

static void print_plan(const struct ctx *ctx, const struct plan *plan)
{
	static const char *const op[] = { "add", "change", "delete" };
	json_t *array = ctx->json ? json_array() : NULL;

	for (size_t i = 0; i < plan->n; i++) {
		const struct step *step = &plan->steps[i];
		const struct object *object = step_object(step);
		const struct kind *kind = kinds[object->kind];
		json_t *json;

		if (step_silent(step))
			continue;
		if (!ctx->json) {
			kind->print(step, stdout);
			continue;
		}
		json = json_pack("{s:s, s:s}", "op", op[step->op], "kind", kind->name);
		json_object_update_new(json, kind->json(object));
		json_array_append_new(array, json);
	}
	if (array)
		print_json(ctx, array);
}

/* One line that is overwritten, and cleared at the end. */
static void show_progress(size_t done, size_t n)
{
	if (done < n)
		fprintf(stderr, "\rsitctl: %zu of %zu steps\033[K", done, n);
	else
		fputs("\r\033[K", stderr);
	fflush(stderr);
}

/* The notes of the plan, starting with number FIRST. */
static void print_notes(const struct ctx *ctx, const struct plan *plan, size_t first)
{
	for (size_t i = first; i < plan->n_warnings; i++)
		warning(ctx, "%s", plan->warnings[i]);
}

/* Failing to give advice is no reason to refuse, and does not make the change a failure. */
static void no_advice(const struct ctx *ctx, const struct err *err)
{
	char text[2048];

	warning(ctx, "%s", err_text(err, text, sizeof(text)));
}

/* What foreign filters would drop. The lock is not held meanwhile; with --quiet it is not looked up at all. */
static void tell_filters(const struct ctx *ctx, struct change *ch, const struct scope *scope)
{
	size_t told = ch->plan.n_warnings;
	struct err err;

	if (ctx->quiet)
		return;
	if (change_filters(ch, scope, &err))
		no_advice(ctx, &err);
	print_notes(ctx, &ch->plan, told);
}

static enum status make(const struct ctx *ctx, struct change *ch, const struct scope *scope)
{
	struct err err;

	if (change_plan(ch, scope, &err))
		return fail(&err);
	if (change_warnings(ch, scope, &err)) {
		if (err.usage)
			return fail(&err);
		no_advice(ctx, &err);
	}
	print_notes(ctx, &ch->plan, 0);
	if (!ctx->quiet && isatty(STDERR_FILENO) && ch->plan.n > PROGRESS_MIN)
		ch->plan.progress = show_progress;
	if (ctx->dry_run)
		print_plan(ctx, &ch->plan);
	else if (change_apply(ch, &err))
		return fail(&err);
	tell_filters(ctx, ch, scope);
	return STATUS_OK;
}

/* The same, but kept only if it is confirmed. */
static enum status try_out(const struct ctx *ctx, struct change *ch, const struct scope *scope)
{
	enum status status, end;
	struct trial trial;

	status = trial_begin(&trial, ch, scope, ctx->try_for);
	if (status)
		return status;
	status = make(ctx, ch, scope);
	/* Without a difference there is nothing to undo; a refused change is undone. */
	end = trial_end(&trial, ctx, ch, !status && ch->done);
	return status ? status : end;
}

enum status carry_out(const struct ctx *ctx, struct change *ch, const struct scope *scope)
{
	return ctx->try_for && !ctx->dry_run ? try_out(ctx, ch, scope) : make(ctx, ch, scope);
}

/* Prepare the file F with SPEC, or without SCOPE, to be committed or not, and freed. */
static enum status prepare(const struct ctx *ctx, const struct scope *scope, const struct spec *spec, struct conf *f)
{
	enum status status = read_conf(ctx, scope->role, scope->name, f);
	struct err err;

	if (status)
		return status;
	if (!(spec ? conf_put(f, spec, &err) : conf_remove(f, scope->role, scope->name)) && !conf_prepare(f, &err))
		return STATUS_OK;
	conf_free(f);
	return fail(&err);
}

/*
 * Write SPEC to the file, or remove SCOPE from it, after MADE was kept. If another run has changed it since, the file is
 * that run's matter.
 */
static enum status save(const struct ctx *ctx, const struct change *made, const struct scope *scope,
			const struct spec *spec)
{
	enum status status;
	struct change now;
	struct conf f;
	struct err err;

	if (change_open(&now, true, &err))
		return fail(&err);
	if (!change_is_same(&now, made, scope)) {
		err_sys(&err, EBUSY, "--save");
		err_why(&err, "another run has changed this since: the file is left as it is");
		change_close(&now);
		return fail(&err);
	}
	status = prepare(ctx, scope, spec, &f);
	if (!status) {
		if (conf_commit(&f, &err))
			status = fail(&err);
		conf_free(&f);
	}
	change_close(&now);
	return status;
}

enum status carry_out_saving(const struct ctx *ctx, struct change *ch, const struct scope *scope,
			     const struct spec *spec)
{
	enum status status;
	struct conf f;
	struct err err;

	if (!ctx->save || ctx->dry_run)
		return carry_out(ctx, ch, scope);
	if (scope->role == ROLE_CLIENT && !ctx->file && conf_taken(scope->name)) {
		err_usage(&err, scope->name,
			  "a tunnel with this name cannot be saved: " CONF_DIR "/%s.conf is not a client's file",
			  scope->name);
		err_hint(&err, "choose another name, or use --file");
		return fail(&err);
	}
	status = prepare(ctx, scope, spec, &f);
	if (status)
		return status;
	/* What is tried is written when it is kept; whether it can be is known now. */
	if (ctx->try_for) {
		conf_free(&f);
		status = carry_out(ctx, ch, scope);
		return status ? status : save(ctx, ch, scope, spec);
	}
	ch->save = &f;
	status = carry_out(ctx, ch, scope);
	ch->save = NULL;
	conf_free(&f);
	return status;
}

/* Name what runs and is not in the file, which should have all of them. */
static void name_gone(const struct ctx *ctx, const struct change *ch, const struct conf *f)
{
	for (size_t i = 0; i < ch->host.j.desired.n; i++) {
		const struct spec *spec = &ch->host.j.desired.tunnels[i].spec;

		if (conf_part(spec->role) && conf_role(spec->role) == f->role &&
		    !conf_find(f, spec->role, name_text(spec->name)))
			warning(ctx, "%s: is not in %s: %sremoved", name_text(spec->name), f->path,
				ctx->dry_run ? "would be " : "");
	}
}

/* If hooks ask for it, ignore the sections of F that a user took down. Is that all of SCOPE? */
static bool leave_down(const struct ctx *ctx, const struct change *ch, const struct scope *scope, struct conf *f)
{
	if (!ctx->unless_down)
		return false;
	for (size_t i = 0; i < f->n_sections; i++)
		if (change_kept_down(ch, f->sections[i].spec.role, name_text(f->sections[i].spec.name)))
			f->sections[i].bad = true;
	return change_kept_down(ch, scope->role, scope->name);
}

/* The same before name servers are queried, which may take long. Missing rights are reported later. */
static bool is_left_down(const struct ctx *ctx, const struct scope *scope, struct conf *f)
{
	struct change ch;
	struct err ignored;
	bool all;

	if (!ctx->unless_down || change_open(&ch, false, &ignored))
		return false;
	all = leave_down(ctx, &ch, scope, f);
	change_close(&ch);
	return all;
}

enum status carry_out_conf(const struct ctx *ctx, struct conf *f, const struct scope *scope)
{
	enum status status;
	struct change ch;
	struct err err;

	if (is_left_down(ctx, scope, f)) {
		conf_free(f);
		return STATUS_OK;
	}
	conf_resolve(f);
	status = fail_conf(f);
	if (!status && (need_admin(ctx, &err) || change_open(&ch, !ctx->dry_run, &err)))
		status = fail(&err);
	if (status) {
		conf_free(f);
		return status;
	}
	/* Again, with the lock held: a user may have taken it down while names were resolved. */
	if (!leave_down(ctx, &ch, scope, f)) {
		status = change_conf(&ch, f, &err) ? fail(&err) : fail_conf(f);
		if (!status) {
			name_gone(ctx, &ch, f);
			status = carry_out(ctx, &ch, scope);
		}
	}
	change_close(&ch);
	conf_free(f);
	return status;
}
