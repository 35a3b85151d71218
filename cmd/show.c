/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show: what the kernel has, and what only the files have, for people and as JSON. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show.h"
#include "brief.h"
#include "file.h"
#include "nat.h"
#include "say.h"
#include "showfile.h"
#include "base/list.h"
#include "base/quote.h"
#include "kernel/mark.h"
#include "spec/params.h"
#include "state/readback.h"
#include "state/saved.h"

#define DROPPED_TEXT 64
#define PROXIED_LISTED 4 /* if there are more NDP proxy entries, they are only counted */

static const char *const stat_names[STAT_COUNT] = {
	"rx-packets", "rx-bytes", "rx-errors", "rx-dropped", "tx-packets", "tx-bytes", "tx-errors", "tx-dropped",
};

/* RFC 2863 ifOperStatus, as `ip link` writes it (linux/if.h, IF_OPER_*). */
static const char *operstate(uint8_t state)
{
	static const char *const names[] = {
		"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up",
	};

	return state < sizeof(names) / sizeof(*names) ? names[state] : "unknown";
}

/* Does the parameter apply to this tunnel now? */
static bool is_shown(const struct view *v, const struct param *p)
{
	if (!param_exists(p, &v->spec) || p->internal)
		return false;
	if (!strcmp(p->name, "metric"))
		return v->spec.gateway_mode != GATEWAY_NONE;
	/* Not root: the table cannot be read. */
	return !v->host->s.nft_unknown || !p->filter;
}

/* Packets that a filter dropped, as its set counts them. */
static uint64_t dropped(const struct view *v, enum nft_set_id set)
{
	return nft_counted(&v->host->s.nft, set, v->link->name);
}

/* Packets that arrived on the uplink with an address of a peer or of this host as source. */
static unsigned long long uplink_dropped(const struct host *host)
{
	return nft_counted(&host->s.nft, SET_DROPPED, name_text(host->j.desired.server.uplink));
}

/* One of the counters of the device (enum link_stat). */
static unsigned long long counted(const struct view *v, int stat)
{
	return v->link->stats[stat];
}

static const char *const device_sysctls[] = { "forwarding", "force_forwarding", "accept_ra", "accept_redirects",
					      "disable_ipv6" };

#define DEVICE_SYSCTLS (sizeof(device_sysctls) / sizeof(*device_sysctls))

/* The value of device_sysctls[I] of the device; false where the kernel has none. */
static bool device_sysctl(const struct view *v, size_t i, char value[SYSCTL_VALUE_SIZE])
{
	char key[SYSCTL_KEY_SIZE];

	snprintf(key, sizeof(key), "net/ipv6/conf/%s/%s", v->link->name, device_sysctls[i]);
	return !sysctl_read(key, value, SYSCTL_VALUE_SIZE);
}

static void add_details(const struct view *v, json_t *json)
{
	char value[SYSCTL_VALUE_SIZE];

	json_object_set_new(json, "group", json_integer(v->link->group));
	json_object_set_new(json, "alias", text_json(v->link->alias));
	for (size_t i = 0; i < DEVICE_SYSCTLS; i++)
		if (device_sysctl(v, i, value))
			json_object_set_new(json, device_sysctls[i], json_integer(strtoll(value, NULL, 10)));
}

static json_t *view_json(const struct view *v)
{
	json_t *json = json_pack("{s:s, s:s}", "role", role_object(v->spec.role), "name", name_text(v->spec.name)),
	       *proxied = json_array();
	char text[NET6_TEXT];

	for (const struct param *p = params; p->name; p++)
		if (is_shown(v, p))
			json_object_set_new(json, p->name, param_json(&v->spec, p));
	if (v->remote_host)
		json_object_set_new(json, "remote-host", json_string(v->remote_host));
	json_object_set_new(json, "ifindex", json_integer(v->link->index));
	json_object_set_new(json, "ifname", text_json(v->link->name));
	json_object_set_new(json, "operstate", json_string(operstate(v->link->operstate)));
	json_object_set_new(json, "state", json_string(v->link->up ? "up" : "down"));
	for (size_t i = 0; i < v->host->s.n_neighs; i++)
		if (spec_has_addr(&v->spec, &v->host->s.neighs[i].addr))
			json_array_append_new(proxied, json_string(addr6_text(&v->host->s.neighs[i].addr, text)));
	if (v->spec.role == ROLE_PEER) {
		json_object_set(json, "proxied", proxied);
		if (v->host->j.desired.server.uplink.at)
			json_object_set_new(json, "uplink", json_string(name_text(v->host->j.desired.server.uplink)));
		if (v->ctx->statistics && !v->host->s.nft_unknown)
			json_object_set_new(json, "uplink-dropped", json_integer((json_int_t)uplink_dropped(v->host)));
	}
	json_decref(proxied);
	json_only_in_file(v, json);
	if (v->ctx->details)
		add_details(v, json);
	if (v->ctx->statistics && !v->host->s.nft_unknown)
		json_object_set_new(json, "source-filter-dropped", json_integer((json_int_t)dropped(v, SET_DROPPED)));
	if (v->ctx->statistics && !v->host->s.nft_unknown && v->spec.role == ROLE_CLIENT)
		json_object_set_new(json, "simple-security-dropped",
				    json_integer((json_int_t)dropped(v, SET_UNSOLICITED)));
	for (int i = 0; v->ctx->statistics && v->link->stats && i < STAT_COUNT; i++)
		json_object_set_new(json, stat_names[i], json_integer((json_int_t)counted(v, i)));
	return json;
}

static void row(const struct view *v, const char *name, enum color c, const char *value)
{
	show_row(v->ctx, name, c, value);
}

static void print_proxied(const struct view *v)
{
	size_t n = 0;
	char text[NET6_TEXT + IFNAMSIZ + 32];

	for (size_t i = 0; i < v->host->s.n_neighs; i++)
		n += spec_has_addr(&v->spec, &v->host->s.neighs[i].addr);
	for (size_t i = 0; n <= PROXIED_LISTED && i < v->host->s.n_neighs; i++) {
		const struct neigh *neigh = &v->host->s.neighs[i];
		char addr[NET6_TEXT];

		if (!spec_has_addr(&v->spec, &neigh->addr))
			continue;
		snprintf(text, sizeof(text), "%s on %s", addr6_text(&neigh->addr, addr), neigh->ifname);
		row(v, "proxied", COLOR_NONE, text);
	}
	if (n > PROXIED_LISTED) {
		snprintf(text, sizeof(text), "%zu addresses on %s", n, name_text(v->host->j.desired.server.uplink));
		row(v, "proxied", COLOR_NONE, text);
	}
}

static void print_details(const struct view *v)
{
	char value[SYSCTL_VALUE_SIZE];
	char text[64];

	snprintf(text, sizeof(text), "%u, group %u, %s", v->link->index, v->link->group, operstate(v->link->operstate));
	row(v, "ifindex", COLOR_NONE, text);
	row(v, "alias", COLOR_NONE, v->link->alias);
	for (size_t i = 0; i < DEVICE_SYSCTLS; i++)
		if (device_sysctl(v, i, value))
			row(v, device_sysctls[i], COLOR_NONE, value);
}

static void print_statistics(const struct view *v)
{
	static const char *const names[] = { "received", "sent" };

	for (int i = 0; i < 2; i++) {
		int first = i * STAT_TX_PACKETS;
		char text[160];

		snprintf(text, sizeof(text), "%llu packets, %llu bytes, %llu errors, %llu dropped",
			 counted(v, first + STAT_RX_PACKETS), counted(v, first + STAT_RX_BYTES),
			 counted(v, first + STAT_RX_ERRORS), counted(v, first + STAT_RX_DROPPED));
		row(v, names[i], COLOR_NONE, text);
	}
}

static const char *packets_dropped(unsigned long long n, char buf[DROPPED_TEXT])
{
	snprintf(buf, DROPPED_TEXT, "%llu packets dropped", n);
	return buf;
}

static void print_filtered(const struct view *v)
{
	char text[DROPPED_TEXT];

	if (v->spec.source_filter)
		row(v, "source filter", COLOR_NONE, packets_dropped(dropped(v, SET_DROPPED), text));
	if (v->spec.simple_security)
		row(v, "simple security", COLOR_NONE, packets_dropped(dropped(v, SET_UNSOLICITED), text));
}

static void view_print(const struct view *v)
{
	char value[VALUE_TEXT + 8];

	if (v->ctx->brief) {
		print_brief(v->ctx, &v->spec, v->link->up ? "up" : "down", v->link->up);
		return;
	}
	fputs(color(v->ctx, COLOR_DEV), stdout);
	print_text(name_text(v->spec.name));
	printf("%s: %s, %s%s%s\n", color(v->ctx, COLOR_NONE), v->spec.role == ROLE_CLIENT ? "client" : "peer",
	       color(v->ctx, v->link->up ? COLOR_GOOD : COLOR_BAD), v->link->up ? "up" : "down",
	       color(v->ctx, COLOR_NONE));
	for (const struct param *p = params; p->name; p++)
		for (unsigned int i = 0; is_shown(v, p) && param_text(p, &v->spec, i, value); i++) {
			bool remote = !strcmp(p->name, "remote");

			if (remote && v->remote_host)
				snprintf(value + strlen(value), sizeof(value) - strlen(value), " (%s)", v->remote_host);
			row(v, p->name, remote || strstr(p->name, "address") ? COLOR_ADDRESS : COLOR_NONE, value);
		}
	print_only_in_file(v);
	print_proxied(v);
	if (v->ctx->details)
		print_details(v);
	if (v->ctx->statistics && v->link->stats)
		print_statistics(v);
	if (v->ctx->statistics)
		print_filtered(v);
}

/* The journal's sysctls and the uplink: what `server` set on this host. */
static void print_host(const struct ctx *ctx, const struct host *host)
{
	const struct saved *entry;

	if (host->j.desired.server.uplink.at)
		printf("server: uplink %s%s%s\n", color(ctx, COLOR_DEV), name_text(host->j.desired.server.uplink),
		       color(ctx, COLOR_NONE));
	if (host->j.desired.server.uplink.at && ctx->statistics && !host->s.nft_unknown)
		show_row(ctx, "source filter", COLOR_NONE,
			 packets_dropped(uplink_dropped(host), (char[DROPPED_TEXT]){ 0 }));
	for (size_t at = 0; ctx->details && (entry = saved_next(&host->j.saved, SAVED_SYSCTL, &at));) {
		fputs("    ", stdout);
		print_text(entry->sysctl.key);
		printf(" = %s (was %s)\n", entry->sysctl.made, entry->sysctl.value);
	}
}

/* The same as JSON. */
static json_t *host_json(const struct host *host)
{
	json_t *json = json_pack("{s:s, s:s}", "role", "server", "name", "server"), *sysctls = json_array();
	const struct saved *entry;

	json_object_set_new(json, "uplink", text_json(name_text(host->j.desired.server.uplink)));
	for (size_t at = 0; (entry = saved_next(&host->j.saved, SAVED_SYSCTL, &at));)
		json_array_append_new(sysctls, json_pack("{s:o, s:s, s:s}", "key", text_json(entry->sysctl.key),
							 "value", entry->sysctl.made, "was", entry->sysctl.value));
	json_object_set_new(json, "sysctls", sysctls);
	return json;
}

/* Show the tunnels of ROLE that are devices in the kernel. */
static bool show_devices(struct view v, const struct confs *confs, enum role role, const char *name, json_t *array)
{
	const struct host *host = v.host;
	bool found = false;

	for (size_t i = 0; i < host->s.n_links; i++) {
		const struct desired_tunnel *t;
		char *remote_host;

		v.link = &host->s.links[i];
		if (!link_ours(v.link) || link_role(v.link) != role || (name && strcmp(link_tunnel_name(v.link), name)))
			continue;
		found = true;
		t = desired_find(&host->j.desired, role, link_tunnel_name(v.link));
		observe_link(&host->s, v.link, t && t->recorded ? &t->spec : NULL, &v.spec);
		/* The address is shown separately. */
		remote_host = v.spec.host;
		v.remote_host = remote_host;
		v.spec.host = NULL;
		v.section = confs_find(confs, role, name_text(v.spec.name), &v.file);
		if (array)
			json_array_append_new(array, view_json(&v));
		else
			view_print(&v);
		list_drop(remote_host);
		spec_free(&v.spec);
	}
	return found;
}

static bool show_role(const struct ctx *ctx, const struct host *host, const struct confs *confs, enum role role,
		      const char *name, json_t *array)
{
	struct view v = { .ctx = ctx, .host = host };
	bool found;

	if (!array && !name && !ctx->brief && role == ROLE_PEER)
		print_host(ctx, host);
	if (array && !name && ctx->details && role == ROLE_PEER && host->j.desired.server.uplink.at)
		json_array_append_new(array, host_json(host));
	found = role == ROLE_NAT ? show_passes(v, confs, name, array) : show_devices(v, confs, role, name, array);
	return show_absent(ctx, host, confs, role, name, array) || found;
}

enum status cmd_show(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	static const enum role roles[] = { ROLE_CLIENT, ROLE_PEER, ROLE_NAT };
	struct confs confs;
	bool found = false;
	struct host host;
	json_t *array;
	enum status status;

	(void)n;
	(void)words;
	status = look(ctx, cmd->role, name, &confs, &host);
	if (status)
		return status;
	array = ctx->json ? json_array() : NULL;
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (!cmd->role || cmd->role == roles[i])
			found = show_role(ctx, &host, &confs, roles[i], name, array) || found;
	host_close(&host);
	confs_free(&confs);
	if (array && (found || !name))
		print_json(ctx, array);
	else
		json_decref(array);
	return name && !found ? not_found(cmd, name) : STATUS_OK;
}
