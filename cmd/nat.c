/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat show: what the kernel passes on between tunnel servers and inside hosts. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "ctx.h"
#include "say.h"
#include "base/err.h"
#include "base/list.h"
#include "change/host.h"
#include "spec/params.h"
#include "spec/spec.h"
#include "state/desired.h"
#include "state/readback.h"

static void print_pass(const struct ctx *ctx, const struct spec *nat, const char *remote_host)
{
	char value[VALUE_TEXT + HOST_NAME_MAX_LEN + 4];

	printf("%s%s%s: pass\n", color(ctx, COLOR_DEV), nat->name, color(ctx, COLOR_NONE));
	for (const struct param *p = params; p->name; p++) {
		if (!param_exists(p, nat) || p->internal || !param_text(p, nat, 0, value))
			continue;
		if (!strcmp(p->name, "remote") && remote_host)
			snprintf(value + strlen(value), sizeof(value) - strlen(value), " (%s)", remote_host);
		show_row(ctx, p->name, COLOR_ADDRESS, value);
	}
}

static json_t *pass_json(const struct spec *nat, const char *remote_host)
{
	json_t *json = json_pack("{s:s, s:s}", "role", role_object(nat->role), "name", nat->name);

	for (const struct param *p = params; p->name; p++)
		if (param_exists(p, nat) && !p->internal)
			json_object_set_new(json, p->name, param_json(nat, p));
	if (remote_host)
		json_object_set_new(json, "remote-host", json_string(remote_host));
	return json;
}

static void show_pass(const struct ctx *ctx, const struct spec *nat, const char *remote_host, json_t *array)
{
	if (array)
		json_array_append_new(array, pass_json(nat, remote_host));
	else
		print_pass(ctx, nat, remote_host);
}

enum status cmd_nat_show(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	json_t *array = ctx->json ? json_array() : NULL;
	bool found = false;
	struct host host;
	struct err err;

	(void)n;
	(void)words;
	if (host_open(&host, false, &err)) {
		json_decref(array);
		return fail(&err);
	}
	/* Not root: then what is desired is all that can be shown. */
	for (size_t i = 0; i < (host.s.nft_unknown ? host.j.desired.n : host.s.nft.n); i++) {
		const struct desired_tunnel *t;
		struct spec nat;

		if (host.s.nft_unknown)
			spec_copy(&nat, &host.j.desired.tunnels[i].spec);
		else if (!observe_pass(&host.s.nft, i, &nat))
			continue;
		if (nat.role != ROLE_NAT || (name && strcmp(nat.name, name))) {
			spec_free(&nat);
			continue;
		}
		found = true;
		t = desired_find(&host.j.desired, ROLE_NAT, nat.name);
		list_drop(nat.host);
		nat.host = NULL;
		show_pass(ctx, &nat, t && t->spec.remote.s_addr == nat.remote.s_addr ? t->spec.host : NULL, array);
		spec_free(&nat);
	}
	host_close(&host);
	if (array && (found || !name))
		print_json(ctx, array);
	else
		json_decref(array);
	return name && !found ? not_found(cmd, name) : STATUS_OK;
}
