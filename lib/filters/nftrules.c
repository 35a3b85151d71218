/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <search.h>
#include <string.h>

#include "filters/nftrules.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/mark.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#define NAME_SIZE 256	  /* NFT_NAME_MAXLEN */
#define STEPS_MAX 1000000 /* half a second's worth: a server checks each of its peers */

/* A dump of the rules of one chain. */
struct reading {
	struct nftrules *n;
	struct others_chain *chain;
	struct others_rule **end;
	unsigned int left; /* the budget when it began */
};

static int compare(uint32_t family, const char *table, const char *name, uint32_t family2, const char *table2,
		   const char *name2)
{
	int ret = family < family2 ? -1 : family > family2;

	ret = ret ? ret : strcmp(name, name2);
	return ret ? ret : strcmp(table, table2);
}

static int compare_chains(const void *a, const void *b)
{
	const struct others_chain *x = a, *y = b;

	return compare(x->family, x->table, x->name, y->family, y->table, y->name);
}

static int compare_sets(const void *a, const void *b)
{
	const struct others_set *x = a, *y = b;

	return compare(x->family, x->table, x->name, y->family, y->table, y->name);
}

/* For tdestroy(): the items are in the arena. */
static void keep(void *item)
{
	(void)item;
}

static void forget_all(struct nftrules *n)
{
	tdestroy(n->names, keep);
	tdestroy(n->sets, keep);
	arena_free(&n->arena);
	n->names = n->sets = NULL;
	n->chains = NULL;
}

void nftrules_begin(struct nftrules *n, struct conversation *c, unsigned int most)
{
	memset(n, 0, sizeof(*n));
	n->c = c;
	n->left = most;
	n->steps = STEPS_MAX;
}

void nftrules_end(struct nftrules *n)
{
	forget_all(n);
}

void nftrules_request(struct conversation *c, uint16_t type, uint16_t flags, uint32_t family)
{
	struct nfgenmsg *nfg;

	nl_batch_reset(&c->batch);
	nfg = nl_start(&c->batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8) | type, flags, sizeof(*nfg));
	if (nfg)
		nfg->nfgen_family = (uint8_t)family;
}

static uint32_t be32(const struct nlattr *attr, uint32_t deflt)
{
	return attr ? ntohl(nl_u32(attr, htonl(deflt))) : deflt;
}

/* Count one more; at the limit the dump ends with -E2BIG. */
static int take_one(struct nftrules *n)
{
	if (!n->left) {
		n->cut = true;
		return -E2BIG;
	}
	n->left--;
	return 0;
}

/*
 * A dump of the request in the batch. One that was cut continues in the kernel, which allows no other dump meanwhile
 * (net/netlink/af_netlink.c, __netlink_dump_start()), so its socket is closed.
 */
static int dump(struct nftrules *n, nl_cb cb, void (*reset)(void *data), void *data, struct err *err)
{
	int ret;

	n->cut = false;
	ret = conversation_dump(n->c, NL_NETFILTER, cb, reset, data, err);
	if (ret != -E2BIG || !n->cut)
		return ret;
	conversation_hang_up(n->c, NL_NETFILTER);
	return 0;
}

/* A copy that is valid as long as N; NULL when out of memory. */
static const struct nlattr *copy_attr(struct nftrules *n, const struct nlattr *attr)
{
	void *copy = arena_alloc(&n->arena, attr->nla_len);

	return copy ? memcpy(copy, attr, attr->nla_len) : NULL;
}

static bool take_hook(struct nftrules *n, const struct nlattr *hook, struct others_chain *chain)
{
	const struct nlattr *tb[NFTA_HOOK_MAX + 1];

	chain->hooked = hook && !nl_attrs_nested(hook, tb, NFTA_HOOK_MAX) && tb[NFTA_HOOK_HOOKNUM];
	if (!chain->hooked)
		return true;
	chain->hook = be32(tb[NFTA_HOOK_HOOKNUM], 0);
	chain->priority = (int32_t)be32(tb[NFTA_HOOK_PRIORITY], 0);
	if (!tb[NFTA_HOOK_DEV] && !tb[NFTA_HOOK_DEVS])
		return true;
	chain->at = copy_attr(n, hook);
	return chain->at;
}

static bool is_name(const struct nlattr *attr, const char *ifname)
{
	char name[IFNAMSIZ];

	return nl_str(attr, name, sizeof(name)) && !strcmp(name, ifname);
}

/* One of the interfaces that a chain is attached to. */
struct hooked_at {
	const char *ifname;
	bool found;
};

static int take_device(const struct nlattr *attr, void *data)
{
	struct hooked_at *at = data;

	at->found = at->found || (mnl_attr_get_type(attr) == NFTA_DEVICE_NAME && is_name(attr, at->ifname));
	return MNL_CB_OK;
}

bool nftrules_at(const struct others_chain *chain, const char *ifname)
{
	const struct nlattr *tb[NFTA_HOOK_MAX + 1];
	struct hooked_at at = { .ifname = ifname };

	if (!chain->at || nl_attrs_nested(chain->at, tb, NFTA_HOOK_MAX))
		return false;
	if (tb[NFTA_HOOK_DEV] && is_name(tb[NFTA_HOOK_DEV], ifname))
		return true;
	if (tb[NFTA_HOOK_DEVS])
		mnl_attr_parse_nested(tb[NFTA_HOOK_DEVS], take_device, &at);
	return at.found;
}

/* Where the list of chains ends. */
struct listing {
	struct nftrules *n;
	struct others_chain **end;
	unsigned int left;
};

static int take_chain(const struct nlmsghdr *nlh, void *data)
{
	struct listing *l = data;
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NFTA_CHAIN_MAX + 1];
	char table[NAME_SIZE], name[NAME_SIZE];
	struct others_chain *chain;
	int ret;

	if (nl_attrs(nlh, sizeof(*nfg), tb, NFTA_CHAIN_MAX) || !nl_str(tb[NFTA_CHAIN_TABLE], table, sizeof(table)) ||
	    !nl_str(tb[NFTA_CHAIN_NAME], name, sizeof(name)))
		return 0;
	if ((nfg->nfgen_family != NFPROTO_INET || !strcmp(table, SITCTL_TABLE)) && nfg->nfgen_family != NFPROTO_IPV4 &&
	    nfg->nfgen_family != NFPROTO_IPV6 && nfg->nfgen_family != NFPROTO_NETDEV)
		return 0;
	ret = take_one(l->n);
	if (ret)
		return ret;
	chain = arena_alloc(&l->n->arena, sizeof(*chain));
	if (!chain)
		return -ENOMEM;
	chain->family = nfg->nfgen_family;
	chain->table = arena_text(&l->n->arena, table);
	chain->name = arena_text(&l->n->arena, name);
	chain->policy = be32(tb[NFTA_CHAIN_POLICY], NF_ACCEPT);
	if (!take_hook(l->n, tb[NFTA_CHAIN_HOOK], chain) || !chain->table || !chain->name ||
	    !tsearch(chain, &l->n->names, compare_chains))
		return -ENOMEM;
	*l->end = chain;
	l->end = &chain->next;
	return 0;
}

static void reset_chains(void *data)
{
	struct listing *l = data;

	forget_all(l->n);
	l->n->left = l->left;
	l->end = &l->n->chains;
}

int nftrules_list(struct nftrules *n, struct err *err)
{
	struct listing l = { .n = n, .left = n->left };
	int ret;

	if (n->listed)
		return 0;
	nftrules_request(n->c, NFT_MSG_GETCHAIN, NLM_F_DUMP, NFPROTO_UNSPEC);
	ret = dump(n, take_chain, reset_chains, &l, err);
	/* A kernel without nf_tables has no such rules. */
	if (ret == -EINVAL || ret == -EOPNOTSUPP || ret == -EPROTONOSUPPORT || ret == -ENOENT)
		ret = 0;
	n->listed = !ret;
	n->list_cut = n->cut;
	return ret;
}

/* Keep the rule as received, without irrelevant parts. */
static int take_rule(const struct nlmsghdr *nlh, void *data)
{
	struct reading *r = data;
	const struct nlattr *tb[NFTA_RULE_MAX + 1];
	struct others_rule *rule;
	uint64_t handle;
	int ret;

	if (nl_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_RULE_MAX))
		return 0;
	ret = take_one(r->n);
	if (ret)
		return ret;
	rule = arena_alloc(&r->n->arena, sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	if (tb[NFTA_RULE_HANDLE] && mnl_attr_get_payload_len(tb[NFTA_RULE_HANDLE]) == sizeof(handle)) {
		memcpy(&handle, mnl_attr_get_payload(tb[NFTA_RULE_HANDLE]), sizeof(handle));
		rule->handle = be64toh(handle);
	}
	if (tb[NFTA_RULE_EXPRESSIONS]) {
		rule->exprs = copy_attr(r->n, tb[NFTA_RULE_EXPRESSIONS]);
		if (!rule->exprs)
			return -ENOMEM;
	}
	*r->end = rule;
	r->end = &rule->next;
	return 0;
}

static void reset_rules(void *data)
{
	struct reading *r = data;

	r->chain->rules = NULL;
	r->end = &r->chain->rules;
	r->n->left = r->left;
}

static int read_rules(struct nftrules *n, struct others_chain *chain, struct err *err)
{
	struct reading r = { .n = n, .chain = chain, .left = n->left };
	int ret;

	chain->state = CHAIN_CUT;
	/* Chains without rules have a cost as well. */
	if (take_one(n))
		return 0;
	r.left = n->left;
	nftrules_request(n->c, NFT_MSG_GETRULE, NLM_F_DUMP, chain->family);
	nl_put_str(&n->c->batch, NFTA_RULE_TABLE, chain->table);
	nl_put_str(&n->c->batch, NFTA_RULE_CHAIN, chain->name);
	ret = dump(n, take_rule, reset_rules, &r, err);
	if (!ret && !n->cut)
		chain->state = CHAIN_READ;
	return ret;
}

int nftrules_chain(struct nftrules *n, const struct others_chain *beside, const char *name, struct others_chain **chain,
		   struct err *err)
{
	struct others_chain key = { .family = beside->family, .table = beside->table, .name = name };
	void *found = tfind(&key, &n->names, compare_chains);

	*chain = found ? *(struct others_chain **)found : NULL;
	return *chain && (*chain)->state == CHAIN_UNREAD ? read_rules(n, *chain, err) : 0;
}

static int take_table(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NFTA_TABLE_MAX + 1];

	if (!nl_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_TABLE_MAX))
		*(bool *)data = be32(tb[NFTA_TABLE_FLAGS], 0) & NFT_TABLE_F_DORMANT;
	return 0;
}

bool nftrules_dormant(struct nftrules *n, struct others_chain *chain)
{
	struct err ignored;
	bool asleep = false;

	if (chain->table_state == TABLE_UNKNOWN) {
		nftrules_request(n->c, NFT_MSG_GETTABLE, 0, chain->family);
		nl_put_str(&n->c->batch, NFTA_TABLE_NAME, chain->table);
		asleep = !conversation_get(n->c, NL_NETFILTER, take_table, &asleep, &ignored) && asleep;
		chain->table_state = asleep ? TABLE_DORMANT : TABLE_AWAKE;
	}
	return chain->table_state == TABLE_DORMANT;
}

static int take_key_len(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NFTA_SET_MAX + 1];

	if (!nl_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_SET_MAX))
		*(uint32_t *)data = be32(tb[NFTA_SET_KEY_LEN], 0);
	return 0;
}

const struct others_set *nftrules_set(struct nftrules *n, const struct others_chain *beside, const char *name)
{
	struct others_set key = { .family = beside->family, .table = beside->table, .name = name }, *set;
	void *found = tfind(&key, &n->sets, compare_sets);
	struct err ignored;

	if (found)
		return *(struct others_set **)found;
	set = arena_alloc(&n->arena, sizeof(*set));
	if (!set)
		return NULL;
	*set = key;
	set->name = arena_text(&n->arena, name);
	if (!set->name || !tsearch(set, &n->sets, compare_sets))
		return NULL;
	nftrules_request(n->c, NFT_MSG_GETSET, 0, set->family);
	nl_put_str(&n->c->batch, NFTA_SET_TABLE, set->table);
	nl_put_str(&n->c->batch, NFTA_SET_NAME, set->name);
	if (conversation_get(n->c, NL_NETFILTER, take_key_len, &set->key_len, &ignored))
		set->key_len = 0;
	return set;
}
