/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking the nf_tables rules of others with a packet in mind. Three answers to each
 * expression: it matches, it does not, or it concerns only some packets: then its rule is left out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filters/nftwalk.h" /* before linux/: glibc and the kernel define the same names */
#include "filters/nftexpr.h"
#include "filters/nftset.h"
#include "kernel/mark.h"

#include <libnftnl/chain.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#define DEPTH_MAX 16	 /* NFT_JUMP_STACK_SIZE (net/netfilter/nf_tables_core.c) */
#define RULES_MAX 100000 /* that one packet meets: an end, whatever jumps where */

/* A verdict of -1 is none: the rule says nothing of the packet. */
#define NO_VERDICT (-1)

struct walk {
	struct conversation *c;
	const struct flow *flow;
	struct nftnl_chain_list *chains;
	struct nftnl_rule_list *rules; /* of the table looked at */
	const struct nftnl_chain *base;
	unsigned int met; /* rules */
	struct barrier *barrier;
	const struct action *action; /* NULL: what drops is searched for */
	bool done;
	bool anywhere; /* a map of verdicts was met for which not enough is known */
	struct err *err;
};

/* Targets of iptables-nft. */
static int target_verdict(const char *name)
{
	return name && (!strcmp(name, "REJECT") || !strcmp(name, "DROP")) ? NF_DROP : NO_VERDICT;
}

static uint32_t family_of(const struct nftnl_chain *chain)
{
	return nftnl_chain_get_u32(chain, NFTNL_CHAIN_FAMILY);
}

static const char *table_of(const struct nftnl_chain *chain)
{
	return nftnl_chain_get_str(chain, NFTNL_CHAIN_TABLE);
}

/* A set, or a map: of verdicts, or of values, which are not followed. */
static enum flow_match look_up(struct walk *w, const struct nftnl_expr *e, struct flow_regs *r, int *verdict,
			       char *chain)
{
	struct flow_set in = { w->c, family_of(w->base), table_of(w->base) };
	enum flow_match match = flow_look_up(&in, e, r, verdict, chain);

	if (!nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_DREG))
		return match;
	if (nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_DREG) != NFT_REG_VERDICT)
		flow_forget(r, nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_DREG));
	else if (match == SOME)
		w->anywhere = true;
	return match;
}

/* One expression. *VERDICT and CHAIN where it is one that decides. */
static enum flow_match step(struct walk *w, const struct nftnl_expr *e, struct flow_regs *r, int *verdict, char *chain)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME), *of, *to;

	if (!strcmp(name, "meta") && nftnl_expr_is_set(e, NFTNL_EXPR_META_DREG))
		flow_load_meta(w->flow, e, r);
	else if (!strcmp(name, "payload") && nftnl_expr_is_set(e, NFTNL_EXPR_PAYLOAD_DREG))
		flow_load_payload(w->flow, e, r);
	else if (!strcmp(name, "ct") && nftnl_expr_is_set(e, NFTNL_EXPR_CT_DREG))
		flow_load_ct(w->flow, e, r);
	else if (!strcmp(name, "bitwise"))
		flow_mask(e, r);
	else if (!strcmp(name, "cmp"))
		return flow_compare(e, r);
	else if (!strcmp(name, "exthdr") && nftnl_expr_is_set(e, NFTNL_EXPR_EXTHDR_DREG))
		flow_forget(r, nftnl_expr_get_u32(e, NFTNL_EXPR_EXTHDR_DREG));
	else if (!strcmp(name, "immediate") && !nftnl_expr_is_set(e, NFTNL_EXPR_IMM_VERDICT))
		flow_forget(r, nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_DREG));
	else if (!strcmp(name, "lookup"))
		return look_up(w, e, r, verdict, chain);
	else if (!strcmp(name, "reject"))
		*verdict = NF_DROP;
	else if (!strcmp(name, "target"))
		*verdict = target_verdict(nftnl_expr_get_str(e, NFTNL_EXPR_TG_NAME));
	else if (!strcmp(name, "match")) {
		of = nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME);
		return of && !strcmp(of, "comment") ? MATCH : SOME;
	} else if (!strcmp(name, "immediate") && nftnl_expr_is_set(e, NFTNL_EXPR_IMM_VERDICT)) {
		*verdict = (int)nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_VERDICT);
		to = nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN);
		snprintf(chain, sizeof(w->barrier->chain), "%s", to ? to : "");
	} else {
		return flow_other(e, r);
	}
	return MATCH;
}

/* Is it what is searched for? */
static bool does(const struct action *action, const struct nftnl_expr *e)
{
	const char *target = NULL;

	if (!strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "target"))
		target = nftnl_expr_get_str(e, NFTNL_EXPR_TG_NAME);
	return target ? action_has_target(action, target, strlen(target) + 1) : action->does(e);
}

/* What RULE decides of the packet; *DOUBT where it lets some packets return, perhaps this one. */
static int rule_verdict(struct walk *w, const struct nftnl_rule *rule, char *jump, bool *doubt)
{
	struct nftnl_expr_iter *iter = nftnl_expr_iter_create(rule);
	struct flow_regs r = { .known = { false } };
	const struct nftnl_expr *e;
	int verdict = NO_VERDICT;
	enum flow_match match = MATCH;

	while (iter && match != NO_MATCH && (e = nftnl_expr_iter_next(iter))) {
		enum flow_match one = step(w, e, &r, &verdict, jump);

		match = one == MATCH ? match : one;
		if (match != NO_MATCH && w->action && does(w->action, e))
			w->done = true;
	}
	if (iter)
		nftnl_expr_iter_destroy(iter);
	if (match == MATCH)
		return verdict;
	/* They leave the chain, those of a goto behind the chain that they go to. */
	if (match == SOME && (verdict == NFT_RETURN || verdict == NFT_GOTO))
		*doubt = true;
	/* What is searched for may be done to those packets. */
	return match == SOME && w->action && (verdict == NFT_JUMP || verdict == NFT_GOTO) ? NFT_JUMP : NO_VERDICT;
}

static void note_chain(struct walk *w, const char *chain)
{
	snprintf(w->barrier->chain, sizeof(w->barrier->chain), "%s", chain);
}

/*
 * What CHAIN decides: NF_DROP, NF_ACCEPT, or NO_VERDICT at its end or where it returns. DOUBT: some packets do
 * not come here, since they returned from where the others were sent on: nor is it said that all are dropped.
 */
static int chain_verdict(struct walk *w, const char *chain, int depth, bool doubt)
{
	struct nftnl_rule_list_iter *iter = depth < DEPTH_MAX ? nftnl_rule_list_iter_create(w->rules) : NULL;
	struct nftnl_rule *rule;
	int verdict = NO_VERDICT;

	if (!strncmp(chain, "ufw", 3))
		w->barrier->ufw = true;
	while (iter && verdict == NO_VERDICT && (rule = nftnl_rule_list_iter_next(iter))) {
		char jump[sizeof(w->barrier->chain)] = "";

		if (strcmp(nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN), chain))
			continue;
		if (w->met++ == RULES_MAX) {
			verdict = NF_ACCEPT; /* rather no alarm than a false one */
			break;
		}
		verdict = rule_verdict(w, rule, jump, &doubt);
		/* Rather no alarm than a false one. */
		if (verdict == NF_DROP && doubt)
			verdict = NFT_RETURN;
		if (verdict == NF_DROP) {
			note_chain(w, chain);
			w->barrier->handle = nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE);
		}
		if (verdict == NFT_RETURN)
			break;
		if ((verdict == NFT_JUMP || verdict == NFT_GOTO) && *jump) {
			bool gone = verdict == NFT_GOTO;

			verdict = chain_verdict(w, jump, depth + 1, doubt);
			if (w->action)
				verdict = NO_VERDICT;
			if (gone)
				break;
		}
		if (verdict != NF_DROP && verdict != NF_ACCEPT)
			verdict = NO_VERDICT;
	}
	if (iter)
		nftnl_rule_list_iter_destroy(iter);
	return verdict == NF_DROP || verdict == NF_ACCEPT ? verdict : NO_VERDICT;
}

static int take_chain(const struct nlmsghdr *nlh, void *data)
{
	struct walk *w = data;
	struct nftnl_chain *c = nftnl_chain_alloc();

	if (!c)
		return -ENOMEM;
	/* libnftnl takes it without names, and could not put it in a list. */
	if (nftnl_chain_nlmsg_parse(nlh, c) < 0 || !nftnl_chain_is_set(c, NFTNL_CHAIN_TABLE) ||
	    !nftnl_chain_is_set(c, NFTNL_CHAIN_NAME)) {
		nftnl_chain_free(c);
		return 0;
	}
	nftnl_chain_list_add_tail(c, w->chains);
	return 0;
}

static int take_rule(const struct nlmsghdr *nlh, void *data)
{
	struct walk *w = data;
	struct nftnl_rule *r = nftnl_rule_alloc();

	if (!r)
		return -ENOMEM;
	/* An expression that this libnftnl does not know: it matches something that we do not understand. */
	if (nftnl_rule_nlmsg_parse(nlh, r) < 0 || !nftnl_rule_is_set(r, NFTNL_RULE_CHAIN)) {
		nftnl_rule_free(r);
		return 0;
	}
	nftnl_rule_list_add_tail(r, w->rules);
	return 0;
}

static void reset_chains(void *data)
{
	struct walk *w = data;

	if (w->chains)
		nftnl_chain_list_free(w->chains);
	w->chains = nftnl_chain_list_alloc();
}

static void reset_rules(void *data)
{
	struct walk *w = data;

	if (w->rules)
		nftnl_rule_list_free(w->rules);
	w->rules = nftnl_rule_list_alloc();
}

/* Is it a chain of somebody else through which the packet goes? */
static bool concerned(const struct walk *w, const struct nftnl_chain *c)
{
	uint32_t family = nftnl_chain_get_u32(c, NFTNL_CHAIN_FAMILY), hook;

	if (!nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM))
		return false;
	hook = nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM);
	if (w->action ? hook >= 32 || !(w->action->hooks >> hook & 1) : hook != w->flow->hook)
		return false;
	return (family == NFPROTO_INET && strcmp(nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE), SITCTL_TABLE)) ||
	       family == w->flow->family;
}

static int take_table(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NFTA_TABLE_MAX + 1];

	if (!nl_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_TABLE_MAX))
		*(bool *)data = ntohl(nl_u32(tb[NFTA_TABLE_FLAGS], 0)) & NFT_TABLE_F_DORMANT;
	return 0;
}

/* The chains of such a table see no packets. */
static bool dormant(struct walk *w)
{
	struct err ignored;
	bool asleep = false;

	flow_request(w->c, NFT_MSG_GETTABLE, 0, family_of(w->base));
	nl_put_str(&w->c->batch, NFTA_TABLE_NAME, table_of(w->base));
	return !conversation_get(w->c, NL_NETFILTER, take_table, &asleep, &ignored) && asleep;
}

/* The chains of the table that a map may lead to: rather no alarm than a false one. */
static void walk_others(struct walk *w)
{
	struct nftnl_chain_list_iter *iter = nftnl_chain_list_iter_create(w->chains);
	const struct nftnl_chain *c;

	while (iter && !w->done && (c = nftnl_chain_list_iter_next(iter)))
		if (!nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM) && family_of(c) == family_of(w->base) &&
		    !strcmp(table_of(c), table_of(w->base)))
			chain_verdict(w, nftnl_chain_get_str(c, NFTNL_CHAIN_NAME), 0, false);
	if (iter)
		nftnl_chain_list_iter_destroy(iter);
}

static int walk_base(struct walk *w, bool *found)
{
	uint32_t family = family_of(w->base);
	const char *table = table_of(w->base), *chain = nftnl_chain_get_str(w->base, NFTNL_CHAIN_NAME);
	struct barrier *o = w->barrier;
	int ret, verdict;

	if (dormant(w))
		return 0;
	flow_request(w->c, NFT_MSG_GETRULE, NLM_F_DUMP, family);
	nl_put_str(&w->c->batch, NFTA_RULE_TABLE, table);
	ret = conversation_dump(w->c, NL_NETFILTER, take_rule, reset_rules, w, w->err);
	if (ret)
		return ret;
	memset(o, 0, sizeof(*o));
	o->tool = BARRIER_NFT;
	snprintf(o->family, sizeof(o->family), "%s",
		 family == NFPROTO_INET	  ? "inet"
		 : family == NFPROTO_IPV4 ? "ip"
					  : "ip6");
	snprintf(o->table, sizeof(o->table), "%s", table);
	snprintf(o->base, sizeof(o->base), "%s", chain);
	w->anywhere = false;
	verdict = chain_verdict(w, chain, 0, false);
	if (w->action && !w->done && w->anywhere)
		walk_others(w);
	if (verdict == NO_VERDICT) {
		o->policy = true;
		note_chain(w, chain);
		verdict = (int)nftnl_chain_get_u32(w->base, NFTNL_CHAIN_POLICY);
	}
	*found = w->action ? w->done : verdict == NF_DROP;
	return 0;
}

/* All base chains that are concerned, until something is found; *OTHERS: there was any. */
static int walk_all(struct walk *w, bool *found, bool *others)
{
	struct conversation *c = w->c;
	struct nftnl_chain_list_iter *iter = NULL;
	int ret;

	*found = *others = false;
	flow_request(c, NFT_MSG_GETCHAIN, NLM_F_DUMP, NFPROTO_UNSPEC);
	ret = conversation_dump(c, NL_NETFILTER, take_chain, reset_chains, w, w->err);
	/* A kernel without nf_tables has no rules of it. */
	if (ret == -EINVAL || ret == -EOPNOTSUPP || ret == -EPROTONOSUPPORT || ret == -ENOENT)
		ret = 0;
	if (!ret && w->chains)
		iter = nftnl_chain_list_iter_create(w->chains);
	while (!ret && !*found && iter && (w->base = nftnl_chain_list_iter_next(iter)))
		if (concerned(w, w->base)) {
			*others = true;
			ret = walk_base(w, found);
		}
	if (iter)
		nftnl_chain_list_iter_destroy(iter);
	if (w->chains)
		nftnl_chain_list_free(w->chains);
	if (w->rules)
		nftnl_rule_list_free(w->rules);
	return ret;
}

int nftwalk_barrier(struct conversation *c, const struct flow *flow, struct barrier *barrier, bool *found, bool *others,
		    struct err *err)
{
	struct walk w = { .c = c, .flow = flow, .barrier = barrier, .err = err };

	return walk_all(&w, found, others);
}

int nftwalk_action(struct conversation *c, const struct action *action, const struct flow *flow, bool *found,
		   struct err *err)
{
	struct barrier unused;
	struct walk w = { .c = c, .flow = flow, .barrier = &unused, .action = action, .err = err };
	bool others;

	return walk_all(&w, found, &others);
}
