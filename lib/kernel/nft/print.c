/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Print changes to the table `inet sitctl` as nft commands, and its content as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nft/print.h"
#include "base/quote.h"
#include "kernel/mark.h"
#include "kernel/nft/rules.h"

#define INDENT "    " /* of a statement that is not alone */

/* Elements of set ID in FROM that are not in LESS. */
static void print_elements(const struct nft_table *from, const struct nft_table *less, enum nft_set_id id,
			   const char *before, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < from->n; i++) {
		struct nft_elem elem;

		if (nft_set_of(from, i) != id || nft_has_of(less, from, i))
			continue;
		elem = nft_elem_at(from, i);
		if (!any)
			fprintf(out, INDENT "%s element inet " SITCTL_TABLE " %s { ", before, nft_sets[id].name);
		else
			fputs(", ", out);
		nft_elem_print(&elem, out);
		any = true;
	}
	if (any)
		fputs(" }\n", out);
}

static void print_chain(const struct nft_chain *c, FILE *out)
{
	fprintf(out, INDENT "add chain inet " SITCTL_TABLE " %s", c->name);
	if (c->type)
		fprintf(out, " { type %s hook %s priority %d; }", c->type, c->hook_name, c->priority);
	fputc('\n', out);
	for (int k = 0; k < NFT_RULES_MAX && c->rules[k].text; k++)
		fprintf(out, INDENT "add rule inet " SITCTL_TABLE " %s %s\n", c->name, c->rules[k].text);
}

static void print_all(const struct nft_table *want, FILE *out)
{
	static const struct nft_table none;
	char key[80];

	fprintf(out, INDENT "add table inet " SITCTL_TABLE "\n");
	for (int id = 0; id < SET_COUNT; id++) {
		const struct nft_set *row = &nft_sets[id];

		nft_key_text(id, key, sizeof(key));
		fprintf(out, INDENT "add %s inet " SITCTL_TABLE " %s { type %s%s;%s%s }\n",
			row->flags & SET_MAP ? "map" : "set", row->name, key,
			row->flags & SET_MAP ? " : ipv4_addr" : "", row->flags & SET_INTERVAL ? " flags interval;" : "",
			row->flags & SET_COUNTED ? " counter;" : "");
	}
	for (int i = 0; i < NFT_CHAINS; i++)
		if (nft_in_groups(&nft_chains[i], want->groups, 0))
			print_chain(&nft_chains[i], out);
	for (int id = 0; id < SET_COUNT; id++)
		print_elements(want, &none, id, "add", out);
}

static void print_difference(const struct nft_table *was, const struct nft_table *want, FILE *out)
{
	for (int i = NFT_CHAINS; i > 0; i--)
		if (nft_in_groups(&nft_chains[i - 1], was->groups, want->groups))
			fprintf(out,
				INDENT "flush chain inet " SITCTL_TABLE " %s\n" INDENT "delete chain inet " SITCTL_TABLE
				       " %s\n",
				nft_chains[i - 1].name, nft_chains[i - 1].name);
	for (int i = 0; i < NFT_CHAINS; i++)
		if (nft_in_groups(&nft_chains[i], want->groups, was->groups))
			print_chain(&nft_chains[i], out);
	for (int id = 0; id < SET_COUNT; id++) {
		print_elements(was, want, id, "delete", out);
		print_elements(want, was, id, "add", out);
	}
}

const struct nft_table *nft_table_of(const struct object *object)
{
	static const struct nft_table none;

	return object ? &object->nft : &none;
}

/* One nft command whose script is one shell word, with a statement on each line: as atomic as our batch. */
void nft_print(const struct step *step, FILE *out)
{
	const struct nft_table *was = nft_table_of(step->was), *want = nft_table_of(step->want);
	char *text = NULL;
	size_t size;
	FILE *script = open_memstream(&text, &size);

	if (!script)
		return;
	fputc('\n', script);
	if (was->exists && was->intact && want->exists) {
		print_difference(was, want, script);
	} else {
		if (was->exists)
			fprintf(script, INDENT "delete table inet " SITCTL_TABLE "\n");
		if (want->exists)
			print_all(want, script);
	}
	if (!fclose(script)) {
		bool one = strchr(text + 1, '\n') == text + size - 1;

		text[size - 1] = '\0';
		fprintf(out, "nft ");
		print_word(out, one ? text + 1 + strlen(INDENT) : text);
		fputc('\n', out);
	}
	free(text);
}

json_t *nft_json(const struct object *object)
{
	const struct nft_table *t = &object->nft;
	json_t *json = json_pack("{s:s, s:s}", "family", "inet", "table", SITCTL_TABLE);

	for (int id = 0; id < SET_COUNT; id++)
		json_object_set_new(json, nft_sets[id].name, json_array());
	for (size_t i = 0; i < t->n; i++) {
		struct nft_elem elem = nft_elem_at(t, i);
		char text[160];

		FILE *out = fmemopen(text, sizeof(text), "w");

		if (!out)
			continue;
		nft_elem_print(&elem, out);
		fclose(out);
		json_array_append_new(json_object_get(json, nft_sets[elem.set].name), text_json(text));
	}
	return json;
}

void nft_label(const struct object *object, char *buf, size_t size)
{
	(void)object;
	snprintf(buf, size, "nf_tables table 'inet " SITCTL_TABLE "'");
}
