/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walk foreign nf_tables rules with an imaginary packet. Each expression has three possible
 * results: it matches, it does not match, or it concerns only some packets: then its rule is ignored.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "filters/nftwalk.h" /* before linux/: glibc and the kernel define the same names */
#include "filters/nftexpr.h"
#include "filters/nftset.h"
#include "filters/xtmatch.h"

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>

#define DEPTH_MAX 16 /* NFT_JUMP_STACK_SIZE (net/netfilter/nf_tables_core.c) */
#define QUESTION 20  /* rules: a query to the kernel takes as long as evaluating so many */

/* No verdict: the rule does not decide about the packet. Reaching a limit leaves it undecided. */
#define NO_VERDICT (-1)
#define UNDECIDED (-64)

struct walk {
	struct nftrules *rules;
	const struct flow *flow;
	const struct others_chain *base;
	struct barrier *barrier;
	const struct action *action; /* NULL: search for what drops */
	bool done;
	bool anywhere;	/* met a verdict map for which not enough is known */
	bool undecided; /* reached a limit */
	int ret;	/* error while reading, with ERR */
	struct err *err;
};

/* Targets of iptables-nft. */
static int target_verdict(const char *name)
{
	return name && (!strcmp(name, "REJECT") || !strcmp(name, "DROP")) ? NF_DROP : NO_VERDICT;
}

/* Take N more steps; false if that makes too many. */
static bool go(struct walk *w, unsigned int n)
{
	if (w->rules->steps < n)
		return false;
	w->rules->steps -= n;
	return true;
}

/* A lookup in a set, in a verdict map, or in a map of values, which is not followed. */
static enum flow_match look_up(struct walk *w, const struct expr *e, struct flow_regs *r, int *verdict, char *chain)
{
	bool map = expr_has(e, NFTA_LOOKUP_DREG);
	enum flow_match match;

	if (!go(w, QUESTION)) {
		w->undecided = true;
		return SOME;
	}
	match = flow_look_up(w->rules, w->base, e, r, verdict, chain);
	if (map && expr_u32(e, NFTA_LOOKUP_DREG) != NFT_REG_VERDICT)
		flow_forget(r, expr_u32(e, NFTA_LOOKUP_DREG));
	else if (map && match == SOME)
		w->anywhere = true;
	return match;
}

/* Does it end the rule? If so, set *VERDICT and CHAIN. */
static bool decides(const struct expr *e, int *verdict, char *chain)
{
	const char *to = "";

	if (expr_is(e, "reject"))
		*verdict = NF_DROP;
	else if (expr_is(e, "target"))
		*verdict = target_verdict(expr_str(e, NFTA_TARGET_NAME));
	else if (!expr_is(e, "immediate") || !data_verdict(e->attrs[NFTA_IMMEDIATE_DATA], verdict, &to))
		return false;
	snprintf(chain, NFT_NAME_MAXLEN, "%s", to);
	return true;
}

/* An iptables-nft match. */
static enum flow_match match_of_xtables(const struct flow *flow, const struct expr *e)
{
	const char *name = expr_str(e, NFTA_MATCH_NAME);
	const struct nlattr *info = e->attrs[NFTA_MATCH_INFO];

	if (!name || !info)
		return SOME;
	switch (xt_match(flow, name, expr_u32(e, NFTA_MATCH_REV), mnl_attr_get_payload(info),
			 mnl_attr_get_payload_len(info))) {
	case XT_MATCHES: return MATCH;
	case XT_MATCHES_NOT: return NO_MATCH;
	default: return SOME;
	}
}

/* Evaluate one expression; sets *VERDICT and CHAIN if it decides. */
static enum flow_match step(struct walk *w, const struct expr *e, struct flow_regs *r, int *verdict, char *chain)
{
	if (expr_is(e, "meta") && expr_has(e, NFTA_META_DREG))
		flow_load_meta(w->flow, e, r);
	else if (expr_is(e, "payload") && expr_has(e, NFTA_PAYLOAD_DREG))
		flow_load_payload(w->flow, e, r);
	else if (expr_is(e, "ct") && expr_has(e, NFTA_CT_DREG))
		flow_load_ct(w->flow, e, r);
	else if (expr_is(e, "bitwise"))
		flow_mask(e, r);
	else if (expr_is(e, "cmp"))
		return flow_compare(e, r);
	else if (expr_is(e, "exthdr") && expr_has(e, NFTA_EXTHDR_DREG))
		flow_forget(r, expr_u32(e, NFTA_EXTHDR_DREG));
	else if (expr_is(e, "lookup"))
		return look_up(w, e, r, verdict, chain);
	else if (expr_is(e, "match"))
		return match_of_xtables(w->flow, e);
	else if (decides(e, verdict, chain))
		return MATCH;
	else if (expr_is(e, "immediate"))
		flow_forget(r, expr_u32(e, NFTA_IMMEDIATE_DREG));
	else
		return flow_other(e, r);
	return MATCH;
}

/* Does it perform the action that we search for? */
static bool does(const struct action *action, const struct expr *e)
{
	const char *target = expr_is(e, "target") ? expr_str(e, NFTA_TARGET_NAME) : NULL;

	return target ? action_has_target(action, target, strlen(target) + 1) : action->does(e);
}

/* What RULE decides about the packet; sets *DOUBT if it lets some packets return, perhaps this one. */
static int rule_verdict(struct walk *w, const struct others_rule *rule, char *jump, bool *doubt)
{
	struct flow_regs r = { .known = { false } };
	int verdict = NO_VERDICT;
	enum flow_match match = MATCH;
	const struct nlattr *attr = rule->exprs ? mnl_attr_get_payload(rule->exprs) : NULL;
	int left = rule->exprs ? mnl_attr_get_payload_len(rule->exprs) : 0;

	for (; attr && mnl_attr_ok(attr, left); left -= (int)MNL_ALIGN(attr->nla_len), attr = mnl_attr_next(attr)) {
		struct expr e;
		enum flow_match one = expr_read(attr, &e) ? step(w, &e, &r, &verdict, jump) : SOME;

		match = one == MATCH ? match : one;
		if (match == NO_MATCH)
			return NO_VERDICT;
		if (w->action && does(w->action, &e))
			w->done = true;
	}
	if (w->undecided)
		return UNDECIDED;
	if (match == MATCH)
		return verdict;
	/* These packets leave the chain; with a goto, after the target chain. */
	if (verdict == NFT_RETURN || verdict == NFT_GOTO)
		*doubt = true;
	/* The action may be performed on those packets. */
	return w->action && (verdict == NFT_JUMP || verdict == NFT_GOTO) ? NFT_JUMP : NO_VERDICT;
}

/* Does this verdict end the walk? */
static bool final(int verdict)
{
	return verdict == NF_DROP || verdict == NF_ACCEPT || verdict == UNDECIDED;
}

static int chain_verdict(struct walk *w, const char *name, int depth, bool doubt);

/* What CHAIN decides by RULE and the chain that it jumps to. *GONE: the packet does not reach the rest of CHAIN. */
static int rule_decides(struct walk *w, const struct others_chain *chain, const struct others_rule *rule, int depth,
			bool *doubt, bool *gone)
{
	char jump[NFT_NAME_MAXLEN] = "";
	int verdict = go(w, 1) ? rule_verdict(w, rule, jump, doubt) : UNDECIDED;

	/* Better no alarm than a false one. */
	if (verdict == NF_DROP && *doubt)
		verdict = NFT_RETURN;
	if (verdict == NF_DROP) {
		snprintf(w->barrier->chain, sizeof(w->barrier->chain), "%s", chain->name);
		w->barrier->handle = rule->handle;
	}
	*gone = verdict == NFT_RETURN || (verdict == NFT_GOTO && *jump);
	if ((verdict == NFT_JUMP || verdict == NFT_GOTO) && *jump)
		verdict = chain_verdict(w, jump, depth + 1, *doubt);
	/* For an action, drops do not matter: look at everything that the packet may meet. */
	if (w->action && (verdict == NF_DROP || verdict == NF_ACCEPT) && *jump)
		verdict = NO_VERDICT;
	return final(verdict) ? verdict : NO_VERDICT;
}

/*
 * What the chain decides: NF_DROP, NF_ACCEPT, UNDECIDED, or NO_VERDICT at its end or where it returns. DOUBT: some
 * packets do not get here, since they returned earlier, so it is not certain that all are dropped. A chain that this
 * walk entered before with the same doubt decided nothing, and would not now: so each chain is walked once, however
 * often others jump to it.
 */
static int chain_verdict(struct walk *w, const char *name, int depth, bool doubt)
{
	struct others_chain *chain = NULL;
	bool gone = false;
	int verdict = NO_VERDICT;

	if (depth < DEPTH_MAX)
		w->ret = nftrules_chain(w->rules, w->base, name, &chain, w->err);
	if (w->ret)
		return UNDECIDED;
	/* It was created meanwhile, or was beyond the limit. */
	if (!chain)
		return depth < DEPTH_MAX && w->rules->list_cut ? UNDECIDED : NO_VERDICT;
	if (chain->entered[doubt] == w->rules->walks)
		return NO_VERDICT;
	chain->entered[doubt] = w->rules->walks;
	if (!strncmp(name, "ufw", 3))
		w->barrier->ufw = true;
	for (const struct others_rule *r = chain->rules; r && verdict == NO_VERDICT && !gone && !w->done; r = r->next)
		verdict = rule_decides(w, chain, r, depth, &doubt, &gone);
	return chain->state == CHAIN_CUT && verdict == NO_VERDICT && !gone && !w->done ? UNDECIDED : verdict;
}

/* The number of the ingress or egress hook in chains of FAMILY. */
static uint32_t interface_hook(uint32_t family, enum flow_at at)
{
	if (family == NFPROTO_NETDEV)
		return at == AT_INGRESS ? NF_NETDEV_INGRESS : NF_NETDEV_EGRESS;
	return family == NFPROTO_INET && at == AT_INGRESS ? NF_INET_INGRESS : UINT32_MAX;
}

/* Does the packet pass through this chain? */
static bool concerned(const struct walk *w, const struct others_chain *c)
{
	if (!c->hooked)
		return false;
	if (w->flow->at != AT_HOOK)
		return nftrules_at(c, w->flow->at == AT_INGRESS ? w->flow->from.ifname : w->flow->to.ifname) &&
		       c->hook == interface_hook(c->family, w->flow->at);
	if (c->family != NFPROTO_INET && c->family != w->flow->family)
		return false;
	return w->action ? c->hook < 32 && w->action->hooks >> c->hook & 1 : c->hook == w->flow->hook;
}

/* Walk all chains of the table, since a map may jump to any of them: better no alarm than a false one. */
static void walk_others(struct walk *w)
{
	for (const struct others_chain *c = w->rules->chains; c && !w->done && !w->undecided; c = c->next)
		if (!c->hooked && c->family == w->base->family && !strcmp(c->table, w->base->table))
			w->undecided = chain_verdict(w, c->name, 0, false) == UNDECIDED;
}

/* Has connection tracking seen it? It runs at prerouting and output, with priority NF_IP_PRI_CONNTRACK. */
static bool tracked(const struct flow *flow, const struct others_chain *base)
{
	return flow->at == AT_HOOK && ((base->hook != NF_INET_PRE_ROUTING && base->hook != NF_INET_LOCAL_OUT) ||
				       base->priority > NF_IP_PRI_CONNTRACK);
}

static int walk_base(struct walk *w, bool *found)
{
	const struct others_chain *base = w->base;
	struct barrier *o = w->barrier;
	int verdict;

	memset(o, 0, sizeof(*o));
	o->tool = BARRIER_NFT;
	snprintf(o->family, sizeof(o->family), "%s",
		 base->family == NFPROTO_INET	  ? "inet"
		 : base->family == NFPROTO_IPV4	  ? "ip"
		 : base->family == NFPROTO_NETDEV ? "netdev"
						  : "ip6");
	snprintf(o->table, sizeof(o->table), "%s", base->table);
	snprintf(o->base, sizeof(o->base), "%s", base->name);
	o->tracked = tracked(w->flow, base);
	w->anywhere = w->undecided = false;
	w->rules->walks++;
	verdict = chain_verdict(w, base->name, 0, false);
	if (w->action && !w->done && w->anywhere && verdict != UNDECIDED) {
		walk_others(w);
		verdict = w->undecided ? UNDECIDED : verdict;
	}
	if (verdict == NO_VERDICT) {
		o->policy = true;
		snprintf(o->chain, sizeof(o->chain), "%s", base->name);
		verdict = (int)base->policy;
	}
	*found = w->action ? w->done : verdict == NF_DROP;
	w->rules->unknown = w->rules->unknown || (verdict == UNDECIDED && !*found);
	return w->ret;
}

/* Walk all base chains that the packet passes, until something is found; *OTHERS: there was such a chain. */
static int walk_all(struct walk *w, bool *found, bool *others)
{
	int ret = nftrules_list(w->rules, w->err);

	*found = *others = false;
	for (struct others_chain *c = ret ? NULL : w->rules->chains; !ret && !*found && c; c = c->next)
		if (concerned(w, c)) {
			*others = true;
			w->base = c;
			if (!nftrules_dormant(w->rules, c))
				ret = walk_base(w, found);
		}
	/* Nothing is known about the rest of the list. */
	*others = *others || w->rules->list_cut;
	w->rules->unknown = w->rules->unknown || (w->rules->list_cut && !*found);
	return ret;
}

int nftwalk_barrier(struct nftrules *rules, const struct flow *flow, struct barrier *barrier, bool *found, bool *others,
		    struct err *err)
{
	struct walk w = { .rules = rules, .flow = flow, .barrier = barrier, .err = err };

	return walk_all(&w, found, others);
}

int nftwalk_action(struct nftrules *rules, const struct action *action, const struct flow *flow, bool *found,
		   struct err *err)
{
	struct barrier unused;
	struct walk w = { .rules = rules, .flow = flow, .barrier = &unused, .action = action, .err = err };
	bool others;

	return walk_all(&w, found, &others);
}
