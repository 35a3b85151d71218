/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat show: what the kernel passes on between tunnel servers and inside hosts. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "ctx.h"
#include "say.h"
#include "base/err.h"
#include "change/change.h"
#include "spec/params.h"
#include "spec/spec.h"
#include "state/desired.h"
#include "state/readback.h"

static void print_pass(const struct ctx *ctx, const struct spec *nat, const char *host)
{
	char value[VALUE_TEXT + sizeof(nat->host)];

	printf("%s%s%s: pass\n", color(ctx, COLOR_DEV), nat->name, color(ctx, COLOR_NONE));
	for (const struct param *p = params; p->name; p++) {
		if (!(p->roles & ROLE_NAT) || p->internal || !p->format(nat, 0, value))
			continue;
		if (!strcmp(p->name, "remote") && *host)
			snprintf(value + strlen(value), sizeof(value) - strlen(value), " (%s)", host);
		show_row(ctx, p->name, COLOR_ADDRESS, value);
	}
}

static json_t *pass_json(const struct spec *nat, const char *host)
{
	json_t *json = json_pack("{s:s, s:s}", "role", role_object(nat->role), "name", nat->name);

	for (const struct param *p = params; p->name; p++)
		if ((p->roles & ROLE_NAT) && !p->internal)
			json_object_set_new(json, p->name, param_json(nat, p));
	if (*host)
		json_object_set_new(json, "remote-host", json_string(host));
	return json;
}

enum status cmd_nat_show(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	json_t *array = ctx->json ? json_array() : NULL;
	bool found = false;
	struct change ch;
	struct err err;

	(void)n;
	(void)words;
	if (change_open(&ch, false, &err)) {
		json_decref(array);
		return fail(&err);
	}
	/* Not root: then what is desired is all that can be shown. */
	for (size_t i = 0; i < (ch.s.nft_unknown ? ch.desired.n : ch.s.nft.n); i++) {
		const struct desired_tunnel *t;
		struct spec nat;
		char host[sizeof(nat.host)] = "";

		if (ch.s.nft_unknown)
			nat = ch.desired.tunnels[i].spec;
		else if (!observe_pass(&ch.s.nft.elems[i], &nat))
			continue;
		if (nat.role != ROLE_NAT || (name && strcmp(nat.name, name)))
			continue;
		found = true;
		t = desired_find(&ch.desired, ROLE_NAT, nat.name);
		if (t && t->spec.remote.s_addr == nat.remote.s_addr)
			memcpy(host, t->spec.host, sizeof(host));
		nat.host[0] = '\0';
		if (array)
			json_array_append_new(array, pass_json(&nat, host));
		else
			print_pass(ctx, &nat, host);
	}
	change_close(&ch);
	if (array && (found || !name))
		print_json(ctx, array);
	else
		json_decref(array);
	return name && !found ? not_found(cmd, name) : STATUS_OK;
}
