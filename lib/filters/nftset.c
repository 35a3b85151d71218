/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lookups in the sets and verdict maps of others. */
#include <stdio.h>
#include <string.h>

#include "filters/nftset.h" /* before linux/: glibc and the kernel define the same names */
#include "base/nearest.h"
#include "filters/action.h"

#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

void flow_request(struct conversation *c, uint16_t type, uint16_t flags, uint32_t family)
{
	struct nfgenmsg *nfg;

	nl_batch_reset(&c->batch);
	nfg = nl_start(&c->batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8) | type, flags, sizeof(*nfg));
	if (nfg)
		nfg->nfgen_family = (uint8_t)family;
}

/* An element of a set that a value is looked up in, and what it leads to. */
struct search {
	const struct flow_regs *regs;
	uint32_t reg;
	bool found, unknown;
	bool before, at_end; /* of an interval set: there is an element not above it, that ends an interval */
	uint8_t nearest[sizeof(((struct flow_regs *)0)->bytes)];
	int verdict; /* of a verdict map */
	char chain[NFT_NAME_MAXLEN];
};

static void take_verdict(struct search *s, struct nftnl_set_elem *e)
{
	const char *chain = nftnl_set_elem_get_str(e, NFTNL_SET_ELEM_CHAIN);

	if (!nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_VERDICT))
		return;
	s->verdict = (int)nftnl_set_elem_get_u32(e, NFTNL_SET_ELEM_VERDICT);
	snprintf(s->chain, sizeof(s->chain), "%s", chain ? chain : "");
}

/* Intervals are half open: an element begins one, the next with the flag ends it (net/netfilter/nft_set_rbtree.c). */
static int find_element(struct nftnl_set_elem *e, void *data)
{
	struct search *s = data;
	uint32_t len = 0, flags = nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_FLAGS)
					  ? nftnl_set_elem_get_u32(e, NFTNL_SET_ELEM_FLAGS)
					  : 0;
	const void *key = nftnl_set_elem_get(e, NFTNL_SET_ELEM_KEY, &len);
	const uint8_t *value = flow_value(s->regs, s->reg, len);

	if (flags & NFT_SET_ELEM_CATCHALL || !key || !value || nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_KEY_END)) {
		s->unknown = true;
		return 0;
	}
	if (memcmp(key, value, len) > 0 || (s->before && memcmp(key, s->nearest, len) < 0))
		return 0;
	/* One that ends an interval and begins the next is there twice. */
	if (s->before && !memcmp(key, s->nearest, len) && flags & NFT_SET_ELEM_INTERVAL_END)
		return 0;
	s->before = true;
	s->at_end = flags & NFT_SET_ELEM_INTERVAL_END;
	memcpy(s->nearest, key, len);
	take_verdict(s, e);
	s->found = !memcmp(key, value, len);
	return 0;
}

static int take_set_elements(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_set *set = nftnl_set_alloc();

	if (set && nftnl_set_elems_nlmsg_parse(nlh, set) >= 0)
		nftnl_set_elem_foreach(set, find_element, data);
	if (set)
		nftnl_set_free(set);
	return 0;
}

static void reset_search(void *data)
{
	struct search *s = data;

	s->found = s->unknown = s->before = s->at_end = false;
}

static int take_set_flags(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_set *set = nftnl_set_alloc();

	if (set && nftnl_set_nlmsg_parse(nlh, set) >= 0)
		*(uint32_t *)data = nftnl_set_get_u32(set, NFTNL_SET_FLAGS);
	if (set)
		nftnl_set_free(set);
	return 0;
}

/* A message about the set that E looks up in, in the table of the chain. */
static void request_set(const struct flow_set *in, const struct nftnl_expr *e, uint16_t type, uint16_t flags,
			uint16_t table, uint16_t set)
{
	flow_request(in->c, type, flags, in->family);
	nl_put_str(&in->c->batch, table, in->table);
	nl_put_str(&in->c->batch, set, nftnl_expr_get_str(e, NFTNL_EXPR_LOOKUP_SET));
}

enum flow_match flow_look_up(const struct flow_set *in, const struct nftnl_expr *e, const struct flow_regs *r,
			     int *verdict, char *chain)
{
	struct search search = { .regs = r, .reg = nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_SREG) };
	bool inverted = nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_FLAGS) &&
			nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV;
	bool map = nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_DREG), named = nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_SET);
	struct err ignored;
	uint32_t flags = 0;

	/* A map to values leads somewhere else for each of its elements. */
	if (!named || (map && nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_DREG) != NFT_REG_VERDICT))
		return SOME;
	request_set(in, e, NFT_MSG_GETSET, 0, NFTA_SET_TABLE, NFTA_SET_NAME);
	if (conversation_get(in->c, NL_NETFILTER, take_set_flags, &flags, &ignored))
		return SOME;
	request_set(in, e, NFT_MSG_GETSETELEM, NLM_F_DUMP, NFTA_SET_ELEM_LIST_TABLE, NFTA_SET_ELEM_LIST_SET);
	if (conversation_dump(in->c, NL_NETFILTER, take_set_elements, reset_search, &search, &ignored) ||
	    search.unknown)
		return SOME;
	if (flags & NFT_SET_INTERVAL)
		search.found = search.before && !search.at_end;
	if (map && search.found) {
		*verdict = search.verdict;
		snprintf(chain, NFT_NAME_MAXLEN, "%s", search.chain);
	}
	return search.found != inverted ? MATCH : NO_MATCH;
}
