/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lookups in foreign sets and verdict maps. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>

#include "filters/nftset.h" /* before linux/: glibc and the kernel define the same names */

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#ifndef NFT_SET_ELEM_CATCHALL
#define NFT_SET_ELEM_CATCHALL 2 /* Linux 5.13 */
#endif

/* The two queries of one send. */
enum question { BY_KEY, BY_CATCHALL, QUESTIONS };

/* What the packet finds: its element, and the catchall element. */
struct search {
	const struct nl_batch *batch;
	struct {
		bool there;
		int verdict;
		char chain[NFT_NAME_MAXLEN];
	} found[QUESTIONS];
};

static int take_element(const struct nlmsghdr *nlh, void *data)
{
	struct search *s = data;
	uint32_t i = nlh->nlmsg_seq - s->batch->first_seq;
	const struct nlattr *tb[NFTA_SET_ELEM_LIST_MAX + 1], *list[NFTA_LIST_MAX + 1], *elem[NFTA_SET_ELEM_MAX + 1];
	const char *chain;

	if (i >= QUESTIONS || nl_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_SET_ELEM_LIST_MAX) ||
	    !tb[NFTA_SET_ELEM_LIST_ELEMENTS] || nl_attrs_nested(tb[NFTA_SET_ELEM_LIST_ELEMENTS], list, NFTA_LIST_MAX) ||
	    !list[NFTA_LIST_ELEM] || nl_attrs_nested(list[NFTA_LIST_ELEM], elem, NFTA_SET_ELEM_MAX))
		return -EBADMSG;
	s->found[i].there = true;
	if (data_verdict(elem[NFTA_SET_ELEM_DATA], &s->found[i].verdict, &chain))
		snprintf(s->found[i].chain, sizeof(s->found[i].chain), "%s", chain);
	return 0;
}

/* Query the element with KEY, or the catchall element if KEY is NULL. */
static void put_question(struct nl_batch *b, const struct others_set *set, const void *key)
{
	struct nfgenmsg *nfg = nl_start(b, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETSETELEM, 0, sizeof(*nfg));
	struct nlattr *list, *elem, *data;

	if (!nfg)
		return;
	nfg->nfgen_family = (uint8_t)set->family;
	nl_put_str(b, NFTA_SET_ELEM_LIST_TABLE, set->table);
	nl_put_str(b, NFTA_SET_ELEM_LIST_SET, set->name);
	list = nl_nest(b, NFTA_SET_ELEM_LIST_ELEMENTS);
	elem = nl_nest(b, NFTA_LIST_ELEM);
	if (key) {
		data = nl_nest(b, NFTA_SET_ELEM_KEY);
		nl_put(b, NFTA_DATA_VALUE, set->key_len, key);
		nl_nest_end(b, data);
	} else {
		nl_put_u32(b, NFTA_SET_ELEM_FLAGS, htonl(NFT_SET_ELEM_CATCHALL));
	}
	nl_nest_end(b, elem);
	nl_nest_end(b, list);
}

/*
 * Query the set. The kernel looks up the key as it does for a packet: in a tree of intervals it returns the one that
 * begins at or below the key and has not ended (nft_rbtree_get()), of concatenations the one whose fields all match
 * (nft_pipapo_get()), otherwise the equal element. False if the answer is not known.
 */
static bool ask(struct conversation *c, const struct others_set *set, const void *key, struct search *s)
{
	struct nl_batch *b = &c->batch;
	struct err ignored;

	nl_batch_reset(b);
	put_question(b, set, key);
	put_question(b, set, NULL);
	s->batch = b;
	if (conversation_get(c, NL_NETFILTER, take_element, s, &ignored) && (b->lost || b->overflow))
		return false;
	/* Kernels without catchall elements (Linux before 5.13) refuse the flag. */
	return (s->found[BY_KEY].there || b->results[BY_KEY].code == ENOENT) &&
	       (s->found[BY_CATCHALL].there || b->results[BY_CATCHALL].code == ENOENT ||
		b->results[BY_CATCHALL].code == EINVAL);
}

enum flow_match flow_look_up(struct nftrules *rules, const struct others_chain *at, const struct expr *e,
			     const struct flow_regs *r, int *verdict, char *chain)
{
	const char *name = expr_str(e, NFTA_LOOKUP_SET);
	bool inverted = expr_u32(e, NFTA_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV;
	bool map = expr_has(e, NFTA_LOOKUP_DREG);
	const struct others_set *set;
	struct search search = { .batch = NULL };
	const void *key;
	enum question of;

	/* A map to values yields another value for each element. */
	if (!name || (map && expr_u32(e, NFTA_LOOKUP_DREG) != NFT_REG_VERDICT))
		return SOME;
	set = nftrules_set(rules, at, name);
	key = set ? flow_value(r, expr_u32(e, NFTA_LOOKUP_SREG), set->key_len) : NULL;
	if (!key || !ask(rules->c, set, key, &search))
		return SOME;
	/* Kernels differ on whether a catchall element counts in an inverted lookup (net/netfilter/nft_lookup.c). */
	if (inverted && search.found[BY_CATCHALL].there)
		return SOME;
	of = search.found[BY_KEY].there ? BY_KEY : BY_CATCHALL;
	if (map && search.found[of].there) {
		*verdict = search.found[of].verdict;
		snprintf(chain, NFT_NAME_MAXLEN, "%s", search.found[of].chain);
	}
	return search.found[of].there != inverted ? MATCH : NO_MATCH;
}
