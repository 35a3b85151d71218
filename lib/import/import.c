/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/import.h"
#include "spec/params.h"

#define COMMENT "sitctl: " /* begins what `export` writes in a comment */
#define OTHERS_TOLD 16

char import_unknown[] = "?";

void import_error(struct import *im, const char *word, const char *why, ...)
{
	char reason[900], number[16] = "";
	va_list ap;

	va_start(ap, why);
	vsnprintf(reason, sizeof(reason), why, ap);
	va_end(ap);
	if (im->line)
		snprintf(number, sizeof(number), ":%u", im->line);
	if (!errors_add(&im->errors, "%s%s: %.200s: %s", im->file, number, word, reason))
		im->no_memory = true;
}

static size_t others_kept(const struct import *im)
{
	return im->n_others < IMPORT_OTHERS_MAX ? im->n_others : IMPORT_OTHERS_MAX;
}

static const struct import_other *find_other(const struct import *im, const char *name)
{
	for (size_t i = 0; i < others_kept(im); i++)
		if (!strcmp(im->others[i].name, name))
			return &im->others[i];
	return NULL;
}

void import_other(struct import *im, const char *name, const char *kind)
{
	struct import_other *other;

	if (!im->others)
		im->others = calloc(IMPORT_OTHERS_MAX, sizeof(*im->others));
	if (!im->others) {
		im->no_memory = true;
		return;
	}
	if (find_other(im, name) || im->n_others++ >= IMPORT_OTHERS_MAX)
		return;
	other = &im->others[im->n_others - 1];
	snprintf(other->name, sizeof(other->name), "%s", name);
	snprintf(other->kind, sizeof(other->kind), "%s", kind);
}

bool import_is_other(const struct import *im, const char *name)
{
	/* These may form a LAN, whose addresses are in a tunnel's prefix. */
	static const char *const ethernet[] = { "bridge", "bond",    "dummy", "ifb",  "ipvlan", "macvlan", "tap",
						"team",	  "macvtap", "veth",  "vlan", "vxlan",	NULL };
	const struct import_other *other = find_other(im, name);

	for (const char *const *kind = ethernet; other && *kind; kind++)
		if (!strcmp(other->kind, *kind))
			return false;
	return other;
}

const char *import_others(const struct import *im, char *buf, size_t size)
{
	size_t n = 0;

	for (*buf = '\0'; n < others_kept(im) && n < OTHERS_TOLD; n++)
		snprintf(buf + strlen(buf), size - strlen(buf), "%s%s (%s)", n ? ", " : "", im->others[n].name,
			 im->others[n].kind);
	if (im->n_others > n)
		snprintf(buf + strlen(buf), size - strlen(buf), " and %zu more", im->n_others - n);
	return n ? buf : NULL;
}

struct imported *import_find(const struct import *im, const char *name)
{
	for (size_t i = 0; i < im->n; i++)
		if (!strcmp(name_text(im->tunnels[i].spec.name), name))
			return &im->tunnels[i];
	return NULL;
}

struct imported *import_tunnel(struct import *im, const char *name)
{
	struct imported *t;
	const char *unfit;
	struct spec spec;
	struct err err;

	im->refused = true;
	if (name == import_unknown)
		return NULL;
	if (import_find(im, name) || im->n == IMPORTED_MAX) {
		import_error(im, name, "%s", im->n == IMPORTED_MAX ? "is one tunnel too many" : "is created twice");
		return NULL;
	}
	unfit = ifname_unfit(name);
	if (unfit || spec_init(&spec, ROLE_CLIENT, name, &err)) {
		import_error(im, name, "%s", unfit ? unfit : err.why);
		return NULL;
	}
	/* Allocate all: readers keep a pointer to one while others are added. */
	if (!im->tunnels)
		im->tunnels = calloc(IMPORTED_MAX, sizeof(*im->tunnels));
	if (!im->tunnels) {
		im->no_memory = true;
		return NULL;
	}
	im->refused = false;
	t = &im->tunnels[im->n++];
	t->spec = spec;
	t->file = im->file;
	t->line = im->line;
	return t;
}

void import_set(struct import *im, struct imported *t, const char *param, const char *value)
{
	const struct param *p = param_find(ROLE_CLIENT, param);
	char *const words[] = { (char *)param, (char *)value };
	uint64_t once = 0;
	struct err err;

	if (!p) {
		import_error(im, param, "is not a parameter of a client");
		return;
	}
	if (value != import_unknown) {
		if (!spec_more_words(&t->spec, 2, words, p->repeats ? &t->seen : &once, &err))
			return;
		import_error(im, err.step, "%s", err.why);
	}
	/* A wrong value is not a missing one. */
	spec_set_given(&t->spec, param);
}

void import_local(struct import *im, struct imported *t, const char *value)
{
	import_set(im, t, "local", strcmp(value, "0.0.0.0") ? value : "any");
}

void import_ttl(struct import *im, struct imported *t, const char *value)
{
	import_set(im, t, "ttl", strcmp(value, "0") ? value : "inherit");
}

void import_tos(struct import *im, struct imported *t, const char *value)
{
	import_set(im, t, "tos",
		   strcmp(value, "1") && strcmp(value, "0x1") && strcmp(value, "0x01") ? value : "inherit");
}

/* Add a zeroed item. */
static struct import_item *add_item(struct import *im)
{
	if (im->n_items == im->room_items) {
		size_t room = im->room_items ? 2 * im->room_items : 16;
		struct import_item *grown = realloc(im->items, room * sizeof(*grown));

		if (!grown) {
			im->no_memory = true;
			return NULL;
		}
		im->items = grown;
		im->room_items = room;
	}
	return memset(&im->items[im->n_items++], 0, sizeof(*im->items));
}

struct import_item *import_item(struct import *im, enum import_kind kind, const char *ifname)
{
	struct import_item *item;

	if (ifname == import_unknown)
		return NULL;
	/* An alternative name, as set by udev: neither sitctl's tunnels nor their LANs have one. */
	if (strlen(ifname) >= sizeof(item->ifname)) {
		if (kind == IMPORT_ADDRESS && im->all_interfaces)
			import_error(im, ifname, "is longer than the 15 bytes of an interface name");
		return NULL;
	}
	if (im->n_items == IMPORT_ITEMS_MAX) {
		import_error(im, *ifname ? ifname : "file", "is beyond the limit of %d addresses, routes and the like",
			     IMPORT_ITEMS_MAX);
		return NULL;
	}
	item = add_item(im);
	if (!item)
		return NULL;
	item->kind = kind;
	item->file = im->file;
	item->line = im->line;
	item->after = im->n;
	snprintf(item->ifname, sizeof(item->ifname), "%s", ifname);
	return item;
}

void import_odd(struct import *im, enum import_kind kind, const char *ifname, const char *gateway, const char *command,
		const char *word)
{
	struct import_item *item = import_item(im, kind, ifname);

	if (!item)
		return;
	item->has_gateway = gateway && inet_pton(AF_INET6, gateway, &item->gateway) == 1;
	snprintf(item->param, sizeof(item->param), "%s", command);
	snprintf(item->value, sizeof(item->value), "%s", word);
}

bool import_is_ipv4(const char *word)
{
	return *word && word[strspn(word, "0123456789./")] == '\0';
}

bool import_discards(const char *type)
{
	return !strcmp(type, "unreachable") || !strcmp(type, "blackhole") || !strcmp(type, "prohibit");
}

bool import_is_false(const char *word)
{
	static const char *const words[] = { "0", "no", "n", "false", "f", "off" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcasecmp(word, words[i]))
			return true;
	return false;
}

void import_address(struct import *im, const char *ifname, const char *value, uint8_t default_len)
{
	struct import_item *item;
	struct net6 net;
	const char *why;

	if (value == import_unknown) {
		import_item(im, IMPORT_WRONG_ADDRESS, ifname);
		return;
	}
	if (import_is_ipv4(value)) {
		if (import_find(im, ifname))
			import_error(im, value, "is IPv4: a tunnel of sitctl carries only IPv6");
		return;
	}
	/* Every interface has one, which the kernel assigns automatically. */
	if (!strncasecmp(value, "fe80:", 5))
		return;
	if (!parse_ipv6_net_host(value, default_len, &net, &why)) {
		import_error(im, value, "%s", why);
		import_item(im, IMPORT_WRONG_ADDRESS, ifname);
		return;
	}
	item = import_item(im, IMPORT_ADDRESS, ifname);
	if (item)
		item->net = net;
}

static bool is_default(const char *to)
{
	return !strcmp(to, "default") || !strcmp(to, "::/0");
}

static bool route_type(struct import *im, const struct import_route *r, enum import_kind *kind)
{
	const char *type = r->type ? r->type : "unicast";

	if (import_discards(type) && is_default(r->to)) {
		import_error(im, r->to, "is a default route that discards packets, which sitctl does not make");
		return false;
	}
	if (import_discards(type)) {
		*kind = IMPORT_UNREACHABLE;
		return true;
	}
	if (strcmp(type, "unicast")) {
		import_error(im, type, "is not a route type that sitctl makes");
		return false;
	}
	/* The loopback interface discards what is routed to it. */
	if (r->ifname && !strcmp(r->ifname, "lo") && !is_default(r->to)) {
		*kind = IMPORT_UNREACHABLE;
		return true;
	}
	*kind = is_default(r->to) ? IMPORT_DEFAULT : IMPORT_ROUTE;
	return true;
}

/* Report an IPv4 route through a tunnel; others do not matter. */
static bool is_ipv4_route(struct import *im, const struct import_route *r)
{
	bool gateway = r->gateway && import_is_ipv4(r->gateway);

	if (!gateway && !import_is_ipv4(r->to))
		return false;
	if (r->ifname && import_find(im, r->ifname))
		import_error(im, gateway ? r->gateway : r->to,
			     "is an IPv4 route: a tunnel of sitctl carries only IPv6");
	return true;
}

void import_route(struct import *im, const struct import_route *r)
{
	struct import_item item = { .metric = METRIC_DEFAULT }, *put;
	const char *why;

	if (r->type == import_unknown || r->to == import_unknown || r->gateway == import_unknown ||
	    r->metric == import_unknown)
		return;
	if (is_ipv4_route(im, r) || !route_type(im, r, &item.kind))
		return;
	if (item.kind == IMPORT_UNREACHABLE
		    ? !parse_ipv6_prefix(r->to, &item.net, &why)
		    : item.kind == IMPORT_ROUTE && !parse_ipv6_net_host(r->to, 128, &item.net, &why)) {
		import_error(im, r->to, "%s", why);
		return;
	}
	/* "::" means no gateway. */
	if (r->gateway && strcmp(r->gateway, "::")) {
		item.has_gateway = true;
		if (inet_pton(AF_INET6, r->gateway, &item.gateway) != 1) {
			import_error(im, r->gateway, "is not an IPv6 address");
			return;
		}
	}
	if (r->metric && item.kind != IMPORT_UNREACHABLE && !parse_u32(r->metric, 0, UINT32_MAX, &item.metric, &why)) {
		import_error(im, r->metric, "%s", why);
		return;
	}
	put = import_item(im, item.kind, r->ifname ? r->ifname : "");
	if (!put)
		return;
	put->net = item.net;
	put->has_gateway = item.has_gateway;
	put->gateway = item.gateway;
	/* For IPv6, 0 means the kernel's default. */
	put->metric = item.metric ? item.metric : METRIC_DEFAULT;
}

/* Read comments as `export` writes them: "# sitctl: PARAMETER VALUE: WHY". */
static void read_comments(struct import *im, const char *text)
{
	im->line = 0;
	for (const char *end; *text; text = *end ? end + 1 : end) {
		struct import_item *item;
		char line[VALUE_TEXT + 64], param[32], value[VALUE_TEXT];
		const char *p = line;

		im->line++;
		end = text + strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)(end - text), text);
		p += strspn(p, " \t");
		if (*p != '#' || strncmp(p + strspn(p, "# "), COMMENT, strlen(COMMENT)))
			continue;
		p += strspn(p, "# ") + strlen(COMMENT);
		if (sscanf(p, "%31[a-z-] %319s", param, value) != 2)
			continue;
		/* The value ends with the colon before the reason. */
		if (value[strlen(value) - 1] == ':')
			value[strlen(value) - 1] = '\0';
		if (!param_find(ROLE_CLIENT, param))
			continue;
		item = import_item(im, IMPORT_COMMENT, "");
		if (!item)
			return;
		snprintf(item->param, sizeof(item->param), "%s", param);
		snprintf(item->value, sizeof(item->value), "%s", value);
	}
}

void import_text(struct import *im, const struct importer *importer, const char *file, char *text)
{
	/* The byte order mark that editors on Windows write. */
	if (!strncmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	im->file = file;
	im->line = 0;
	read_comments(im, text);
	im->line = 1;
	importer->read(im, text);
}

void import_free(struct import *im)
{
	errors_free(&im->errors);
	free(im->others);
	for (size_t i = 0; i < im->n; i++)
		spec_free(&im->tunnels[i].spec);
	free(im->items);
	free(im->tunnels);
	memset(im, 0, sizeof(*im));
}
