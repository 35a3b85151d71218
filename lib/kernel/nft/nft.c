/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes to the table `inet sitctl`: every change is one atomic batch. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nft/nft.h" /* before linux/: glibc and the kernel define the same names */
#include "base/err.h"
#include "kernel/conversation.h"
#include "kernel/mark.h"
#include "kernel/nft/elements.h"
#include "kernel/nft/expr.h"
#include "kernel/nft/load.h"
#include "kernel/nft/print.h"
#include "kernel/nft/rules.h"
#include "kernel/object.h"
#include "netlink/message.h"
#include "netlink/socket.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>

#define NFT_TRIES 10 /* for a batch that other programs' changes overtook */

/* Start a message in SCRATCH (NFT_MESSAGE_SIZE bytes); the caller adds the payload and appends it. */
static struct nlmsghdr *message(char *scratch, uint16_t type, uint16_t flags)
{
	return nftnl_nlmsg_build_hdr(scratch, type, NFPROTO_INET, flags, 0);
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

/* User data for nft only: without it `nft list` shows names as empty (nft: src/mnl.c, set user data). */
static void put_host_order(struct nftnl_set *s)
{
	struct nftnl_udata_buf *data = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);

	if (!data)
		return;
	nftnl_udata_put_u32(data, NFTNL_UDATA_SET_KEYBYTEORDER, 1);
	nftnl_set_set_data(s, NFTNL_SET_USERDATA, nftnl_udata_buf_data(data), nftnl_udata_buf_len(data));
	nftnl_udata_buf_free(data);
}

/* The fields of a concatenation of intervals. */
static void put_fields(struct nftnl_set *s, const struct nft_set *row)
{
	uint8_t lens[NFT_FIELDS_MAX];
	uint32_t n = 0;

	for (const enum nft_field *f = row->fields; *f; f++)
		lens[n++] = nft_types[*f].len;
	nftnl_set_set_data(s, NFTNL_SET_DESC_CONCAT, lens, n);
}

static void put_set(struct nl_batch *b, char *scratch, enum nft_set_id id)
{
	struct nlmsghdr *nlh = message(scratch, NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_EXCL);
	const struct nft_set *row = &nft_sets[id];
	struct nftnl_set *s = new_set(id);
	struct nftnl_expr *counter = row->flags & SET_COUNTED ? nftnl_expr_alloc("counter") : NULL;
	uint32_t flags = 0;

	if (!s || (row->flags & SET_COUNTED && !counter)) {
		b->overflow = true;
		goto out;
	}
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, nft_key_type(id));
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, nft_key_len(id));
	nftnl_set_set_u32(s, NFTNL_SET_ID, (uint32_t)id + 1);
	/* To nft, a key that is just a name is a number in host order. */
	if (row->fields[0] == FIELD_IFNAME)
		put_host_order(s);
	if (row->flags & SET_INTERVAL) {
		flags |= NFT_SET_INTERVAL | NFT_SET_CONCAT;
		put_fields(s, row);
	}
	if (row->flags & SET_MAP) {
		flags |= NFT_SET_MAP;
		nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, nft_types[FIELD_IPV4].number);
		nftnl_set_set_u32(s, NFTNL_SET_DATA_LEN, sizeof(struct in_addr));
	}
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS, flags);
	if (counter) {
		nftnl_set_add_expr(s, counter);
		counter = NULL; /* now owned by the set */
	}
	nftnl_set_nlmsg_build_payload(nlh, s);
	nl_append(b, nlh);
out:
	if (counter)
		nftnl_expr_free(counter);
	if (s)
		nftnl_set_free(s);
}

static struct nftnl_chain *new_chain(const struct nft_chain *chain)
{
	struct nftnl_chain *c = nftnl_chain_alloc();

	if (!c)
		return NULL;
	nftnl_chain_set_u32(c, NFTNL_CHAIN_FAMILY, NFPROTO_INET);
	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, SITCTL_TABLE);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, chain->name);
	return c;
}

/* Delete the chain with its rules. */
static void put_chain_del(struct nl_batch *b, char *scratch, const struct nft_chain *chain)
{
	struct nlmsghdr *nlh = message(scratch, NFT_MSG_DELCHAIN, 0);
	struct nftnl_chain *c = new_chain(chain);

	if (!c) {
		b->overflow = true;
		return;
	}
	nftnl_chain_nlmsg_build_payload(nlh, c);
	nftnl_chain_free(c);
	nl_append(b, nlh);
}

static void put_chain(struct nl_batch *b, char *scratch, const struct nft_chain *chain)
{
	struct nlmsghdr *nlh = message(scratch, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);
	struct nftnl_chain *c = new_chain(chain);

	if (!c) {
		b->overflow = true;
		return;
	}
	if (chain->type) {
		nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, chain->type);
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
	struct nftnl_udata_buf *comment = elem->comment[0] ? nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN) : NULL;
	bool ok = e && (comment || !elem->comment[0]);

	if (!ok)
		goto out;
	nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, elem->key, nft_key_len(elem->set));
	if (row->flags & SET_INTERVAL)
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY_END, elem->end, nft_key_len(elem->set));
	if (row->flags & SET_MAP)
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_DATA, elem->data, sizeof(elem->data));
	if (comment) {
		nftnl_udata_put_strz(comment, NFTNL_UDATA_SET_ELEM_COMMENT, elem->comment);
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_USERDATA, nftnl_udata_buf_data(comment),
				   nftnl_udata_buf_len(comment));
	}
	nftnl_set_elem_add(s, e);
	e = NULL; /* now owned by the set */
out:
	if (comment)
		nftnl_udata_buf_free(comment);
	if (e)
		nftnl_set_elem_free(e);
	return ok;
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
		if (nft_set_of(from, i) == id && !nft_has_of(less, from, i)) {
			struct nft_elem elem = nft_elem_at(from, i);

			ok = add_elem(s, &elem);
			any = true;
		}
	if (ok && any)
		iter = nftnl_set_elems_iter_create(s);
	if (!ok || (any && !iter))
		b->overflow = true;
	if (iter) {
		do { /* an attribute holds 64 KiB: the iterator continues where the last message was full */
			nlh = message(scratch, type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
			more = nftnl_set_elems_nlmsg_build_payload_iter(nlh, iter);
			nl_append(b, nlh);
		} while (more > 0);
		nftnl_set_elems_iter_destroy(iter);
	}
	if (s)
		nftnl_set_free(s);
}

/* The kernel refuses the batch with ERESTART if the rules were changed since they were read. */
static void put_batch_begin(struct nl_batch *b, char *scratch, uint32_t generation)
{
	struct nlmsghdr *nlh = nftnl_batch_begin(scratch, 0);

	if (generation)
		mnl_attr_put_u32_check(nlh, NFT_MESSAGE_SIZE, NFNL_BATCH_GENID, htonl(generation));
	nl_append(b, nlh);
}

static void put_all(struct nl_batch *b, char *scratch, const struct nft_table *want)
{
	static const struct nft_table none;

	put_table(b, scratch, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
	for (int id = 0; id < SET_COUNT; id++)
		put_set(b, scratch, id);
	for (int i = 0; i < NFT_CHAINS; i++)
		if (nft_in_groups(&nft_chains[i], want->groups, 0))
			put_chain(b, scratch, &nft_chains[i]);
	/*
	 * Rules go first: for each module that a rule needs and that is not loaded yet, the kernel
	 * undoes the whole batch and begins again (nfnetlink_rcv_batch()), and removing elements
	 * from an interval set costs more than all the rest.
	 */
	for (int id = 0; id < SET_COUNT; id++)
		put_elements(b, scratch, NFT_MSG_NEWSETELEM, id, want, &none);
}

static void put_difference(struct nl_batch *b, char *scratch, const struct nft_table *was, const struct nft_table *want)
{
	/* A chain that jumps is deleted before its target. */
	for (int i = NFT_CHAINS; i > 0; i--)
		if (nft_in_groups(&nft_chains[i - 1], was->groups, want->groups))
			put_chain_del(b, scratch, &nft_chains[i - 1]);
	for (int i = 0; i < NFT_CHAINS; i++)
		if (nft_in_groups(&nft_chains[i], want->groups, was->groups))
			put_chain(b, scratch, &nft_chains[i]);
	/* Delete before adding: intervals of a set must not overlap, not even within a batch. */
	for (int id = 0; id < SET_COUNT; id++) {
		put_elements(b, scratch, NFT_MSG_DELSETELEM, id, was, want);
		put_elements(b, scratch, NFT_MSG_NEWSETELEM, id, want, was);
	}
}

/* Send one batch that changes WAS to WANT, which the kernel does as a whole or not at all. */
static int nft_send(struct conversation *c, const struct nft_table *was, const struct nft_table *want, struct err *err)
{
	struct nl_batch *b = &c->batch;
	char *scratch = calloc(2, NFT_MESSAGE_SIZE); /* zeroed: libmnl does not clear padding */
	int ret;

	if (!scratch)
		return err_sys(err, ENOMEM, "nf_tables batch");
	nl_batch_reset(b);
	put_batch_begin(b, scratch, c->generation);
	if (was->exists && was->intact && want->exists) {
		put_difference(b, scratch, was, want);
	} else {
		if (was->exists)
			put_table(b, scratch, NFT_MSG_DELTABLE, 0);
		if (want->exists)
			put_all(b, scratch, want);
	}
	/* Acknowledging the last one confirms all; refusals are always sent (nfnetlink_rcv_batch()). */
	if (b->n > 1)
		b->head->nlmsg_flags |= NLM_F_ACK;
	nl_append(b, nftnl_batch_end(scratch, 0));
	ret = conversation_send(c, NL_NETFILTER, err);
	free(scratch);
	return ret;
}

static int nft_run(struct conversation *c, struct step *step, struct err *err)
{
	const struct nft_table *was = nft_table_of(step->was), *want = nft_table_of(step->want);
	struct nft_table now = { 0 };
	int ret = nft_send(c, was, want, err);

	/*
	 * The rules, perhaps ours, were changed since they were read (in an undo, by us); or the answers
	 * were lost, so that it is not known whether the batch was done.
	 */
	for (int try = 1; (ret == -ERESTART || (ret && c->batch.lost)) && try < NFT_TRIES; try++) {
		nft_free(&now);
		ret = nft_load(c, &now, err);
		if (ret || nft_equal(&now, want))
			break;
		ret = nft_send(c, &now, want, err);
	}
	nft_free(&now);
	if (ret == -ERESTART)
		err_hint(err, "try again when other programs no longer change the nf_tables rules");
	return ret;
}

static void nft_explain(struct conversation *c, const struct step *step, struct err *err)
{
	(void)c;
	if (err->code == EOPNOTSUPP || err->code == EINVAL || err->code == EPROTONOSUPPORT || err->code == ENOENT) {
		err_why(err, "this kernel refused nf_tables rules (%s)", strerror(err->code));
		if (nft_table_of(step->want)->groups >> GROUP_NAT & 1)
			err_hint(err, "load the modules with 'modprobe -a nf_tables nft_chain_nat nft_nat nft_masq "
				      "nft_fib_inet'");
		else if (nft_table_of(step->want)->groups >> GROUP_SECURITY & 1)
			err_hint(err,
				 "load the modules with 'modprobe -a nf_tables nft_ct nft_fib_inet', or do without "
				 "them: 'simple-security off'");
		else
			err_hint(err,
				 "load the modules with 'modprobe -a nf_tables nft_ct nft_fib_inet', or do without "
				 "them: 'notrack off mss-clamp off source-filter off'");
	}
}

const struct kind nft_kind = {
	.name = "nftables",
	.size = OBJECT_SIZE(nft),
	.run = nft_run,
	.explain = nft_explain,
	.print = nft_print,
	.json = nft_json,
	.label = nft_label,
};
