/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `show` shows of the files: what they have and the kernel does not. */
#include <stdio.h>
#include <string.h>

#include "showfile.h"
#include "brief.h"
#include "say.h"
#include "kernel/mark.h"
#include "state/desired.h"
#include "state/readback.h"

/* "auto" and "any" leave the choice to us: whatever the kernel has agrees with the file. */
static bool leaves_open(const char *value)
{
	return !strcmp(value, "auto") || !strcmp(value, "any");
}

static bool kernel_has(const struct view *v, const struct param *p, const char *value)
{
	char has[VALUE_TEXT];

	if (!strcmp(p->name, "remote") && v->remote_host)
		return !strcmp(value, v->remote_host);
	for (unsigned int i = 0; param_text(p, &v->spec, i, has); i++)
		if (!strcmp(has, value))
			return true;
	return false;
}

bool only_in_file(const struct view *v, const struct param *p, unsigned int i, char *buf)
{
	const struct spec *wanted = v->section ? &v->section->spec : NULL;

	if (!wanted || !param_exists(p, wanted) || p->internal || !spec_given(wanted, p->name) ||
	    (p->filter && v->host->s.nft_unknown))
		return false;
	for (unsigned int k = 0; param_text(p, wanted, k, buf); k++)
		if (!leaves_open(buf) && !kernel_has(v, p, buf) && !i--)
			return true;
	return false;
}

void print_only_in_file(const struct view *v)
{
	char value[VALUE_TEXT], text[VALUE_TEXT + CONF_PATH + 16];

	for (const struct param *p = params; p->name; p++)
		for (unsigned int i = 0; only_in_file(v, p, i, value); i++) {
			snprintf(text, sizeof(text), "%s (only in %s)", value, v->file->path);
			show_row(v->ctx, p->name, COLOR_BAD, text);
		}
}

void json_only_in_file(const struct view *v, json_t *json)
{
	char value[VALUE_TEXT];
	json_t *only = json_object();

	if (!v->section) {
		json_decref(only);
		return;
	}
	json_object_set_new(json, "file", json_string(v->file->path));
	for (const struct param *p = params; p->name; p++)
		for (unsigned int i = 0; only_in_file(v, p, i, value); i++) {
			if (!i)
				json_object_set_new(only, p->name, json_array());
			json_array_append_new(json_object_get(only, p->name), json_string(value));
		}
	json_object_set_new(json, "only-in-file", only);
}

static bool pass_in_kernel(const struct host *host, const struct spec *spec)
{
	struct spec nat;

	for (size_t i = 0; i < host->s.nft.n; i++)
		if (observe_pass(&host->s.nft, i, &nat)) {
			bool same = name_equal(nat.name, spec->name);

			spec_free(&nat);
			if (same)
				return true;
		}
	/* Not root: only what is desired is known. */
	return host->s.nft_unknown && desired_find(&host->j.desired, ROLE_NAT, name_text(spec->name));
}

static bool in_kernel(const struct host *host, const struct spec *spec)
{
	if (spec->role == ROLE_NAT)
		return pass_in_kernel(host, spec);
	for (size_t i = 0; i < host->s.n_links; i++) {
		const struct link *link = &host->s.links[i];

		if (link_ours(link) && link_role(link) == spec->role &&
		    !strcmp(link_tunnel_name(link), name_text(spec->name)))
			return true;
	}
	return false;
}

static void print_absent(const struct ctx *ctx, const struct conf *f, const struct spec *spec)
{
	char value[VALUE_TEXT];

	if (ctx->brief) {
		print_brief(ctx, spec, "absent", false);
		return;
	}
	printf("%s%s%s: %s, %sabsent, only in %s%s\n", color(ctx, COLOR_DEV), name_text(spec->name),
	       color(ctx, COLOR_NONE), conf_part(spec->role) ? conf_part(spec->role) : "client", color(ctx, COLOR_BAD),
	       f->path, color(ctx, COLOR_NONE));
	for (const struct param *p = params; p->name; p++)
		for (unsigned int i = 0; param_exists(p, spec) && spec_given(spec, p->name) && !p->internal &&
					 param_text(p, spec, i, value);
		     i++)
			show_row(ctx, p->name, COLOR_NONE, value);
}

static json_t *json_absent(const struct conf *f, const struct spec *spec)
{
	json_t *json = json_pack("{s:s, s:s, s:s, s:s}", "role", role_object(spec->role), "name", name_text(spec->name),
				 "file", f->path, "state", "absent");

	for (const struct param *p = params; p->name; p++)
		if (param_exists(p, spec) && spec_given(spec, p->name) && !p->internal)
			json_object_set_new(json, p->name, param_json(spec, p));
	return json;
}

unsigned int show_absent(const struct ctx *ctx, const struct host *host, const struct confs *confs, enum role role,
			 const char *name, json_t *array)
{
	unsigned int n = 0;

	for (size_t i = 0; i < confs->n; i++)
		for (size_t k = 0; k < confs->items[i].n_sections; k++) {
			const struct conf_section *s = &confs->items[i].sections[k];

			if (s->bad || s->spec.role != role || (name && strcmp(name_text(s->spec.name), name)) ||
			    in_kernel(host, &s->spec))
				continue;
			if (array)
				json_array_append_new(array, json_absent(&confs->items[i], &s->spec));
			else
				print_absent(ctx, &confs->items[i], &s->spec);
			n++;
		}
	return n;
}
