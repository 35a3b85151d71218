/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client export, server export: the tunnel as its client sees it, for another tool. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "ctx.h"
#include "dispatch.h"
#include "file.h"
#include "formats.h"
#include "say.h"
#include "base/err.h"
#include "base/inet6.h"
#include "base/list.h"
#include "base/nearest.h"
#include "change/host.h"
#include "conf/conf.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "kernel/link.h"
#include "kernel/path.h"
#include "plan/wanted.h"
#include "plan/world.h"
#include "spec/resolve.h"
#include "spec/params.h"
#include "spec/spec.h"
#include "state/desired.h"

#define FORMATS_MAX 32		 /* names to compare a wrong one with */
#define CLIENT_DEVICE "sit-ipv6" /* name of the peer's end: the peer's own name is only ours */

static enum status unknown_format(const char *word)
{
	const char *names[FORMATS_MAX], *near;
	unsigned int n = 0;
	struct err err;

	for (const struct format *f = formats; f->name; f++)
		names[n++] = f->name;
	names[n++] = "all";
	names[n++] = "help";
	near = nearest(word, names, n);
	err_usage(&err, word, "is not a format");
	if (near)
		err_hint(&err, "did you mean '%s'?", near);
	else
		err_hint(&err, "see 'sitctl client export NAME help'");
	return fail(&err);
}

/* What was requested, or observed, or is only in a file; PEER: with the server's defaults. */
static bool find_spec(const struct host *host, const struct confs *confs, enum role role, const char *name,
		      struct spec *spec)
{
	const struct desired_tunnel *t = desired_find(&host->j.desired, role, name);
	const struct conf *file = NULL;
	const struct conf_section *section = t ? NULL : confs_find(confs, role, name, &file),
				  *server = section ? conf_find(file, ROLE_SERVER, "") : NULL;

	if (!t && (!section || section->bad))
		return false;
	spec_copy(spec, t ? &t->spec : &section->spec);
	/* Not root, and no journal: the filters are not known. */
	if (t && !t->recorded && host->s.nft_unknown)
		spec->notrack = spec->mss_clamp = spec->source_filter = true;
	if (role == ROLE_PEER)
		*spec = spec_effective(spec, server && !server->bad ? &server->spec : &host->j.desired.server);
	return true;
}

/* The other end of our tunnel to the peer SPEC (effective). */
static int mirror(struct host *host, const struct spec *spec, struct spec *client, struct err *err)
{
	static const struct in_addr any;
	struct path path;
	int ret = spec_init(client, ROLE_CLIENT, CLIENT_DEVICE, err);

	if (!ret)
		ret = path_lookup(&host->c, spec->remote, any, 0, spec->fwmark, &path, err);
	if (ret)
		return ret;
	client->remote = spec->local.s_addr ? spec->local : path.source;
	if (!client->remote.s_addr) {
		err_sys(err, EHOSTUNREACH, "%s", name_text(spec->name));
		err_why(err, "there is no route to the peer, so the IPv4 address of this host that the peer must use "
			     "as its remote is unknown");
		err_hint(err, "give the server's address: 'sitctl server up local IPV4'");
		return -EHOSTUNREACH;
	}
	param_append(client, "address", spec_first(spec));
	/* If the server's address is not on-link, the route has only the device. */
	if (net6_contains(spec_first(spec), &spec->server_address)) {
		client->gateway_mode = GATEWAY_ADDRESS;
		client->gateway = spec->server_address;
	}
	client->n_prefixes = spec->n_prefixes;
	client->prefixes = list_share(spec->prefixes);
	client->ttl = spec->ttl;
	client->tos = spec->tos;
	client->mtu = spec->mtu;
	client->notrack = spec->notrack;
	client->mss_clamp = spec->mss_clamp;
	return 0;
}

static int make_exported(struct host *host, const struct spec *spec, struct exported *e, struct err *err)
{
	struct world w = host_world(host, &host->j.desired);
	struct answers answers;
	struct spec resolved = *spec;
	struct path path;
	struct err ignored;
	uint32_t mtu;
	int ret;

	if (!spec->n_addresses) {
		err_sys(err, EADDRNOTAVAIL, "%s", name_text(spec->name));
		err_why(err, "the tunnel's device has no address, and its configured address is not recorded");
		err_hint(err, "see 'sitctl doctor %s'", name_text(spec->name));
		return -EADDRNOTAVAIL;
	}
	ret = resolved.remote.s_addr ? 0 : spec_resolve(&resolved, &answers, err);
	if (ret)
		return ret;
	memset(e, 0, sizeof(*e));
	e->mtu = resolved.mtu;
	/* Print it even if the underlay does not exist now. */
	if (!wanted_mtu(&w, &resolved, &mtu, &ignored))
		e->mtu = mtu;
	if (spec->role == ROLE_PEER) {
		e->source = resolved.remote;
		return mirror(host, &resolved, &e->spec, err);
	}
	spec_copy(&e->spec, &resolved);
	if (!path_lookup(&host->c, resolved.remote, resolved.local, 0, resolved.fwmark, &path, &ignored))
		e->source = path.source;
	return 0;
}

static json_t *json_format(const struct format *f, const char *text, const struct notes *notes)
{
	json_t *array = json_array();

	for (size_t i = 0; i < notes->n; i++)
		json_array_append_new(array, json_string(notes->texts[i]));
	return json_pack("{s:s, s:s, s:o}", "format", f->name, "text", text, "notes", array);
}

/* Print E as F, or put it into ARRAY. */
static enum status print_format(const struct ctx *ctx, const struct format *f, const struct exported *e, json_t *array)
{
	enum status status = STATUS_OK;
	struct notes notes;
	char *text = NULL;
	size_t size;
	struct err err;
	FILE *out = open_memstream(&text, &size);

	if (!out) {
		err_sys(&err, ENOMEM, "%s", f->name);
		return fail(&err);
	}
	if (format_print(f, out, e, &notes)) {
		err_sys(&err, EOPNOTSUPP, "%s", f->name);
		err_why(&err, "%s", notes.refused);
		status = fail(&err);
	}
	fclose(out);
	for (size_t i = 0; !status && i < notes.n; i++)
		warning(ctx, "%s: %s", f->name, notes.texts[i]);
	if (!status && array)
		json_array_append_new(array, json_format(f, text, &notes));
	else if (!status)
		fputs(text, stdout);
	notes_free(&notes);
	free(text);
	return status;
}

static enum status print_exported(const struct ctx *ctx, const struct exported *e, const struct format *only)
{
	json_t *array = ctx->json ? json_array() : NULL;
	enum status status = STATUS_OK;

	for (const struct format *f = only ? only : formats; f->name; f++) {
		enum status one;

		if (!only && !array)
			printf("%s######## %s: %s\n", f == formats ? "" : "\n", f->name, f->help);
		one = print_format(ctx, f, e, array);
		status = status ? status : one;
		if (only)
			break;
	}
	if (array)
		print_json(ctx, array);
	return status;
}

enum status cmd_export(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	const struct format *only = n == 1 ? format_find(words[0]) : NULL;
	enum status status;
	struct exported e = { .mtu = 0 };
	struct confs confs;
	struct host host;
	struct spec spec = { .role = 0 };
	struct err err;

	if (!n) {
		err_usage(&err, name, "a format is missing");
		err_hint(&err, "see 'sitctl %s export %s help'", role_object(cmd->role), name);
		return fail(&err);
	}
	if (is_help(words[0])) {
		list_formats("");
		return STATUS_OK;
	}
	if (!only && strcmp(words[0], "all"))
		return unknown_format(words[0]);
	status = look(ctx, cmd->role, name, &confs, &host);
	if (status)
		return status;
	if (!find_spec(&host, &confs, cmd->role, name, &spec))
		status = not_found(cmd, name);
	else if (make_exported(&host, &spec, &e, &err))
		status = fail(&err);
	else
		status = print_exported(ctx, &e, only);
	spec_free(&e.spec);
	spec_free(&spec);
	host_close(&host);
	confs_free(&confs);
	return status;
}
