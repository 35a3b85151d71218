/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check, client check, server check: is a plan for what is desired empty? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "ctx.h"
#include "file.h"
#include "rights.h"
#include "say.h"
#include "base/err.h"
#include "base/quote.h"
#include "change/change.h"
#include "change/fromconf.h"
#include "conf/conf.h"
#include "kernel/sitattrs.h"
#include "kernel/link.h"
#include "kernel/object.h"
#include "kernel/sysctl.h"
#include "plan/kinds.h"
#include "plan/openrelay.h"
#include "plan/plan.h"
#include "plan/world.h"
#include "spec/params.h"
#include "spec/spec.h"
#include "state/desired.h"
#include "state/snapshotfind.h"

#define LINE 512
#define COMMAND_TEXT 8192

/* A difference is reported once, even if the plans of several tunnels have it. */
struct report {
	const struct ctx *ctx;
	struct confs confs; /* what is wanted, if there is a file */
	json_t *array;	    /* with --json */
	char (*seen)[LINE];
	size_t n_seen;
	char repair[COMMAND_TEXT + 64]; /* of the differences that were printed last */
	bool drift;
};

static bool seen_before(struct report *r, const char *line)
{
	char(*grown)[LINE];

	for (size_t i = 0; i < r->n_seen; i++)
		if (!strcmp(r->seen[i], line))
			return true;
	grown = realloc(r->seen, (r->n_seen + 1) * sizeof(*grown));
	if (grown) {
		r->seen = grown;
		snprintf(r->seen[r->n_seen++], LINE, "%s", line);
	}
	return false;
}

/* Append the values of a tunnel device that differ. */
static void describe_link(const struct link *was, const struct link *want, char *line, size_t size)
{
	const char *alias = was->half_made ? "missing" : was->alias;
	size_t len;

	sit_attrs_differences(was, want, line, size);
	len = strlen(line);
	if (strcmp(alias, want->alias))
		snprintf(line + len, size - len, "; alias is %s, should be %s", alias, want->alias);
}

/* Do both lead to the same destination by the same interface? */
static bool same_way(const struct route *a, const struct route *b)
{
	return a->type == b->type && net6_equal(&a->dst, &b->dst) && !strcmp(a->ifname, b->ifname);
}

/* The route that the kernel has in the place of ROUTE, with another gateway or metric; or NULL. */
static const struct route *in_place_of(const struct change *ch, const struct route *route)
{
	const struct route *found;

	for (size_t at = 0; (found = snapshot_next_route_to(&ch->host.s, &route->dst, &at));)
		if (same_way(found, route))
			break;
	/* If the plan removes one of several, it is that. */
	for (size_t i = 0; found && i < ch->plan.n; i++) {
		const struct step *step = &ch->plan.steps[i];

		if (step->op == STEP_DEL && step->was->kind == KIND_ROUTE && same_way(&step->was->route, route))
			return &step->was->route;
	}
	return found;
}

/* Is STEP the removal of a route in whose place the plan adds another? That one's difference names both. */
static bool is_replaced(const struct change *ch, const struct step *step)
{
	for (size_t i = 0; step->op == STEP_DEL && step->was->kind == KIND_ROUTE && i < ch->plan.n; i++) {
		const struct step *added = &ch->plan.steps[i];

		if (added->op == STEP_ADD && added->want->kind == KIND_ROUTE &&
		    same_way(&added->want->route, &step->was->route) &&
		    in_place_of(ch, &added->want->route) == &step->was->route)
			return true;
	}
	return false;
}

/* Describe in words the difference that STEP removes. */
static void describe(const struct change *ch, const struct step *step, char *line, size_t size)
{
	const struct object *object = step_object(step);
	const struct route *other = NULL;
	char label[160], found[160];

	kinds[object->kind]->label(object, label, sizeof(label));
	if (step->op == STEP_ADD && object->kind == KIND_ROUTE)
		other = in_place_of(ch, &object->route);
	if (other) {
		const struct object now = { .kind = KIND_ROUTE, .route = *other };

		kinds[KIND_ROUTE]->label(&now, found, sizeof(found));
		snprintf(line, size, "%s is configured, but the kernel has %s", label, found);
	} else if (step->op == STEP_ADD) {
		snprintf(line, size, "%s is missing", label);
	} else if (step->op == STEP_DEL) {
		snprintf(line, size, "%s is left over", label);
	} else if (object->kind == KIND_SYSCTL) {
		snprintf(line, size, "%s is configured, but the value is %s", label, step->was->sysctl.value);
	} else if (step->phase == PHASE_LINK_UP) {
		snprintf(line, size, "%s is down", label);
	} else {
		snprintf(line, size, "%s does not have the configured values", label);
	}
	if (step->op == STEP_CHANGE && step->phase == PHASE_LINK)
		describe_link(&step->was->link, &step->want->link, line, size);
}

/* Does a file say what is wanted of SPEC? The files of the server and of passes have all of theirs. */
static bool from_file(const struct report *r, const struct spec *spec)
{
	const struct conf *f;

	if (spec->role == ROLE_CLIENT)
		return confs_find(&r->confs, ROLE_CLIENT, name_text(spec->name), &f);
	for (size_t i = 0; i < r->confs.n; i++)
		if (r->confs.items[i].role == conf_role(spec->role))
			return true;
	return false;
}

/* The command, quoted for a shell, that brings SPEC's tunnel, or the server, to what is desired. */
static void repair_command(const struct report *r, const struct spec *spec, char *buf, size_t size)
{
	const struct ctx *ctx = r->ctx;
	FILE *out = fmemopen(buf, size, "w");

	*buf = '\0';
	if (!out)
		return;
	print_program(ctx, out);
	if (from_file(r, spec)) {
		if (ctx->file) {
			fputs("-f ", out);
			print_word(out, ctx->file);
			fputc(' ', out);
		}
		fprintf(out, "%s up", role_object(spec->role));
		if (spec->role == ROLE_CLIENT) {
			fputc(' ', out);
			print_word(out, name_text(spec->name));
		}
		fclose(out);
		return;
	}
	spec_command(spec, out);
	fclose(out);
}

/* Print the command that repairs the differences printed last: it follows them, once. */
static void print_repair(struct report *r)
{
	if (!*r->repair)
		return;
	fputs("repair: ", stdout);
	print_text(r->repair);
	putchar('\n');
	*r->repair = '\0';
}

/* CONF is the file to correct, or NULL if a command repairs it. */
static void tell(struct report *r, const struct spec *spec, const struct step *step, const struct conf *conf,
		 const char *line)
{
	const char *name = spec->name.at ? name_text(spec->name) : role_object(spec->role);
	char repair[COMMAND_TEXT + 64];
	json_t *json;

	if (seen_before(r, line))
		return;
	r->drift = true;
	if (conf)
		snprintf(repair, sizeof(repair), "correct %s", conf->path);
	else
		repair_command(r, spec, repair, sizeof(repair));
	if (!r->array) {
		if (strcmp(r->repair, repair))
			print_repair(r);
		snprintf(r->repair, sizeof(r->repair), "%s", repair);
		fputs(color(r->ctx, COLOR_DEV), stdout);
		print_text(name);
		printf("%s: ", color(r->ctx, COLOR_NONE));
		print_text(line);
		putchar('\n');
		return;
	}
	json = json_pack("{s:s, s:s, s:o, s:o}", "role", role_object(spec->role), "name", name, "difference",
			 text_json(line), "repair", text_json(repair));
	if (step) {
		json_object_set_new(json, "kind", json_string(kinds[step_object(step)->kind]->name));
		json_object_set_new(json, "object", kinds[step_object(step)->kind]->json(step_object(step)));
	}
	json_array_append_new(r->array, json);
}

static const char *ifname_of(const struct object *o)
{
	switch (o->kind) {
	case KIND_LINK: return o->link.name;
	case KIND_ADDR: return o->addr.ifname;
	case KIND_ROUTE: return o->route.ifname;
	case KIND_SYSCTL: return o->sysctl.version == 6 ? o->sysctl.ifname : "";
	default: return "";
	}
}

/* Is the step about a value of a device that does not exist? It is enough to report the device as missing. */
static bool of_missing(const struct plan *plan, const struct step *step)
{
	const struct object *o = step_object(step);

	for (size_t i = 0; i < plan->n; i++) {
		const struct step *made = &plan->steps[i];

		if (made->op != STEP_ADD || made->want->kind != KIND_LINK)
			continue;
		if ((o->kind == KIND_SYSCTL || (o->kind == KIND_LINK && step->op == STEP_CHANGE)) &&
		    !strcmp(ifname_of(o), made->want->link.name))
			return true;
	}
	return false;
}

/*
 * The plan of the server includes all its peers; and the shared sysctls are in every plan: those
 * of the uplink are the server's matter, not a client's.
 */
static const struct spec *whose(const struct change *ch, const struct step *step, const struct spec *spec)
{
	const struct object *o = step_object(step);

	for (size_t i = 0; spec->role == ROLE_SERVER && i < ch->desired.n; i++) {
		const struct spec *peer = &ch->desired.tunnels[i].spec;

		if (peer->role == ROLE_PEER && (!strcmp(name_text(peer->dev), ifname_of(o)) ||
						(o->kind == KIND_NEIGH && spec_has_addr(peer, &o->neigh.addr))))
			return peer;
	}
	if (o->kind != KIND_SYSCTL || !ch->desired.server.uplink.at ||
	    strcmp(ifname_of(o), name_text(ch->desired.server.uplink)))
		return spec;
	return &ch->desired.server;
}

/* What add-peer prepared is repaired by any peer: `server up` would make it outlive the last one. */
static const struct spec *by_whom(const struct change *ch, const struct spec *spec)
{
	for (size_t i = 0; spec->role == ROLE_SERVER && !ch->desired.server_explicit && i < ch->desired.n; i++)
		if (ch->desired.tunnels[i].spec.role == ROLE_PEER)
			return &ch->desired.tunnels[i].spec;
	return spec;
}

static int check_scope(struct report *r, struct change *ch, const struct spec *spec, struct err *err)
{
	struct scope scope = { .role = spec->role, .name = name_text(spec->name) };
	int ret = change_plan(ch, &scope, err);

	/* For example, an interface that it needs no longer exists: a difference, not a failure of the check. */
	if (ret && err->usage) {
		char line[LINE];

		snprintf(line, sizeof(line), "%.200s: %.300s", err->step, err->why);
		tell(r, spec, NULL, NULL, line);
		return 0;
	}
	for (size_t i = 0; !ret && i < ch->plan.n; i++) {
		char line[LINE];

		if (step_silent(&ch->plan.steps[i]) || of_missing(&ch->plan, &ch->plan.steps[i]) ||
		    is_replaced(ch, &ch->plan.steps[i]))
			continue;
		describe(ch, &ch->plan.steps[i], line, sizeof(line));
		tell(r, by_whom(ch, whose(ch, &ch->plan.steps[i], spec)), &ch->plan.steps[i], NULL, line);
	}
	return ret;
}

/* The plans of all tunnels of ROLE (or that named NAME), and for the server its own. */
static int check_role(struct report *r, struct change *ch, enum role role, const char *name, bool *found,
		      struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < ch->desired.n; i++) {
		const struct desired_tunnel *t = &ch->desired.tunnels[i];

		if (t->spec.role != role || (name && strcmp(name_text(t->spec.name), name)))
			continue;
		*found = true;
		/* All peers in one plan: one for each would take long if there are many. */
		if (role != ROLE_PEER || name)
			ret = check_scope(r, ch, &t->spec, err);
		if (!t->recorded)
			tell(r, &t->spec, NULL, NULL, "the tunnel is running, but its configuration is not recorded");
	}
	if (role == ROLE_PEER && ch->desired.server.uplink.at &&
	    !snapshot_link(&ch->host.s, name_text(ch->desired.server.uplink))) {
		char line[LINE];

		snprintf(line, sizeof(line), "the uplink %s is gone", name_text(ch->desired.server.uplink));
		tell(r, &ch->desired.server, NULL, NULL, line);
	}
	if (!ret && role == ROLE_PEER && !name && (ch->desired.server_explicit || desired_has(&ch->desired, ROLE_PEER)))
		ret = check_scope(r, ch, &ch->desired.server, err);
	return ret;
}

static void tell_errors(struct report *r, const struct spec *spec, const struct conf *f)
{
	char more[64], line[LINE];

	for (size_t i = 0; i < errors_kept(&f->errors); i++)
		if (f->errors.texts[i])
			tell(r, spec, NULL, f, f->errors.texts[i]);
	snprintf(line, sizeof(line), "%.300s: %s", f->path, errors_more(&f->errors, more, sizeof(more)) ? more : "");
	if (f->errors.n > errors_kept(&f->errors))
		tell(r, spec, NULL, f, line);
}

/* The spec under which differences of a whole file are reported. */
static const struct spec *owner(const struct change *ch, const struct conf *f)
{
	static const struct spec nat = { .role = ROLE_NAT };

	return f->role == ROLE_NAT ? &nat : f->role == ROLE_SERVER ? &ch->desired.server : &f->sections[0].spec;
}

/* A pass is only an element of the table, which does not show that it is missing. */
static void tell_absent(struct report *r, const struct change *ch, const struct conf *f, const char *name)
{
	for (size_t i = 0; f->role == ROLE_NAT && i < f->n_sections; i++) {
		const struct spec *spec = &f->sections[i].spec;
		char line[LINE];

		snprintf(line, sizeof(line), "%s is in %.200s, but is not running", name_text(spec->name), f->path);
		if (!f->sections[i].bad && (!name || !strcmp(name_text(spec->name), name)) &&
		    !desired_find(&ch->host.j.desired, ROLE_NAT, name_text(spec->name)))
			tell(r, spec, NULL, NULL, line);
	}
}

/* What a file says is wanted; what cannot be as it says is a difference. NAME: report nothing of others, or NULL. */
static int tell_files(struct report *r, struct change *ch, const char *name, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < r->confs.n; i++) {
		struct conf *f = &r->confs.items[i];

		conf_resolve(f);
		ret = f->role == ROLE_NAT && name ? change_conf_pass(ch, f, name, err) : change_conf(ch, f, err);
		if (!ret)
			tell_errors(r, owner(ch, f), f);
		for (size_t k = 0; !ret && k < ch->host.j.desired.n; k++) {
			const struct spec *spec = &ch->host.j.desired.tunnels[k].spec;
			char line[LINE];

			snprintf(line, sizeof(line), "%s is running, but is not in %.200s", name_text(spec->name),
				 f->path);
			if (conf_part(spec->role) && conf_role(spec->role) == f->role &&
			    !conf_find(f, spec->role, name_text(spec->name)) &&
			    (!name || !strcmp(name_text(spec->name), name)))
				tell(r, owner(ch, f), NULL, NULL, line);
		}
		if (!ret)
			tell_absent(r, ch, f, name);
	}
	return ret;
}

/* Files with errors cannot be compared. */
static enum status fail_confs(const struct confs *confs)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < confs->n; i++)
		if (fail_conf(&confs->items[i]))
			status = STATUS_USAGE;
	return status;
}

/* Not a difference from what is desired, but a check must report it. */
static void warn_of_open_relays(const struct ctx *ctx, const struct change *ch)
{
	struct world w = { .s = &ch->host.s, .desired = &ch->desired };
	const struct link *link;

	for (size_t at = 0; (link = next_open_relay(&w, &at));) {
		char text[OPEN_RELAY_TEXT];

		open_relay_text(link, text);
		warning(ctx, "%s", text);
	}
}

enum status cmd_check(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	static const enum role roles[] = { ROLE_CLIENT, ROLE_PEER, ROLE_NAT };
	struct report r = { .ctx = ctx };
	enum status status;
	bool found = false;
	struct change ch;
	struct err err;
	int ret;

	(void)n;
	(void)words;
	ret = need_admin(ctx, &err);
	if (!ret)
		ret = confs_load(ctx, cmd->role, name, false, &r.confs, &err);
	if (ret)
		return fail(&err);
	status = fail_confs(&r.confs);
	if (!status && change_open(&ch, false, &err))
		status = fail(&err);
	if (status) {
		confs_free(&r.confs);
		return status;
	}
	found = name && r.confs.n && cmd->role == ROLE_CLIENT;
	r.array = ctx->json ? json_array() : NULL;
	ret = tell_files(&r, &ch, name, &err);
	for (size_t i = 0; !ret && i < sizeof(roles) / sizeof(*roles); i++)
		if (!cmd->role || cmd->role == roles[i])
			ret = check_role(&r, &ch, roles[i], name, &found, &err);
	print_repair(&r);
	if (!ret && cmd->role != ROLE_NAT)
		warn_of_open_relays(ctx, &ch);
	change_close(&ch);
	confs_free(&r.confs);
	free(r.seen);
	if (r.array)
		print_json(ctx, r.array);
	if (ret)
		return fail(&err);
	if (name && !found)
		return not_found(cmd, name);
	return r.drift ? STATUS_DRIFT : STATUS_OK;
}
