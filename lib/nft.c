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

#include "nft.h"

#define PRIORITY_RAW (-300)	/* NF_IP_PRI_RAW: before connection tracking */
#define KEY_IPV4_ADDR 7		/* nft's number for the type ipv4_addr (nft: include/datatype.h) */

const struct nft_chain nft_chains[NFT_CHAINS] = {
	{ "prerouting", NF_INET_PRE_ROUTING, 12, "ip protocol 41 ip saddr @" NFT_REMOTES " notrack" },
	{ "output", NF_INET_LOCAL_OUT, 16, "ip protocol 41 ip daddr @" NFT_REMOTES " notrack" },
};

static bool add_meta_cmp(struct nftnl_rule *rule)
{
	struct nftnl_expr *meta = nftnl_expr_alloc("meta"), *cmp = nftnl_expr_alloc("cmp");
	uint8_t family = NFPROTO_IPV4;

	if (!meta || !cmp)
		return false;
	nftnl_expr_set_u32(meta, NFTNL_EXPR_META_KEY, NFT_META_NFPROTO);
	nftnl_expr_set_u32(meta, NFTNL_EXPR_META_DREG, NFT_REG_1);
	nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
	nftnl_expr_set(cmp, NFTNL_EXPR_CMP_DATA, &family, sizeof(family));
	nftnl_rule_add_expr(rule, meta);
	nftnl_rule_add_expr(rule, cmp);
	return true;
}

static bool add_payload(struct nftnl_rule *rule, uint32_t offset, uint32_t len)
{
	struct nftnl_expr *payload = nftnl_expr_alloc("payload");

	if (!payload)
		return false;
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	nftnl_rule_add_expr(rule, payload);
	return true;
}

/* `ip protocol 41`: the one-byte payload, since nft 1.0.6 mishandles meta l4proto beside lookups. */
static bool add_protocol(struct nftnl_rule *rule)
{
	struct nftnl_expr *cmp = nftnl_expr_alloc("cmp");
	uint8_t protocol = IPPROTO_IPV6;

	if (!cmp || !add_payload(rule, 9, 1))
		return false;
	nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
	nftnl_expr_set(cmp, NFTNL_EXPR_CMP_DATA, &protocol, sizeof(protocol));
	nftnl_rule_add_expr(rule, cmp);
	return true;
}

static bool add_lookup_notrack(struct nftnl_rule *rule)
{
	struct nftnl_expr *lookup = nftnl_expr_alloc("lookup"), *notrack = nftnl_expr_alloc("notrack");

	if (!lookup || !notrack)
		return false;
	nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_str(lookup, NFTNL_EXPR_LOOKUP_SET, NFT_REMOTES);
	nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_FLAGS, 0);
	nftnl_rule_add_expr(rule, lookup);
	nftnl_rule_add_expr(rule, notrack);
	return true;
}

struct nftnl_rule *nft_rule(const struct nft_chain *chain)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (!rule)
		return NULL;
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, SITCTL_TABLE);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chain->name);
	/* In the order in which nft itself would write it: it must survive `nft list` and `nft -f`. */
	if (add_meta_cmp(rule) && add_protocol(rule) && add_payload(rule, chain->offset, 4) &&
	    add_lookup_notrack(rule))
		return rule;
	nftnl_rule_free(rule);
	return NULL;
}

/* Start a message in SCRATCH (NFT_MSG_MAX bytes); the caller adds the payload and appends it. */
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

static struct nftnl_set *new_set(void)
{
	struct nftnl_set *s = nftnl_set_alloc();

	if (!s)
		return NULL;
	nftnl_set_set_str(s, NFTNL_SET_TABLE, SITCTL_TABLE);
	nftnl_set_set_str(s, NFTNL_SET_NAME, NFT_REMOTES);
	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, NFPROTO_INET);
	return s;
}

static void put_set(struct nl_batch *b, char *scratch)
{
	struct nlmsghdr *nlh = message(scratch, NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_EXCL);
	struct nftnl_set *s = new_set();

	if (!s) {
		b->overflow = true;
		return;
	}
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, KEY_IPV4_ADDR);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, sizeof(struct in_addr));
	nftnl_set_set_u32(s, NFTNL_SET_ID, 1);
	nftnl_set_nlmsg_build_payload(nlh, s);
	nftnl_set_free(s);
	nl_append(b, nlh);
}

static void put_chain(struct nl_batch *b, char *scratch, const struct nft_chain *chain)
{
	struct nlmsghdr *nlh = message(scratch, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);
	struct nftnl_chain *c = nftnl_chain_alloc();
	struct nftnl_rule *rule = nft_rule(chain);

	if (!c || !rule) {
		b->overflow = true;
		goto out;
	}
	nftnl_chain_set_u32(c, NFTNL_CHAIN_FAMILY, NFPROTO_INET);
	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, SITCTL_TABLE);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, chain->name);
	nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, "filter");
	nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, chain->hook);
	nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, PRIORITY_RAW);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	nftnl_chain_nlmsg_build_payload(nlh, c);
	nl_append(b, nlh);
	nlh = message(scratch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	nftnl_rule_nlmsg_build_payload(nlh, rule);
	nl_append(b, nlh);
out:
	if (c)
		nftnl_chain_free(c);
	if (rule)
		nftnl_rule_free(rule);
}

/* Elements of FROM that are not in LESS, as messages of TYPE. */
static void put_elements(struct nl_batch *b, char *scratch, uint16_t type, const struct nft_table *from,
			 const struct nft_table *less)
{
	struct nftnl_set *s = new_set();
	struct nftnl_set_elems_iter *iter = NULL;
	struct nlmsghdr *nlh;
	size_t n = 0;
	int more;

	for (size_t i = 0; s && i < from->n_remotes; i++) {
		struct nftnl_set_elem *e;

		if (nft_has(less, from->remotes[i]))
			continue;
		e = nftnl_set_elem_alloc();
		if (!e)
			goto out;
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, &from->remotes[i], sizeof(from->remotes[i]));
		nftnl_set_elem_add(s, e);
		n++;
	}
	if (s && !n) {
		nftnl_set_free(s);
		return;
	}
	if (s)
		iter = nftnl_set_elems_iter_create(s);
	if (!iter)
		goto out;
	do {	/* a message's attribute holds 64 KiB: the iterator goes on where it was full */
		nlh = message(scratch, type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
		more = nftnl_set_elems_nlmsg_build_payload_iter(nlh, iter);
		nl_append(b, nlh);
	} while (more > 0);
	nftnl_set_elems_iter_destroy(iter);
	nftnl_set_free(s);
	return;
out:
	b->overflow = true;
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
	put_set(b, scratch);
	put_elements(b, scratch, NFT_MSG_NEWSETELEM, want, &none);
	for (int i = 0; i < NFT_CHAINS; i++)
		put_chain(b, scratch, &nft_chains[i]);
}

static int nft_run(struct conversation *c, struct step *step, struct err *err)
{
	const struct nft_table *was = &step->was.nft, *want = &step->want.nft;
	struct nl_batch *b = &c->batch;
	char *scratch = malloc(2 * NFT_MSG_MAX);
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
		put_elements(b, scratch, NFT_MSG_NEWSETELEM, want, was);
		put_elements(b, scratch, NFT_MSG_DELSETELEM, was, want);
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

static void print_elements(const struct nft_table *from, const struct nft_table *less, const char *verb, FILE *out)
{
	const char *separator = "";
	char text[NET6_TEXT];

	for (size_t i = 0; i < from->n_remotes; i++) {
		if (nft_has(less, from->remotes[i]))
			continue;
		if (!*separator)
			fprintf(out, "%s element inet " SITCTL_TABLE " " NFT_REMOTES " { ", verb);
		fprintf(out, "%s%s", separator, addr4_text(from->remotes[i], text));
		separator = ", ";
	}
	if (*separator)
		fprintf(out, " }; ");
}

static void nft_print(const struct step *step, FILE *out)
{
	const struct nft_table *was = &step->was.nft, *want = &step->want.nft;
	static const struct nft_table none;
	bool elements = step->op == STEP_CHANGE && was->intact;

	fprintf(out, "nft '");
	if (elements) {
		print_elements(want, was, "add", out);
		print_elements(was, want, "delete", out);
	} else if (step->op != STEP_ADD) {
		fprintf(out, "delete table inet " SITCTL_TABLE "; ");
	}
	if (!elements && step->op != STEP_DEL) {
		fprintf(out, "add table inet " SITCTL_TABLE "; add set inet " SITCTL_TABLE " " NFT_REMOTES
			" { type ipv4_addr; }; ");
		print_elements(want, &none, "add", out);
		for (int i = 0; i < NFT_CHAINS; i++)
			fprintf(out, "add chain inet " SITCTL_TABLE " %s { type filter hook %s priority raw; }; "
				"add rule inet " SITCTL_TABLE " %s %s; ", nft_chains[i].name, nft_chains[i].name,
				nft_chains[i].name, nft_chains[i].match);
	}
	fprintf(out, "'\n");
}

static json_t *nft_json(const struct object *object)
{
	json_t *remotes = json_array();
	char text[NET6_TEXT];

	for (size_t i = 0; i < object->nft.n_remotes; i++)
		json_array_append_new(remotes, json_string(addr4_text(object->nft.remotes[i], text)));
	return json_pack("{s:s, s:s, s:o}", "family", "inet", "table", SITCTL_TABLE, NFT_REMOTES, remotes);
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
