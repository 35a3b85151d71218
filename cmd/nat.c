/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How `show` shows passes. */
#include <stdio.h>
#include <string.h>

#include "nat.h"
#include "brief.h"
#include "ctx.h"
#include "say.h"
#include "showfile.h"
#include "base/err.h"
#include "base/list.h"
#include "change/host.h"
#include "spec/params.h"
#include "spec/spec.h"
#include "state/desired.h"
#include "state/readback.h"

static void print_pass(const struct view *v)
{
	const struct spec *nat = &v->spec;
	char value[VALUE_TEXT + HOST_NAME_MAX_LEN + 4];

	if (v->ctx->brief) {
		print_brief(v->ctx, nat, "pass", true);
		return;
	}
	printf("%s%s%s: pass\n", color(v->ctx, COLOR_DEV), name_text(nat->name), color(v->ctx, COLOR_NONE));
	for (const struct param *p = params; p->name; p++) {
		if (!param_exists(p, nat) || p->internal || !param_text(p, nat, 0, value))
			continue;
		if (!strcmp(p->name, "remote") && v->remote_host)
			snprintf(value + strlen(value), sizeof(value) - strlen(value), " (%s)", v->remote_host);
		show_row(v->ctx, p->name, COLOR_ADDRESS, value);
	}
	print_only_in_file(v);
}

static json_t *pass_json(const struct view *v)
{
	const struct spec *nat = &v->spec;
	json_t *json = json_pack("{s:s, s:s}", "role", role_object(nat->role), "name", name_text(nat->name));

	for (const struct param *p = params; p->name; p++)
		if (param_exists(p, nat) && !p->internal)
			json_object_set_new(json, p->name, param_json(nat, p));
	if (v->remote_host)
		json_object_set_new(json, "remote-host", json_string(v->remote_host));
	json_only_in_file(v, json);
	return json;
}

static void show_pass(const struct view *v, json_t *array)
{
	if (array)
		json_array_append_new(array, pass_json(v));
	else
		print_pass(v);
}

/* Item I of V, if it is a pass: from the kernel or, if not root, from what is desired. Free it with spec_free(). */
static bool take_pass(struct view *v, size_t i)
{
	const struct host *host = v->host;

	if (!host->s.nft_unknown)
		return observe_pass(&host->s.nft, i, &v->spec);
	spec_copy(&v->spec, &host->j.desired.tunnels[i].spec);
	return true;
}

bool show_passes(struct view v, const struct confs *confs, const char *name, json_t *array)
{
	const struct host *host = v.host;
	bool found = false;

	for (size_t i = 0; i < (host->s.nft_unknown ? host->j.desired.n : host->s.nft.n); i++) {
		const struct desired_tunnel *t;

		if (!take_pass(&v, i))
			continue;
		if (v.spec.role == ROLE_NAT && (!name || !strcmp(name_text(v.spec.name), name))) {
			found = true;
			t = desired_find(&host->j.desired, ROLE_NAT, name_text(v.spec.name));
			list_drop(v.spec.host);
			v.spec.host = NULL;
			v.remote_host = t && t->spec.remote.s_addr == v.spec.remote.s_addr ? t->spec.host : NULL;
			v.section = confs_find(confs, ROLE_NAT, name_text(v.spec.name), &v.file);
			show_pass(&v, array);
		}
		spec_free(&v.spec);
	}
	return found;
}
