/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes to the table `inet sitctl`: every change is one atomic batch. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "kind.h"	/* before linux/: glibc and the kernel define the same names */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>

#include "nft.h"

/* Start a message in SCRATCH (NFT_MESSAGE_SIZE bytes); the caller adds the payload and appends it. */
static struct nlmsghdr *message(char *scratch, uint16_t type, uint16_t flags)
{
	return nftnl_nlmsg_build_hdr(scratch, type, NFPROTO_INET, NLM_F_ACK | flags, 0);
}

static void put_table(struct nl_batch *b, char *scratch, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = message(scratch, type, flags);
	struct nftnl_table *t = nftnl_table_alloc();

	if (!t) {
		b->overflow = true;
		return;
	}
	nftnl_table_set_u32(t, NFTNL_TABLE_FAMILY, NFPROTO_INET);
	nftnl_table_set_str(t, NFTNL_TABLE_NAME, SITCTL_TABLE);
	nftnl_table_nlmsg_build_payload(nlh, t);
	nftnl_table_free(t);
	nl_append(b, nlh);
}

static struct nftnl_set *new_set(enum nft_set_id id)
{
	struct nftnl_set *s = nftnl_set_alloc();

	if (!s)
		return NULL;
	nftnl_set_set_str(s, NFTNL_SET_TABLE, SITCTL_TABLE);
	nftnl_set_set_str(s, NFTNL_SET_NAME, nft_sets[id].name);
	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, NFPROTO_INET);
	return s;
}

/* User data for nft alone: without it `nft list` shows names as empty (nft: src/mnl.c, set user data). */
static void put_host_order(struct nftnl_set *s)
{
	struct nftnl_udata_buf *data = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);

	if (!data)
		return;
	nftnl_udata_put_u32(data, NFTNL_UDATA_SET_KEYBYTEORDER, 1);
	nftnl_set_set_data(s, NFTNL_SET_USERDATA, nftnl_udata_buf_data(data), nftnl_udata_buf_len(data));
	nftnl_udata_buf_free(data);
}

static void put_set(struct nl_batch *b, char *scratch, enum nft_set_id id)
{
	static const uint8_t concat[] = { sizeof(struct in6_addr), IFNAMSIZ };
	struct nlmsghdr *nlh = message(scratch, NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_EXCL);
	const struct nft_set *row = &nft_sets[id];
	struct nftnl_set *s = new_set(id);
	struct nftnl_expr *counter = row->counter ? nftnl_expr_alloc("counter") : NULL;

	if (!s || (row->counter && !counter)) {
		b->overflow = true;
		goto out;
	}
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, row->key_type);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, row->key_len);
	nftnl_set_set_u32(s, NFTNL_SET_ID, (uint32_t)id + 1);
	if (row->host_order)
		put_host_order(s);
	if (row->interval) {
		nftnl_set_set_u32(s, NFTNL_SET_FLAGS, NFT_SET_INTERVAL | NFT_SET_CONCAT);
		nftnl_set_set_data(s, NFTNL_SET_DESC_CONCAT, concat, sizeof(concat));
	}
	if (counter) {
		nftnl_set_add_expr(s, counter);
		counter = NULL;		/* the set's now */
	}
	nftnl_set_nlmsg_build_payload(nlh, s);
	nl_append(b, nlh);
out:
	if (counter)
		nftnl_expr_free(counter);
	if (s)
		nftnl_set_free(s);
}

static void put_chain(struct nl_batch *b, char *scratch, const struct nft_chain *chain)
{
	struct nlmsghdr *nlh = message(scratch, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);
	struct nftnl_chain *c = nftnl_chain_alloc();

	if (!c) {
		b->overflow = true;
		return;
	}
	nftnl_chain_set_u32(c, NFTNL_CHAIN_FAMILY, NFPROTO_INET);
	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, SITCTL_TABLE);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, chain->name);
	if (chain->base) {
		nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, "filter");
		nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, chain->hook);
		nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, chain->priority);
		nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	}
	nftnl_chain_nlmsg_build_payload(nlh, c);
	nftnl_chain_free(c);
	nl_append(b, nlh);
	for (int i = 0; i < NFT_RULES_MAX && chain->rules[i].text; i++) {
		struct nftnl_rule *rule = nft_rule(chain, &chain->rules[i]);

		if (!rule) {
			b->overflow = true;
			return;
		}
		nlh = message(scratch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
		nftnl_rule_nlmsg_build_payload(nlh, rule);
		nftnl_rule_free(rule);
		nl_append(b, nlh);
	}
}

static bool add_elem(struct nftnl_set *s, const struct nft_elem *elem)
{
	struct nftnl_set_elem *e = nftnl_set_elem_alloc();
	const struct nft_set *row = &nft_sets[elem->set];

	if (!e)
		return false;
	nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, elem->key, row->key_len);
	if (row->interval)
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY_END, elem->end, row->key_len);
	nftnl_set_elem_add(s, e);
	return true;
}

/* Elements of set ID in FROM that are not in LESS, as messages of TYPE. */
static void put_elements(struct nl_batch *b, char *scratch, uint16_t type, enum nft_set_id id,
			 const struct nft_table *from, const struct nft_table *less)
{
	struct nftnl_set *s = new_set(id);
	struct nftnl_set_elems_iter *iter = NULL;
	struct nlmsghdr *nlh;
	bool ok = s, any = false;
	int more;

	for (size_t i = 0; ok && i < from->n; i++)
		if (from->elems[i].set == id && !nft_find(less, &from->elems[i])) {
			ok = add_elem(s, &from->elems[i]);
			any = true;
		}
	if (ok && any)
		iter = nftnl_set_elems_iter_create(s);
	if (!ok || (any && !iter))
		b->overflow = true;
	if (iter) {
		do {	/* a message's attribute holds 64 KiB: the iterator goes on where it was full */
			nlh = message(scratch, type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
			more = nftnl_set_elems_nlmsg_build_payload_iter(nlh, iter);
			nl_append(b, nlh);
		} while (more > 0);
		nftnl_set_elems_iter_destroy(iter);
	}
	if (s)
		nftnl_set_free(s);
}

static void put_batch_frame(struct nl_batch *b, char *scratch, uint16_t type)
{
	struct nlmsghdr *nlh = type == NFNL_MSG_BATCH_BEGIN ? nftnl_batch_begin(scratch, 0) :
							      nftnl_batch_end(scratch, 0);

	nl_append(b, nlh);
}

static void put_all(struct nl_batch *b, char *scratch, const struct nft_table *want)
{
	static const struct nft_table none;

	put_table(b, scratch, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
	for (int id = 0; id < SET_COUNT; id++) {
		put_set(b, scratch, id);
		put_elements(b, scratch, NFT_MSG_NEWSETELEM, id, want, &none);
	}
	for (int i = 0; i < NFT_CHAINS; i++)
		put_chain(b, scratch, &nft_chains[i]);
}

static int nft_run(struct conversation *c, struct step *step, struct err *err)
{
	const struct nft_table *was = &step->was.nft, *want = &step->want.nft;
	struct nl_batch *b = &c->batch;
	char *scratch = malloc(2 * NFT_MESSAGE_SIZE);
	int ret = 0;

	if (!scratch)
		return err_sys(err, ENOMEM, "nf_tables batch");
	if (!c->netfilter.sock)
		ret = nl_open(&c->netfilter, NETLINK_NETFILTER, err);
	if (ret)
		goto out;
	nl_batch_reset(b);
	put_batch_frame(b, scratch, NFNL_MSG_BATCH_BEGIN);
	if (step->op == STEP_CHANGE && was->intact) {
		/* Old before new: intervals of one set must not overlap, not even within a batch. */
		for (int id = 0; id < SET_COUNT; id++) {
			put_elements(b, scratch, NFT_MSG_DELSETELEM, id, was, want);
			put_elements(b, scratch, NFT_MSG_NEWSETELEM, id, want, was);
		}
	} else {
		if (step->op != STEP_ADD)
			put_table(b, scratch, NFT_MSG_DELTABLE, 0);
		if (step->op != STEP_DEL)
			put_all(b, scratch, want);
	}
	put_batch_frame(b, scratch, NFNL_MSG_BATCH_END);
	ret = nl_send(&c->netfilter, b, err);
out:
	free(scratch);
	return ret;
}

static void nft_explain(struct conversation *c, const struct step *step, struct err *err)
{
	(void)c;
	(void)step;
	if (err->code == EOPNOTSUPP || err->code == EINVAL || err->code == EPROTONOSUPPORT || err->code == ENOENT) {
		err_why(err, "this kernel refused nf_tables rules (%s)", strerror(err->code));
		err_hint(err, "load it with 'modprobe -a nf_tables nft_ct', or do without it: 'notrack off'");
	}
}

/* Elements of set ID in FROM that are not in LESS. */
static void print_elements(const struct nft_table *from, const struct nft_table *less, enum nft_set_id id,
			   const char *before, FILE *out)
{
	bool any = false;
	char text[160];

	for (size_t i = 0; i < from->n; i++) {
		if (from->elems[i].set != id || nft_find(less, &from->elems[i]))
			continue;
		nft_elem_text(&from->elems[i], text, sizeof(text));
		if (!any)
			fprintf(out, "%selement inet " SITCTL_TABLE " %s { ", before, nft_sets[id].name);
		fprintf(out, "%s%s", any ? ", " : "", text);
		any = true;
	}
	if (any)
		fprintf(out, " }; ");
}

static void print_all(const struct nft_table *want, FILE *out)
{
	static const struct nft_table none;

	fprintf(out, "add table inet " SITCTL_TABLE "; ");
	for (int id = 0; id < SET_COUNT; id++) {
		fprintf(out, "add set inet " SITCTL_TABLE " %s { type %s;%s%s }; ", nft_sets[id].name, nft_sets[id].type,
			nft_sets[id].interval ? " flags interval;" : "", nft_sets[id].counter ? " counter;" : "");
		print_elements(want, &none, id, "add ", out);
	}
	for (int i = 0; i < NFT_CHAINS; i++) {
		const struct nft_chain *c = &nft_chains[i];

		fprintf(out, "add chain inet " SITCTL_TABLE " %s", c->name);
		if (c->base)
			fprintf(out, " { type filter hook %s priority %d; }", c->hook_name, c->priority);
		fprintf(out, "; ");
		for (int k = 0; k < NFT_RULES_MAX && c->rules[k].text; k++)
			fprintf(out, "add rule inet " SITCTL_TABLE " %s %s; ", c->name, c->rules[k].text);
	}
}

/* One nft, whose script is one word of the shell: as atomic as our batch. */
static void nft_print(const struct step *step, FILE *out)
{
	const struct nft_table *was = &step->was.nft, *want = &step->want.nft;
	char *text = NULL;
	size_t size;
	FILE *script = open_memstream(&text, &size);

	if (!script)
		return;
	if (step->op == STEP_CHANGE && was->intact) {
		for (int id = 0; id < SET_COUNT; id++) {
			print_elements(was, want, id, "delete ", script);
			print_elements(want, was, id, "add ", script);
		}
	} else {
		if (step->op != STEP_ADD)
			fprintf(script, "delete table inet " SITCTL_TABLE "; ");
		if (step->op != STEP_DEL)
			print_all(want, script);
	}
	if (!fclose(script)) {
		fprintf(out, "nft ");
		print_word(out, text);
		fputc('\n', out);
	}
	free(text);
}

static json_t *nft_json(const struct object *object)
{
	const struct nft_table *t = &object->nft;
	json_t *json = json_pack("{s:s, s:s}", "family", "inet", "table", SITCTL_TABLE);

	for (int id = 0; id < SET_COUNT; id++)
		json_object_set_new(json, nft_sets[id].name, json_array());
	for (size_t i = 0; i < t->n; i++) {
		char text[160];

		nft_elem_text(&t->elems[i], text, sizeof(text));
		json_array_append_new(json_object_get(json, nft_sets[t->elems[i].set].name), json_string(text));
	}
	return json;
}

static void nft_label(const struct object *object, char *buf, size_t size)
{
	(void)object;
	snprintf(buf, size, "nf_tables table 'inet " SITCTL_TABLE "'");
}

const struct kind nft_kind = {
	.name = "nftables", .run = nft_run, .explain = nft_explain,
	.print = nft_print, .json = nft_json, .label = nft_label,
};
