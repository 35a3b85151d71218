/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searching the rules of others, of nf_tables and of iptables, for one that does something (flow.h). */
#include <errno.h>
#include <string.h>
#include "flowexpr.h" /* before linux/: glibc and the kernel define the same names */
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

struct search {
	const struct deed *deed;
	const struct link *link;
	bool found;
};

/* The interfaces that a rule names: one that names only others does not concern ours. */
struct named {
	bool any, ours;
	uint32_t key; /* enum nft_meta_keys that was loaded, else -1 */
};

static bool is_one_of(const char *const *names, const char *name)
{
	return name && ((names[0] && !strcmp(names[0], name)) || (names[1] && !strcmp(names[1], name)));
}

/* A comparison with what is shorter than a name asks for its beginning. */
static bool names_link(const struct nftnl_expr *x, uint32_t key, const struct link *link)
{
	char name[IFNAMSIZ] = "";
	uint32_t len = 0;
	const void *data = nftnl_expr_get(x, NFTNL_EXPR_CMP_DATA, &len);
	bool equal;

	if (!data)
		return true;
	snprintf(name, sizeof(name), "%s", link->name);
	equal = key == NFT_META_IIF || key == NFT_META_OIF
			? len == sizeof(link->index) && !memcmp(data, &link->index, len)
			: len <= sizeof(name) && !memcmp(data, name, len);
	return equal == (nftnl_expr_get_u32(x, NFTNL_EXPR_CMP_OP) == NFT_CMP_EQ);
}

static void note_interface(const struct nftnl_expr *x, const char *name, const struct link *link, struct named *named)
{
	if (!strcmp(name, "meta")) {
		named->key = nftnl_expr_get_u32(x, NFTNL_EXPR_META_KEY);
		return;
	}
	if (!strcmp(name, "cmp") && (named->key == NFT_META_IIF || named->key == NFT_META_OIF ||
				     named->key == NFT_META_IIFNAME || named->key == NFT_META_OIFNAME)) {
		named->any = true;
		named->ours = named->ours || names_link(x, named->key, link);
	}
	named->key = (uint32_t)-1;
}

static bool does(struct search *s, const struct nftnl_rule *rule)
{
	struct nftnl_expr_iter *iter = nftnl_expr_iter_create(rule);
	struct named named = { .key = (uint32_t)-1 };
	const struct nftnl_expr *x;
	bool found = false;

	while (iter && (x = nftnl_expr_iter_next(iter))) {
		const char *name = nftnl_expr_get_str(x, NFTNL_EXPR_NAME);

		if (s->link)
			note_interface(x, name, s->link, &named);
		found = found || s->deed->does(x) ||
			(!strcmp(name, "target") &&
			 is_one_of(s->deed->targets, nftnl_expr_get_str(x, NFTNL_EXPR_TG_NAME)));
	}
	if (iter)
		nftnl_expr_iter_destroy(iter);
	return found && (!named.any || named.ours);
}

static int take_rule(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct search *s = data;
	const char *table;

	if (!rule)
		return -ENOMEM;
	if (nftnl_rule_nlmsg_parse(nlh, rule) >= 0) {
		table = nftnl_rule_get_str(rule, NFTNL_RULE_TABLE);
		if (table && strcmp(table, SITCTL_TABLE) && does(s, rule))
			s->found = true;
	}
	nftnl_rule_free(rule);
	return 0;
}

static void forget(void *data)
{
	((struct search *)data)->found = false;
}

bool flow_search(struct conversation *c, const struct deed *deed, const struct link *link)
{
	struct search s = { .deed = deed, .link = link };
	const char *ifname = link ? link->name : NULL;
	struct err ignored;

	for (unsigned int i = 0; i < sizeof(deed->families); i++) {
		flow_request(c, NFT_MSG_GETRULE, NLM_F_DUMP, deed->families[i]);
		if (!nl_dump(&c->netfilter, &c->batch, take_rule, forget, &s, &ignored) && s.found)
			return true;
	}
	for (unsigned int i = 0; i < 2 && deed->targets[i]; i++)
		if (xtables_target(deed->family, deed->table, deed->targets[i], ifname))
			return true;
	return false;
}
