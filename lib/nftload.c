/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the table `inet sitctl` back: its set, and whether its chains and rules are ours. */
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

#include "nft.h"

#define EXPRS_TEXT 1024		/* a rule's expressions as text: ours take 230 bytes */

struct loaded {
	struct nft_table *table;
	char wanted[NFT_CHAINS][EXPRS_TEXT];
	unsigned int chains[NFT_CHAINS], rules[NFT_CHAINS];
	unsigned int sets, foreign;	/* what is in the table and not as we make it */
	size_t room;
};

static int cmp_addr(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct in_addr));
}

bool nft_has(const struct nft_table *table, struct in_addr remote)
{
	return table->n_remotes &&
	       bsearch(&remote, table->remotes, table->n_remotes, sizeof(remote), cmp_addr);
}

bool nft_equal(const struct nft_table *a, const struct nft_table *b)
{
	return a->exists == b->exists && a->intact == b->intact && a->n_remotes == b->n_remotes &&
	       (!a->n_remotes || !memcmp(a->remotes, b->remotes, a->n_remotes * sizeof(*a->remotes)));
}

/* The rule's expressions as libnftnl writes them: two rules are alike if these are. */
static void rule_text(const struct nftnl_rule *rule, char *buf, size_t size)
{
	struct nftnl_expr_iter *iter = nftnl_expr_iter_create(rule);
	const struct nftnl_expr *e;
	size_t len = 0;

	*buf = '\0';
	while (iter && (e = nftnl_expr_iter_next(iter)) && len + 1 < size) {
		int n = snprintf(buf + len, size - len, "[%s ", nftnl_expr_get_str(e, NFTNL_EXPR_NAME));

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
	    !strcmp(nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE), SITCTL_TABLE)) {
		i = chain_number(nftnl_chain_get_str(c, NFTNL_CHAIN_NAME));
		if (i >= 0 && nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM) &&
		    nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM) == nft_chains[i].hook &&
		    nftnl_chain_get_s32(c, NFTNL_CHAIN_PRIO) == -300 &&
		    nftnl_chain_get_u32(c, NFTNL_CHAIN_POLICY) == NF_ACCEPT)
			l->chains[i]++;
		else
			l->foreign++;
	}
	nftnl_chain_free(c);
	return 0;
}

static int take_rule(const struct nlmsghdr *nlh, void *data)
{
	struct loaded *l = data;
	struct nftnl_rule *r = nftnl_rule_alloc();
	char text[EXPRS_TEXT];
	int i;

	if (!r || nftnl_rule_nlmsg_parse(nlh, r) < 0) {
		if (r)
			nftnl_rule_free(r);
		return -EBADMSG;
	}
	if (nftnl_rule_get_u32(r, NFTNL_RULE_FAMILY) == NFPROTO_INET &&
	    !strcmp(nftnl_rule_get_str(r, NFTNL_RULE_TABLE), SITCTL_TABLE)) {
		i = chain_number(nftnl_rule_get_str(r, NFTNL_RULE_CHAIN));
		rule_text(r, text, sizeof(text));
		if (i >= 0 && !strcmp(text, l->wanted[i]))
			l->rules[i]++;
		else
			l->foreign++;
	}
	nftnl_rule_free(r);
	return 0;
}

static int take_element(struct nftnl_set_elem *e, void *data)
{
	struct loaded *l = data;
	struct nft_table *t = l->table;
	uint32_t len = 0;
	const void *key = nftnl_set_elem_get(e, NFTNL_SET_ELEM_KEY, &len);

	if (!key || len != sizeof(struct in_addr)) {
		l->foreign++;
		return 0;
	}
	if (t->n_remotes == l->room) {
		size_t room = l->room ? 2 * l->room : 64;
		struct in_addr *grown = realloc(t->remotes, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		t->remotes = grown;
		l->room = room;
	}
	memcpy(&t->remotes[t->n_remotes++], key, len);
	return 0;
}

static int take_elements(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_set *s = nftnl_set_alloc();
	int ret = -EBADMSG;

	if (s && nftnl_set_elems_nlmsg_parse(nlh, s) >= 0)
		ret = nftnl_set_elem_foreach(s, take_element, data);
	if (s)
		nftnl_set_free(s);
	return ret < 0 ? ret : 0;
}

static int take_set(const struct nlmsghdr *nlh, void *data)
{
	struct loaded *l = data;

	(void)nlh;
	l->sets++;
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

static void reset_rules(void *data)
{
	struct loaded *l = data;

	memset(l->rules, 0, sizeof(l->rules));
}

static void reset_elements(void *data)
{
	struct loaded *l = data;

	l->table->n_remotes = 0;
}

static void request(struct nl_batch *b, uint16_t type, uint16_t flags)
{
	struct nfgenmsg *nfg;

	nl_batch_reset(b);
	nfg = nl_start(b, (NFNL_SUBSYS_NFTABLES << 8) | type, flags, sizeof(*nfg));
	if (nfg)
		nfg->nfgen_family = NFPROTO_INET;
}

/* Everything inside the table, once it is known to exist. */
static int load_content(struct conversation *c, struct loaded *l, struct err *err)
{
	struct nl *nl = &c->netfilter;
	struct nl_batch *b = &c->batch;
	int ret;

	request(b, NFT_MSG_GETCHAIN, NLM_F_DUMP);
	ret = nl_dump(nl, b, take_chain, reset_chains, l, err);
	if (ret)
		return ret;
	request(b, NFT_MSG_GETRULE, NLM_F_DUMP);
	nl_put_str(b, NFTA_RULE_TABLE, SITCTL_TABLE);
	ret = nl_dump(nl, b, take_rule, reset_rules, l, err);
	if (ret)
		return ret;
	request(b, NFT_MSG_GETSET, 0);
	nl_put_str(b, NFTA_SET_TABLE, SITCTL_TABLE);
	nl_put_str(b, NFTA_SET_NAME, NFT_REMOTES);
	ret = nl_get(nl, b, take_set, l, err);
	if (ret == -ENOENT)
		return 0;
	if (ret)
		return ret;
	request(b, NFT_MSG_GETSETELEM, NLM_F_DUMP);
	nl_put_str(b, NFTA_SET_ELEM_LIST_TABLE, SITCTL_TABLE);
	nl_put_str(b, NFTA_SET_ELEM_LIST_SET, NFT_REMOTES);
	return nl_dump(nl, b, take_elements, reset_elements, l, err);
}

int nft_load(struct conversation *c, struct nft_table *table, struct err *err)
{
	struct loaded l = { .table = table };
	int ret = 0;

	memset(table, 0, sizeof(*table));
	if (!c->netfilter.sock)
		ret = nl_open(&c->netfilter, NETLINK_NETFILTER, err);
	if (!ret) {
		request(&c->batch, NFT_MSG_GETTABLE, 0);
		nl_put_str(&c->batch, NFTA_TABLE_NAME, SITCTL_TABLE);
		ret = nl_get(&c->netfilter, &c->batch, take_table, &l, err);
	}
	/* No table, or a kernel without nf_tables: either way there is nothing of ours. */
	if (ret == -ENOENT || ret == -EPROTONOSUPPORT || ret == -EINVAL || ret == -EOPNOTSUPP)
		return 0;
	for (int i = 0; !ret && i < NFT_CHAINS; i++) {
		struct nftnl_rule *rule = nft_rule(&nft_chains[i]);

		if (!rule)
			return err_sys(err, ENOMEM, "nf_tables table inet " SITCTL_TABLE);
		rule_text(rule, l.wanted[i], sizeof(l.wanted[i]));
		nftnl_rule_free(rule);
	}
	if (!ret)
		ret = load_content(c, &l, err);
	if (ret) {
		snprintf(err->step, sizeof(err->step), "reading nf_tables table inet " SITCTL_TABLE);
		return ret;
	}
	if (table->n_remotes)
		qsort(table->remotes, table->n_remotes, sizeof(*table->remotes), cmp_addr);
	table->intact = l.sets == 1 && !l.foreign;
	for (int i = 0; i < NFT_CHAINS; i++)
		table->intact = table->intact && l.chains[i] == 1 && l.rules[i] == 1;
	return 0;
}
