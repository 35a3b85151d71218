/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Read the table `inet sitctl` back: its sets, and whether its chains and rules are ours. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/nft/load.h" /* before linux/: glibc and the kernel define the same names */
#include "base/hash.h"
#include "kernel/mark.h"
#include "kernel/nft/expr.h"
#include "kernel/nft/rules.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>

#define EXPRS_TEXT 1024 /* a rule's expressions as text: ours need 400 bytes */

struct loaded {
	struct nft_table *table;
	struct err *err;
	enum nft_set_id set; /* whose elements are read, and of those read: */
	struct {
		size_t n, messages;
		uint64_t sum; /* of the hashes of the keys */
	} read;
	unsigned int chains[NFT_CHAINS], rules[NFT_CHAINS];
	bool sets[SET_COUNT]; /* does it exist? */
	unsigned int foreign; /* objects in the table that are not as we create them */
};

/* The rule's expressions as libnftnl prints them: two rules are equal if their texts are. */
static void rule_text(const struct nftnl_rule *rule, char *buf, size_t size)
{
	struct nftnl_expr_iter *iter = nftnl_expr_iter_create(rule);
	const struct nftnl_expr *e;
	size_t len = 0;

	*buf = '\0';
	while (iter && (e = nftnl_expr_iter_next(iter)) && len + 1 < size) {
		const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
		int n = snprintf(buf + len, size - len, "[%s ", name ? name : "?");

		len += n > 0 ? (size_t)n : 0;
		if (len + 1 >= size)
			break;
		n = nftnl_expr_snprintf(buf + len, size - len, e, NFTNL_OUTPUT_DEFAULT, 0);
		len += n > 0 ? (size_t)n : 0;
	}
	if (iter)
		nftnl_expr_iter_destroy(iter);
}

static int chain_number(const char *name)
{
	for (int i = 0; i < NFT_CHAINS; i++)
		if (name && !strcmp(name, nft_chains[i].name))
			return i;
	return -1;
}

static bool chain_expected(const struct nft_chain *chain, const struct nftnl_chain *c)
{
	const char *type = nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE);

	if (!chain->type || !nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM))
		return !chain->type && !nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM);
	return type && !strcmp(type, chain->type) && nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM) == chain->hook &&
	       nftnl_chain_get_s32(c, NFTNL_CHAIN_PRIO) == chain->priority &&
	       nftnl_chain_get_u32(c, NFTNL_CHAIN_POLICY) == NF_ACCEPT;
}

static bool is_ours(const char *table)
{
	return table && !strcmp(table, SITCTL_TABLE);
}

static int take_chain(const struct nlmsghdr *nlh, void *data)
{
	struct loaded *l = data;
	struct nftnl_chain *c = nftnl_chain_alloc();
	int i;

	if (!c || nftnl_chain_nlmsg_parse(nlh, c) < 0) {
		if (c)
			nftnl_chain_free(c);
		return -EBADMSG;
	}
	if (nftnl_chain_get_u32(c, NFTNL_CHAIN_FAMILY) == NFPROTO_INET &&
	    is_ours(nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE))) {
		i = chain_number(nftnl_chain_get_str(c, NFTNL_CHAIN_NAME));
		if (i >= 0 && chain_expected(&nft_chains[i], c))
			l->chains[i]++;
		else
			l->foreign++;
	}
	nftnl_chain_free(c);
	return 0;
}

/* Is R the next rule that is expected in chain I? */
static bool rule_expected(const struct loaded *l, int i, const struct nftnl_rule *r)
{
	const struct nft_chain *chain = &nft_chains[i];
	char text[EXPRS_TEXT], wanted[EXPRS_TEXT];
	struct nftnl_rule *rule;

	if (l->rules[i] >= NFT_RULES_MAX || !chain->rules[l->rules[i]].text)
		return false;
	rule = nft_rule(chain, &chain->rules[l->rules[i]]);
	if (!rule)
		return false;
	rule_text(rule, wanted, sizeof(wanted));
	rule_text(r, text, sizeof(text));
	nftnl_rule_free(rule);
	return !strcmp(text, wanted);
}

static int take_rule(const struct nlmsghdr *nlh, void *data)
{
	struct loaded *l = data;
	struct nftnl_rule *r = nftnl_rule_alloc();
	int i;

	if (!r)
		return -ENOMEM;
	/* An expression that libnftnl does not know: the rule is not ours. */
	if (nftnl_rule_nlmsg_parse(nlh, r) < 0) {
		l->foreign++;
		nftnl_rule_free(r);
		return 0;
	}
	if (nftnl_rule_get_u32(r, NFTNL_RULE_FAMILY) == NFPROTO_INET &&
	    is_ours(nftnl_rule_get_str(r, NFTNL_RULE_TABLE))) {
		i = chain_number(nftnl_rule_get_str(r, NFTNL_RULE_CHAIN));
		if (i >= 0 && rule_expected(l, i, r))
			l->rules[i]++;
		else
			l->foreign++;
	}
	nftnl_rule_free(r);
	return 0;
}

static uint64_t counted(struct nftnl_set_elem *e)
{
	const struct nftnl_expr *counter = nftnl_set_elem_get(e, NFTNL_SET_ELEM_EXPR, NULL);
	const char *name = counter ? nftnl_expr_get_str(counter, NFTNL_EXPR_NAME) : NULL;

	return name && !strcmp(name, "counter") ? nftnl_expr_get_u64(counter, NFTNL_EXPR_CTR_PACKETS) : 0;
}

/* A key or data, if it has the expected length. */
static bool take_part(struct nftnl_set_elem *e, uint16_t attr, uint8_t *to, uint32_t wanted)
{
	uint32_t len = 0;
	const void *from = nftnl_set_elem_get(e, attr, &len);

	if (!from || len != wanted)
		return false;
	memcpy(to, from, len);
	return true;
}

/* Our comment is the first item of nft's user data (nft: src/netlink.c); any other is not ours. */
static void take_comment(struct nftnl_set_elem *e, char *to, size_t size)
{
	uint32_t len = 0;
	const uint8_t *data = nftnl_set_elem_get(e, NFTNL_SET_ELEM_USERDATA, &len);

	/* type, length, text with its zero */
	if (data && len > 2 && data[0] == NFTNL_UDATA_SET_ELEM_COMMENT && data[1] && data[1] <= size &&
	    2U + data[1] <= len && !data[1 + data[1]])
		snprintf(to, size, "%s", (const char *)data + 2);
}

static int take_element(struct nftnl_set_elem *e, void *data)
{
	struct loaded *l = data;
	const struct nft_set *row = &nft_sets[l->set];
	struct nft_elem elem = { .set = l->set };
	bool good = take_part(e, NFTNL_SET_ELEM_KEY, elem.key, nft_key_len(l->set)) &&
		    (!(row->flags & SET_INTERVAL) ||
		     take_part(e, NFTNL_SET_ELEM_KEY_END, elem.end, nft_key_len(l->set))) &&
		    (!(row->flags & SET_MAP) || take_part(e, NFTNL_SET_ELEM_DATA, elem.data, sizeof(elem.data)));

	if (!good) {
		l->foreign++;
		return 0;
	}
	l->read.n++;
	l->read.sum += hash_bytes(0, elem.key, sizeof(elem.key));
	take_comment(e, elem.comment, sizeof(elem.comment));
	elem.packets = counted(e);
	return nft_add_elem(l->table, &elem, l->err);
}

static int take_elements(const struct nlmsghdr *nlh, void *data)
{
	struct loaded *l = data;
	struct nftnl_set *s = nftnl_set_alloc();
	int ret = -EBADMSG;

	l->read.messages++;
	if (s && nftnl_set_elems_nlmsg_parse(nlh, s) >= 0)
		ret = nftnl_set_elem_foreach(s, take_element, data);
	if (s)
		nftnl_set_free(s);
	return ret < 0 ? ret : 0;
}

static int take_set(const struct nlmsghdr *nlh, void *data)
{
	struct loaded *l = data;
	struct nftnl_set *s = nftnl_set_alloc();
	const char *name = s && nftnl_set_nlmsg_parse(nlh, s) >= 0 ? nftnl_set_get_str(s, NFTNL_SET_NAME) : NULL;

	for (int id = 0; name && id < SET_COUNT; id++)
		l->sets[id] = l->sets[id] || !strcmp(name, nft_sets[id].name);
	if (s)
		nftnl_set_free(s);
	return 0;
}

static int take_table(const struct nlmsghdr *nlh, void *data)
{
	struct loaded *l = data;

	(void)nlh;
	l->table->exists = true;
	return 0;
}

static void reset_chains(void *data)
{
	struct loaded *l = data;

	memset(l->chains, 0, sizeof(l->chains));
	l->foreign = 0;
}

static void reset_sets(void *data)
{
	struct loaded *l = data;

	memset(l->sets, 0, sizeof(l->sets));
}

static void reset_rules(void *data)
{
	struct loaded *l = data;

	memset(l->rules, 0, sizeof(l->rules));
}

/* A dump that starts again must drop its first part: the elements of this set are the last ones. */
static void reset_elements(void *data)
{
	struct loaded *l = data;

	while (l->table->n && nft_set_of(l->table, l->table->n - 1) == l->set)
		l->table->used = l->table->at[--l->table->n];
	memset(&l->read, 0, sizeof(l->read));
}

static void request(struct nl_batch *b, uint16_t type, uint16_t flags)
{
	struct nfgenmsg *nfg;

	nl_batch_reset(b);
	nfg = nl_start(b, (NFNL_SUBSYS_NFTABLES << 8) | type, flags, sizeof(*nfg));
	if (nfg)
		nfg->nfgen_family = NFPROTO_INET;
}

/*
 * If elements were added or removed just before, the kernel may still be moving those of a hash table to a larger or
 * smaller one. For each message of a dump it walks the table again, and skips as many elements as it has already sent
 * (nft_rhash_walk(), net/netfilter/nft_set_hash.c). The order may have changed by then, so that some are never sent and
 * others twice, without any indication. A set that needs several messages is read until two dumps are the same.
 */
static int load_elements(struct conversation *c, struct loaded *l, enum nft_set_id id, struct err *err)
{
	struct timespec pause = { .tv_nsec = 2000000 };
	struct nl_batch *b = &c->batch;

	if (!l->sets[id])
		return 0; /* this table is not as we create it */
	l->set = id;
	for (int try = 0; try < NL_DUMP_TRIES; try++) {
		size_t n = l->read.n;
		uint64_t sum = l->read.sum;
		int ret;

		request(b, NFT_MSG_GETSETELEM, NLM_F_DUMP);
		nl_put_str(b, NFTA_SET_ELEM_LIST_TABLE, SITCTL_TABLE);
		nl_put_str(b, NFTA_SET_ELEM_LIST_SET, nft_sets[id].name);
		ret = conversation_dump(c, NL_NETFILTER, take_elements, reset_elements, l, err);
		if (ret || l->read.messages < 2 || nft_sets[id].flags & SET_INTERVAL ||
		    (try && n == l->read.n && sum == l->read.sum))
			return ret;
		if (try)
			nanosleep(&pause, NULL);
	}
	err_sys(err, EAGAIN, "nf_tables set %s", nft_sets[id].name);
	err_why(err, "its elements changed during each of %d attempts to read them", NL_DUMP_TRIES);
	return -EAGAIN;
}

/* Read everything inside the table, once it is known to exist. */
static int load_content(struct conversation *c, struct loaded *l, struct err *err)
{
	struct nl_batch *b = &c->batch;
	int ret;

	request(b, NFT_MSG_GETCHAIN, NLM_F_DUMP);
	ret = conversation_dump(c, NL_NETFILTER, take_chain, reset_chains, l, err);
	if (ret)
		return ret;
	request(b, NFT_MSG_GETRULE, NLM_F_DUMP);
	nl_put_str(b, NFTA_RULE_TABLE, SITCTL_TABLE);
	ret = conversation_dump(c, NL_NETFILTER, take_rule, reset_rules, l, err);
	if (!ret) {
		request(b, NFT_MSG_GETSET, NLM_F_DUMP);
		nl_put_str(b, NFTA_SET_TABLE, SITCTL_TABLE);
		ret = conversation_dump(c, NL_NETFILTER, take_set, reset_sets, l, err);
	}
	for (int id = 0; !ret && id < SET_COUNT; id++)
		ret = load_elements(c, l, id, err);
	return ret;
}

static int take_generation(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NFTA_GEN_MAX + 1];

	if (nl_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_GEN_MAX))
		return -EBADMSG;
	*(uint32_t *)data = ntohl(nl_u32(tb[NFTA_GEN_ID], 0));
	return 0;
}

static int load_generation(struct conversation *c, uint32_t *generation, struct err *err)
{
	request(&c->batch, NFT_MSG_GETGEN, 0);
	return conversation_get(c, NL_NETFILTER, take_generation, generation, err);
}

/* Which groups of chains exist, each as a whole, and is everything else as it should be? */
static void judge(const struct loaded *l, struct nft_table *table)
{
	unsigned int some = 0, bad = 0;
	bool sets = true;

	for (int i = 0; i < NFT_CHAINS; i++) {
		unsigned int n = 0;

		while (n < NFT_RULES_MAX && nft_chains[i].rules[n].text)
			n++;
		some |= (l->chains[i] ? 1U : 0) << nft_chains[i].group;
		bad |= (l->chains[i] != 1 || l->rules[i] != n ? 1U : 0) << nft_chains[i].group;
	}
	for (int id = 0; id < SET_COUNT; id++)
		sets = sets && l->sets[id];
	table->groups = some;
	table->intact = sets && !l->foreign && !(some & bad) && some & 1U << GROUP_ALWAYS;
}

/* One attempt. *SAME: no one changed the rules meanwhile. */
static int load_once(struct conversation *c, struct nft_table *table, bool *same, struct err *err)
{
	struct loaded l = { .table = table, .err = err };
	uint32_t after = 0;
	int ret;

	*same = true;
	table->exists = table->intact = false;
	table->groups = 0;
	table->n = table->used = 0;
	c->generation = 0;
	ret = load_generation(c, &c->generation, err);
	if (!ret) {
		request(&c->batch, NFT_MSG_GETTABLE, 0);
		nl_put_str(&c->batch, NFTA_TABLE_NAME, SITCTL_TABLE);
		ret = conversation_get(c, NL_NETFILTER, take_table, &l, err);
	}
	/* No table, or a kernel without nf_tables: either way there is nothing of ours. */
	if (ret == -ENOENT || ret == -EPROTONOSUPPORT || ret == -EINVAL || ret == -EOPNOTSUPP)
		return 0;
	if (!ret)
		ret = load_content(c, &l, err);
	if (!ret)
		ret = load_generation(c, &after, err);
	if (ret)
		return ret;
	*same = after == c->generation;
	nft_sort(table);
	judge(&l, table);
	return 0;
}

int nft_load(struct conversation *c, struct nft_table *table, struct err *err)
{
	bool same = false;
	int ret = 0;

	memset(table, 0, sizeof(*table));
	if (!conversation_socket(c, NL_NETFILTER, err))
		ret = -err->code;
	/* Several dumps are consistent only if nothing changed between them. */
	for (int try = 0; !ret && !same && try < NL_DUMP_TRIES; try++)
		ret = load_once(c, table, &same, err);
	if (ret)
		snprintf(err->step, sizeof(err->step), "reading nf_tables table inet " SITCTL_TABLE);
	return ret;
}
