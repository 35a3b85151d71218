/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor: choose what to examine, and print what was found, for people and as JSON. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "ctx.h"
#include "file.h"
#include "say.h"
#include "base/err.h"
#include "base/quote.h"
#include "base/inet6.h"
#include "base/list.h"
#include "change/change.h"
#include "change/fromconf.h"
#include "conf/conf.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "doctor/examine.h"
#include "doctor/resolver.h"
#include "doctor/subject.h"
#include "kernel/link.h"
#include "kernel/mark.h"
#include "spec/spec.h"
#include "state/desired.h"
#include "state/readback.h"
#include "state/snapshotfind.h"

#define CHECK_COLUMN 9
#define TEXT_COLUMN 30
#define CANDIDATES_MAX 12

static const char *const outcomes[] = {
	[OUTCOME_OK] = "ok", [OUTCOME_FAILED] = "failed", [OUTCOME_RISK] = "risk", [OUTCOME_SKIPPED] = "skipped"
};
static const char *const severities[] = { [SEVERITY_RISK] = "risk", [SEVERITY_FAULT] = "fault" };
static const char *const hops[] = {
	[HOP_UPLINK] = "uplink", [HOP_HOST] = "host",	[HOP_DEVICE] = "device", [HOP_UNDERLAY] = "underlay",
	[HOP_WAY] = "way",	 [HOP_FAR] = "far-end", [HOP_BEYOND] = "beyond",
};

/* Resolving names can take long, so a file that contains host names may not be used in full. */
static bool has_host_names(const struct conf *f)
{
	for (size_t i = 0; i < f->n_sections; i++)
		if (f->sections[i].spec.host)
			return true;
	return false;
}

/* Targets, which only clients have, need not be resolved here: use those that the file has now. */
static void take_own_targets(struct change *ch, const struct conf *f)
{
	for (size_t i = 0; i < f->n_sections; i++) {
		const struct spec *spec = &f->sections[i].spec;
		struct desired_tunnel *t = desired_find(&ch->desired, spec->role, name_text(spec->name));

		if (!t || f->sections[i].bad)
			continue;
		list_drop(t->spec.targets);
		t->spec.n_targets = spec->n_targets;
		t->spec.targets = list_share(spec->targets);
	}
}

/* Tunnels whose remote does not resolve now are examined without its address, as far as that goes. */
static void take_unresolved(struct change *ch, const struct conf *f)
{
	for (size_t i = 0; i < f->n_sections; i++) {
		const struct spec *spec = &f->sections[i].spec;
		struct err ignored;

		if (spec->host && !spec->remote.s_addr &&
		    !desired_find(&ch->desired, spec->role, name_text(spec->name)))
			desired_put(&ch->desired, spec, true, &ignored);
	}
}

/* The files define the desired state; errors in them are left to 'check'. */
static void take_files(struct change *ch, struct confs *confs, const char *name)
{
	for (size_t i = 0; i < confs->n; i++) {
		struct conf *f = &confs->items[i];
		bool desired = name && (desired_find(&ch->desired, ROLE_CLIENT, name) ||
					desired_find(&ch->desired, ROLE_PEER, name));
		struct err ignored;

		if (f->errors.n)
			continue;
		if (desired && has_host_names(f)) {
			take_own_targets(ch, f);
			continue;
		}
		conf_resolve(f);
		if (!f->errors.n)
			change_conf(ch, f, &ignored);
		else if (f->errors.n == f->n_unresolved)
			take_unresolved(ch, f);
	}
}

static bool is_foreign(const struct link *l)
{
	return l->is_sit && l->remote.s_addr && !link_ours(l);
}

/* All tunnels that could be examined: for a message, or to find the only one. */
static unsigned int candidates(const struct exam *e, const char **names)
{
	unsigned int n = 0;

	for (size_t i = 0; i < e->desired->n && n < CANDIDATES_MAX; i++)
		if (e->desired->tunnels[i].spec.role != ROLE_NAT)
			names[n++] = name_text(e->desired->tunnels[i].spec.name);
	for (size_t i = 0; i < e->host->s.n_links && n < CANDIDATES_MAX; i++)
		if (is_foreign(&e->host->s.links[i]))
			names[n++] = e->host->s.links[i].name;
	return n;
}

/* The only tunnel; if there are more or none, -EINVAL and ERR with their names. */
static int the_only_one(const struct exam *e, const char **name, struct err *err)
{
	const char *names[CANDIDATES_MAX];
	unsigned int n = candidates(e, names);
	char list[256] = "";

	if (n == 1) {
		*name = names[0];
		return 0;
	}
	for (unsigned int i = 0; i < n && strlen(list) < 200; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i ? ", " : "", names[i]);
	if (n)
		err_usage(err, "doctor", "there is more than one tunnel: %s%s", list,
			  n == CANDIDATES_MAX ? " and others" : "");
	else
		err_usage(err, "doctor", "this host has no tunnel to examine, and no file that configures one");
	err_hint(err, n ? "name one of them: 'sitctl doctor NAME'" : "see 'sitctl client up help'");
	return -EINVAL;
}

/* Fill in what to examine: a client, a peer, or a device, ours or a foreign one. */
static int choose(struct exam *e, const char *name, struct err *err)
{
	static const enum role roles[] = { ROLE_CLIENT, ROLE_PEER };
	const struct link *link;

	for (int i = 0; i < 2; i++) {
		const struct desired_tunnel *t = desired_find(e->desired, roles[i], name);

		if (t) {
			subject_desired(e, &t->spec);
			return 0;
		}
	}
	link = snapshot_link(&e->host->s, name);
	if (link && link_ours(link)) {
		const struct desired_tunnel *t = desired_find(e->desired, link_role(link), link_tunnel_name(link));

		if (t) {
			subject_desired(e, &t->spec);
			return 0;
		}
	}
	if (link)
		return subject_device(e, link, err);
	err_usage(err, name, "no tunnel, peer or interface has this name, and no file configures one");
	err_hint(err, "see 'sitctl client show', 'sitctl server show' and 'ip link show type sit'");
	return -ENOENT;
}

/* Parse [ NAME ] [ target HOST ]: the target as for a client without any other parameter. */
static int take_words(int n, char **words, const char **name, struct spec *asked, struct err *err)
{
	if (n && strcmp(words[0], "target")) {
		*name = words[0];
		words++;
		n--;
	}
	if (n && strcmp(words[0], "target")) {
		err_usage(err, words[0], "is not a parameter of doctor, which has only one: 'target HOST'");
		return -EINVAL;
	}
	if (n > 2) {
		err_usage(err, words[2], "is one argument too many");
		err_hint(err, "see 'sitctl doctor help'");
		return -EINVAL;
	}
	return spec_words(asked, n, words, err);
}

/* The targets on the command line, else the tunnel's own. */
static void take_targets(struct exam *e, const struct spec *asked)
{
	const struct spec *of = asked->n_targets ? asked : &e->subject.spec;

	e->asked = asked->n_targets;
	e->targets = of->targets;
	e->n_targets = of->n_targets;
}

/* The name of a hop in the drawing; NULL if this tunnel does not have that hop. */
static const char *hop_name(const struct exam *e, enum hop hop, char *buf)
{
	const struct subject *p = &e->subject;

	switch (hop) {
	case HOP_UPLINK: return p->server && p->uplink[0] ? p->uplink : NULL;
	case HOP_HOST: return "this host";
	case HOP_DEVICE: return p->dev;
	case HOP_UNDERLAY: return p->underlay ? p->underlay->name : "no interface";
	case HOP_WAY: return "IPv4";
	case HOP_FAR: return p->remote.s_addr ? addr4_text(p->remote, buf) : "no address";
	default: return p->server ? NULL : e->n_targets ? list_text_at(e->targets, 0) : "IPv6";
	}
}

/* Draw the path of a packet, with the place marked that the verdict names. */
static void print_path(const struct exam *e, const struct ctx *ctx)
{
	const struct finding *f = exam_verdict(e);
	bool first = true;

	for (enum hop hop = 0; hop < HOP_COUNT; hop++) {
		bool here = f && causes[f->cause].hop == hop;
		char buf[NET6_TEXT];
		const char *name = hop_name(e, hop, buf);

		if (!name)
			continue;
		printf("%s%s%s", first ? "" : " -- ", here ? color(ctx, COLOR_BAD) : "", here ? "[! " : "");
		print_text(name);
		printf("%s%s", here ? " !]" : "", here ? color(ctx, COLOR_NONE) : "");
		first = false;
	}
	putchar('\n');
}

static void print_exam(const struct exam *e, const struct ctx *ctx)
{
	static const enum color colors[] = { COLOR_GOOD, COLOR_BAD, COLOR_BAD, COLOR_NONE };
	const struct finding *f = exam_verdict(e);

	for (unsigned int i = 0; i < e->n_results; i++) {
		const struct result *r = &e->results[i];

		printf("%s%-*s%s%-*s", color(ctx, colors[r->outcome]), CHECK_COLUMN, outcomes[r->outcome],
		       color(ctx, COLOR_NONE), TEXT_COLUMN - CHECK_COLUMN, check_title(r->check));
		print_wrapped(TEXT_COLUMN, TEXT_COLUMN, r->text);
	}
	for (unsigned int i = 0; i < e->n_findings; i++) {
		printf("%s %s: ", e->findings[i].command ? "command for" : "advice for",
		       causes[e->findings[i].cause].name);
		print_text(e->findings[i].remedy);
		putchar('\n');
	}
	print_path(e, ctx);
	fputs(color(ctx, COLOR_DEV), stdout);
	print_text(e->subject.name);
	printf("%s: ", color(ctx, COLOR_NONE));
	if (!f) {
		puts(exam_answered(e) ? "healthy" : "nothing wrong was found, but the tunnel could not be tested");
		return;
	}
	printf("%s%s: ", causes[f->cause].severity == SEVERITY_RISK ? "works, but " : "", causes[f->cause].what);
	print_text(f->evidence);
	printf("; %s: ", f->command ? "to fix this" : "what to do");
	print_text(f->remedy);
	putchar('\n');
}

static json_t *findings_json(const struct exam *e)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < e->n_findings; i++) {
		const struct finding *f = &e->findings[i];
		const struct cause *c = &causes[f->cause];

		json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:b}", "cause", c->name,
						       "severity", severities[c->severity], "hop", hops[c->hop], "what",
						       c->what, "evidence", text_json(f->evidence), "remedy",
						       text_json(f->remedy), "command", f->command));
	}
	return array;
}

static json_t *exam_json(const struct exam *e)
{
	const struct finding *f = exam_verdict(e);
	json_t *list = json_array(), *json;

	for (unsigned int i = 0; i < e->n_results; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "check", e->results[i].check->name, "outcome",
						      outcomes[e->results[i].outcome], "text",
						      text_json(e->results[i].text)));
	json = json_pack("{s:o, s:o, s:s, s:b, s:o, s:o, s:s?}", "name", text_json(e->subject.name), "dev",
			 text_json(e->subject.dev), "role", e->subject.server ? "server" : "client", "healthy", !f,
			 "checks", list, "findings", findings_json(e), "verdict", f ? causes[f->cause].name : NULL);
	return json_pack("[o]", json);
}

static enum status examine(const struct ctx *ctx, struct exam *e, const char *name, const struct spec *asked)
{
	enum status status;
	struct err err;

	if ((!name && the_only_one(e, &name, &err)) || choose(e, name, &err))
		return fail(&err);
	take_targets(e, asked);
	exam_run(e);
	if (ctx->json)
		print_json(ctx, exam_json(e));
	else
		print_exam(e, ctx);
	if (exam_verdict(e))
		status = STATUS_DRIFT;
	else
		status = exam_answered(e) ? STATUS_OK : STATUS_REFUSED;
	exam_free(e);
	return status;
}

enum status cmd_doctor(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	struct spec asked = { .role = ROLE_CLIENT };
	struct exam *e = calloc(1, sizeof(*e));
	char prefix[64 + 4 * 256] = "";
	enum status status;
	struct confs confs;
	struct change ch;
	struct err err;

	(void)cmd;
	if (!e) {
		err_sys(&err, ENOMEM, "doctor");
		return fail(&err);
	}
	if (take_words(n, words, &name, &asked, &err) || confs_load(ctx, 0, NULL, true, &confs, &err)) {
		spec_free(&asked);
		free(e);
		return fail(&err);
	}
	if (change_open(&ch, false, &err)) {
		status = fail(&err);
	} else {
		FILE *out = fmemopen(prefix, sizeof(prefix), "w");

		if (out) {
			print_program(ctx, out);
			fclose(out);
		}
		take_files(&ch, &confs, name);
		e->host = &ch.host;
		e->desired = &ch.desired;
		e->prefix = prefix;
		e->admin = ctx->admin;
		e->raw = ctx->raw;
		status = examine(ctx, e, name, &asked);
		change_close(&ch);
	}
	confs_free(&confs);
	spec_free(&asked);
	free(e);
	return status;
}
