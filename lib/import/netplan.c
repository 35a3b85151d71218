/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Import of netplan's YAML: the tunnels of mode sit in network, tunnels. */
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "import/import.h"
#include "import/importers.h"
#include "import/ipcommand.h"

#define DEPTH_MAX 16
#define NODES_MAX 20000
#define ANCHORS_MAX 100
#define DIRECTIVES_MAX 100
#define TAG "%TAG"
#define WORD_OF(number) #number
#define QUOTED(number) WORD_OF(number)

/* The text of a scalar node, or NULL. */
static const char *scalar(const yaml_node_t *node)
{
	/* libyaml terminates it with a NUL byte; one inside would hide the rest. */
	if (!node || node->type != YAML_SCALAR_NODE ||
	    strlen((const char *)node->data.scalar.value) != node->data.scalar.length)
		return NULL;
	return (const char *)node->data.scalar.value;
}

static void at(struct import *im, const yaml_node_t *node)
{
	im->line = (unsigned int)node->start_mark.line + 1;
}

/* Iterate over the pairs of a mapping. KEY is text. */
static bool next_pair(struct import *im, yaml_document_t *doc, const yaml_node_t *map, size_t i, const char **key,
		      yaml_node_t **value)
{
	const yaml_node_pair_t *pair = map->data.mapping.pairs.start + i;

	if (pair >= map->data.mapping.pairs.top)
		return false;
	*key = scalar(yaml_document_get_node(doc, pair->key));
	*value = yaml_document_get_node(doc, pair->value);
	at(im, yaml_document_get_node(doc, pair->key));
	if (!*key)
		*key = "";
	return true;
}

static yaml_node_t *find(struct import *im, yaml_document_t *doc, yaml_node_t *map, const char *name)
{
	yaml_node_t *value;
	const char *key;

	for (size_t i = 0; map && map->type == YAML_MAPPING_NODE && next_pair(im, doc, map, i, &key, &value); i++)
		if (!strcmp(key, name))
			return value;
	return NULL;
}

/* The I-th of a sequence, or NULL. */
static yaml_node_t *item(struct import *im, yaml_document_t *doc, const yaml_node_t *list, size_t i)
{
	const yaml_node_item_t *start = list->type == YAML_SEQUENCE_NODE ? list->data.sequence.items.start : NULL;
	yaml_node_t *node;

	if (!start || start + i >= list->data.sequence.items.top)
		return NULL;
	node = yaml_document_get_node(doc, start[i]);
	at(im, node);
	return node;
}

/* An address with options. */
static void take_options(struct import *im, yaml_document_t *doc, const yaml_node_t *options)
{
	yaml_node_t *value;
	const char *key;

	for (size_t i = 0; options->type == YAML_MAPPING_NODE && next_pair(im, doc, options, i, &key, &value); i++)
		if (strcmp(key, "lifetime") || !scalar(value) || strcmp(scalar(value), "forever"))
			import_error(im, key, "is not understood for an address");
}

static void take_addresses(struct import *im, yaml_document_t *doc, const yaml_node_t *list, const char *name)
{
	yaml_node_t *node, *options;

	for (size_t i = 0; (node = item(im, doc, list, i)); i++) {
		const char *text = scalar(node);

		if (text) {
			import_address(im, name, text, 128);
		} else if (node->type != YAML_MAPPING_NODE) {
			import_error(im, "addresses", "an address is needed here, not a list");
			import_address(im, name, import_unknown, 128);
		}
		for (size_t k = 0; node->type == YAML_MAPPING_NODE && next_pair(im, doc, node, k, &text, &options);
		     k++) {
			import_address(im, name, text, 128);
			take_options(im, doc, options);
		}
	}
}

static bool route_key(struct import_route *r, const char *key, const char *text)
{
	if (!strcmp(key, "to"))
		r->to = text;
	else if (!strcmp(key, "via"))
		r->gateway = text;
	else if (!strcmp(key, "metric"))
		r->metric = text;
	else if (!strcmp(key, "type"))
		r->type = text;
	else
		return !strcmp(key, "scope") || !strcmp(key, "on-link") ||
		       (!strcmp(key, "table") && !strcmp(text, "254"));
	return true;
}

/* For other interfaces only a route that discards matters: it is for the unused part of a routed prefix. */
static void take_route(struct import *im, yaml_document_t *doc, const yaml_node_t *route, const char *name)
{
	struct import_route r = { .ifname = name };
	unsigned int line = im->line;
	bool ours = import_find(im, name) || !strcmp(name, "lo"),
	     elsewhere = false; /* in another table, or for some sources */
	yaml_node_t *value;
	const char *key;

	for (size_t i = 0; route->type == YAML_MAPPING_NODE && next_pair(im, doc, route, i, &key, &value); i++) {
		const char *text = scalar(value);

		if (text && route_key(&r, key, text))
			continue;
		if (ours)
			import_error(im, key, "is not understood in a route");
		elsewhere = elsewhere || !strcmp(key, "table") || !strcmp(key, "from");
	}
	im->line = line;
	ours = ours || (r.type && import_discards(r.type));
	if (ours && !r.to)
		import_error(im, "routes", "a route has no 'to'");
	else if (ours && !elsewhere)
		import_route(im, &r);
}

static void take_routes(struct import *im, yaml_document_t *doc, const yaml_node_t *list, const char *name)
{
	yaml_node_t *route;

	for (size_t i = 0; (route = item(im, doc, list, i)); i++)
		take_route(im, doc, route, name);
}

/* Keys that do not change what networkd does by default, with any value, or off; others are reported. */
static bool says_nothing(const char *key, const char *text)
{
	static const char *const keys[] = { "mode",	"link-local",	   "optional",	     "renderer",
					    "critical", "activation-mode", "ignore-carrier", NULL };
	static const char *const off[] = { "accept-ra", "dhcp4", "dhcp6", "ipv6-privacy", NULL };

	return import_among(key, keys) || (import_among(key, off) && import_is_false(text));
}

/* Report it once, and not as missing again. */
static void not_understood(struct import *im, struct imported *t, const char *key)
{
	import_error(im, key, "is not understood for a tunnel");
	if (!strcmp(key, "remote"))
		import_set(im, t, key, import_unknown);
	else if (!strcmp(key, "addresses"))
		import_address(im, name_text(t->spec.name), import_unknown, 128);
}

static void tunnel_key(struct import *im, yaml_document_t *doc, struct imported *t, const char *key, yaml_node_t *node)
{
	const char *text = scalar(node);
	bool list = node->type == YAML_SEQUENCE_NODE;

	if (says_nothing(key, text ? text : ""))
		return;
	if (!strcmp(key, "addresses") && list)
		take_addresses(im, doc, node, name_text(t->spec.name));
	else if (!strcmp(key, "routes") && list)
		take_routes(im, doc, node, name_text(t->spec.name));
	else if (text && (!strcmp(key, "remote") || !strcmp(key, "mtu")))
		import_set(im, t, key, text);
	else if (text && !strcmp(key, "local"))
		import_local(im, t, text);
	else if (text && !strcmp(key, "ttl"))
		import_ttl(im, t, text);
	else if (text && !strcmp(key, "gateway6"))
		import_route(im, &(struct import_route){
					 .to = "default", .gateway = text, .ifname = name_text(t->spec.name) });
	else
		not_understood(im, t, key);
}

/* Was KEY SEEN before? Keys other than these are reported anyway. */
static bool is_twice(const char *key, unsigned int *seen)
{
	static const char *const read[] = {
		"mode", "remote", "local", "ttl", "mtu", "addresses", "routes", "gateway6"
	};
	unsigned int before = *seen;

	for (size_t i = 0; i < sizeof(read) / sizeof(*read); i++)
		if (!strcmp(key, read[i])) {
			*seen |= 1u << i;
			return *seen == before;
		}
	return false;
}

static void take_tunnel(struct import *im, yaml_document_t *doc, const char *name, yaml_node_t *map)
{
	struct imported *t = import_tunnel(im, name);
	unsigned int seen = 0;
	yaml_node_t *value;
	const char *key;

	for (size_t i = 0; t && next_pair(im, doc, map, i, &key, &value); i++) {
		if (is_twice(key, &seen))
			import_error(im, key, "is given twice: only the first one is read");
		else
			tunnel_key(im, doc, t, key, value);
	}
}

static void take_tunnels(struct import *im, yaml_document_t *doc, yaml_node_t *tunnels)
{
	yaml_node_t *map;
	const char *name;

	for (size_t i = 0; tunnels && tunnels->type == YAML_MAPPING_NODE && next_pair(im, doc, tunnels, i, &name, &map);
	     i++) {
		unsigned int line = im->line;
		const char *mode = scalar(find(im, doc, map, "mode"));

		im->line = line;
		if (!mode)
			import_error(im, name, "is a tunnel without 'mode'");
		else if (strcmp(mode, "sit"))
			import_other(im, name, mode);
		else
			take_tunnel(im, doc, name, map);
	}
}

/* Another interface: its routes that discard, for the unused part of a routed prefix, and tunnels as its members. */
static void take_device(struct import *im, yaml_document_t *doc, const char *name, yaml_node_t *map)
{
	yaml_node_t *routes = find(im, doc, map, "routes"), *parts = find(im, doc, map, "interfaces"), *node;

	if (routes)
		take_routes(im, doc, routes, name);
	for (size_t i = 0; parts && (node = item(im, doc, parts, i)); i++)
		if (scalar(node) && import_find(im, scalar(node)))
			import_error(im, scalar(node), "is a member of %s, which is not understood", name);
}

/* Interfaces of a kind that are not tunnels; KIND is NULL if they are not created. */
static void take_devices(struct import *im, yaml_document_t *doc, yaml_node_t *devices, const char *kind)
{
	yaml_node_t *map;
	const char *name;

	for (size_t i = 0; devices->type == YAML_MAPPING_NODE && next_pair(im, doc, devices, i, &name, &map); i++) {
		if (kind)
			import_other(im, name, kind);
		take_device(im, doc, name, map);
	}
}

/* What there is besides the tunnels. */
static void take_others(struct import *im, yaml_document_t *doc, const yaml_node_t *network)
{
	static const struct {
		const char *key, *kind;
	} kinds[] = {
		{ "ethernets", NULL },		 { "wifis", NULL },   { "modems", NULL },
		{ "nm-devices", NULL },		 { "bonds", "bond" }, { "bridges", "bridge" },
		{ "dummy-devices", "dummy" },	 { "vlans", "vlan" }, { "vrfs", "vrf" },
		{ "virtual-ethernets", "veth" },
	};
	static const char *const silent[] = { "version", "renderer", "tunnels", "openvswitch", NULL };
	yaml_node_t *value;
	const char *key;

	for (size_t i = 0;
	     network && network->type == YAML_MAPPING_NODE && next_pair(im, doc, network, i, &key, &value); i++) {
		size_t k = 0, n = sizeof(kinds) / sizeof(*kinds);

		while (k < n && strcmp(key, kinds[k].key))
			k++;
		if (k < n)
			take_devices(im, doc, value, kinds[k].kind);
		else if (!import_among(key, silent))
			import_error(im, key, "is not understood in 'network'");
	}
}

/*
 * Is it of a size and form that people write? The cost of libyaml grows with the square of a text's depth, and of the
 * number of its anchors and directives; and each alias repeats what it stands for.
 */
static const char *too_much(const yaml_event_t *event, unsigned int depth, unsigned int n)
{
	if (event->type == YAML_ALIAS_EVENT)
		return "an alias ('*') is not followed: write out what it stands for";
	if (depth > DEPTH_MAX)
		return "is nested too deeply: netplan has fewer than " QUOTED(DEPTH_MAX) " levels";
	return n > NODES_MAX ? "has more than " QUOTED(NODES_MAX) " keys and values" : NULL;
}

static bool has_anchor(const yaml_event_t *event)
{
	return (event->type == YAML_SCALAR_EVENT && event->data.scalar.anchor) ||
	       (event->type == YAML_SEQUENCE_START_EVENT && event->data.sequence_start.anchor) ||
	       (event->type == YAML_MAPPING_START_EVENT && event->data.mapping_start.anchor);
}

static void name_problem(struct import *im, const yaml_parser_t *parser)
{
	im->line = (unsigned int)parser->problem_mark.line + 1;
	im->refused = true;
	import_error(im, "yaml", "%s", parser->problem ? parser->problem : "is not understood");
}

/* Check TEXT without keeping any of it. False, and an error, if it is wrong or exceeds a limit. */
static bool look(struct import *im, yaml_parser_t *parser)
{
	unsigned int depth = 0, n = 0, anchors = 0;
	const char *why = NULL;
	yaml_event_t event;
	bool more = true;

	while (more && !why) {
		if (!yaml_parser_parse(parser, &event)) {
			name_problem(im, parser);
			return false;
		}
		if (event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT)
			depth++;
		else if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
			depth--;
		anchors += has_anchor(&event);
		why = too_much(&event, depth, ++n);
		if (!why && anchors > ANCHORS_MAX)
			why = "has more than " QUOTED(ANCHORS_MAX) " anchors ('&')";
		im->line = (unsigned int)event.start_mark.line + 1;
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	if (!why)
		return true;
	im->refused = true;
	import_error(im, "yaml", "%s", why);
	return false;
}

/* Import the text, which look() has accepted. */
static bool take(struct import *im, yaml_parser_t *parser)
{
	yaml_document_t doc;
	bool more = true;

	while (more) {
		yaml_node_t *root, *network;

		if (!yaml_parser_load(parser, &doc)) {
			name_problem(im, parser);
			return false;
		}
		root = yaml_document_get_root_node(&doc);
		more = root;
		if (root) {
			network = find(im, &doc, root, "network");
			take_tunnels(im, &doc, find(im, &doc, network, "tunnels"));
			take_others(im, &doc, network);
		}
		yaml_document_delete(&doc);
	}
	return true;
}

/* libyaml compares each directive with all previous ones before it reports any. */
static bool many_directives(const char *text)
{
	unsigned int n = 0;

	for (const char *p = text; n <= DIRECTIVES_MAX && (p = strstr(p, TAG)); p += strlen(TAG))
		n++;
	return n > DIRECTIVES_MAX;
}

void import_netplan(struct import *im, char *text)
{
	static bool (*const passes[])(struct import * im, yaml_parser_t * parser) = { look, take };
	bool good = !many_directives(text);

	if (!good)
		import_error(im, TAG, "occurs more than " QUOTED(DIRECTIVES_MAX) " times");
	for (size_t i = 0; good && i < sizeof(passes) / sizeof(*passes); i++) {
		yaml_parser_t parser;

		if (!yaml_parser_initialize(&parser)) {
			im->no_memory = true;
			return;
		}
		yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
		good = passes[i](im, &parser);
		yaml_parser_delete(&parser);
	}
}
