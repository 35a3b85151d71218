/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Import of netplan's YAML: network, tunnels, those of mode sit. */
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "import/import.h"
#include "import/importers.h"
#include "import/ipcommand.h"

/* A node and where it stands. */
static const char *scalar(const yaml_node_t *node)
{
	/* libyaml ends it with a zero; one inside would hide the rest. */
	if (!node || node->type != YAML_SCALAR_NODE ||
	    strlen((const char *)node->data.scalar.value) != node->data.scalar.length)
		return NULL;
	return (const char *)node->data.scalar.value;
}

static void at(struct import *im, const yaml_node_t *node)
{
	im->line = (unsigned int)node->start_mark.line + 1;
}

/* Goes over the pairs of a mapping: KEY is a text. */
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

static void take_addresses(struct import *im, yaml_document_t *doc, const yaml_node_t *list, const char *name)
{
	yaml_node_t *node, *ignored;

	for (size_t i = 0; (node = item(im, doc, list, i)); i++) {
		const char *text = scalar(node);

		/* An address with options is a mapping of one pair. */
		if (!text && node->type == YAML_MAPPING_NODE)
			next_pair(im, doc, node, 0, &text, &ignored);
		import_address(im, name, text ? text : "", 128);
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

static void take_routes(struct import *im, yaml_document_t *doc, const yaml_node_t *list, const char *name)
{
	yaml_node_t *node, *value;

	for (size_t i = 0; (node = item(im, doc, list, i)); i++) {
		struct import_route r = { .ifname = name };
		unsigned int line = im->line;
		const char *key;

		for (size_t k = 0; node->type == YAML_MAPPING_NODE && next_pair(im, doc, node, k, &key, &value); k++) {
			const char *text = scalar(value);

			if (!text || !route_key(&r, key, text))
				import_error(im, key, "is not understood in a route");
		}
		im->line = line;
		if (!r.to)
			import_error(im, "routes", "a route without 'to'");
		else if (!import_is_ipv4(r.to) && !(r.gateway && import_is_ipv4(r.gateway)))
			import_route(im, &r);
	}
}

static void tunnel_key(struct import *im, yaml_document_t *doc, struct imported *t, const char *key, yaml_node_t *node)
{
	static const char *const plain[] = { "mode",	 "accept-ra", "link-local", "dhcp4",	      "dhcp6",
					     "optional", "renderer",  "critical",   "ignore-carrier", NULL };
	const char *text = scalar(node);

	if (!strcmp(key, "addresses") && !text)
		take_addresses(im, doc, node, t->spec.name);
	else if (!strcmp(key, "routes") && !text)
		take_routes(im, doc, node, t->spec.name);
	else if (!text)
		import_error(im, key, "is not understood of a tunnel");
	else if (!strcmp(key, "remote") || !strcmp(key, "mtu"))
		import_set(im, t, key, text);
	else if (!strcmp(key, "local"))
		import_local(im, t, text);
	else if (!strcmp(key, "ttl"))
		import_ttl(im, t, text);
	else if (!strcmp(key, "gateway6"))
		import_route(im, &(struct import_route){ .to = "default", .gateway = text, .ifname = t->spec.name });
	else if (!import_among(key, plain))
		import_error(im, key, "is not understood of a tunnel");
}

static void take_tunnels(struct import *im, yaml_document_t *doc, yaml_node_t *tunnels)
{
	const char *name, *mode, *key;
	yaml_node_t *map, *value;

	for (size_t i = 0; tunnels && tunnels->type == YAML_MAPPING_NODE && next_pair(im, doc, tunnels, i, &name, &map);
	     i++) {
		unsigned int line = im->line;
		struct imported *t;

		mode = scalar(find(im, doc, map, "mode"));
		if (!mode || strcmp(mode, "sit"))
			continue;
		im->line = line;
		t = import_tunnel(im, name);
		for (size_t k = 0; t && next_pair(im, doc, map, k, &key, &value); k++)
			tunnel_key(im, doc, t, key, value);
	}
}

void import_netplan(struct import *im, char *text)
{
	yaml_parser_t parser;
	yaml_document_t doc;
	bool more = true;

	if (!yaml_parser_initialize(&parser)) {
		im->no_memory = true;
		return;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
	while (more) {
		yaml_node_t *root;

		if (!yaml_parser_load(&parser, &doc)) {
			im->line = (unsigned int)parser.problem_mark.line + 1;
			import_error(im, "yaml", "%s", parser.problem ? parser.problem : "is not understood");
			break;
		}
		root = yaml_document_get_root_node(&doc);
		more = root;
		if (root)
			take_tunnels(im, &doc, find(im, &doc, find(im, &doc, root, "network"), "tunnels"));
		yaml_document_delete(&doc);
	}
	yaml_parser_delete(&parser);
}
