/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walk the rules of an iptables-legacy table, which are stored one after another in a blob, as the kernel does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filters/xtwalk.h" /* before linux/: glibc and the kernel define the same names */
#include "filters/xtmatch.h"

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#define DEPTH_MAX 64
#define ALIGNMENT 8 /* of each rule, match and target (XT_ALIGN(), linux/netfilter/x_tables.h) */

/* What IPv4 and IPv6 rules have in common, at *entry* in the blob. */
struct rule {
	const char *in, *out;
	const uint8_t *in_mask, *out_mask;
	const uint8_t *addr[2], *mask[2]; /* source, destination */
	size_t addr_len;
	uint16_t proto;
	uint8_t inverted;
	bool is_goto, fragments;      /* fragments: only the second and later ones */
	size_t matches, target, next; /* offsets from the entry */
};

static bool read_rule(const struct flow *flow, const uint8_t *entries, size_t size, size_t at, struct rule *r)
{
	bool v4 = flow->family == NFPROTO_IPV4;
	size_t len = v4 ? sizeof(struct ipt_entry) : sizeof(struct ip6t_entry);

	if (at > size || size - at < len || at % ALIGNMENT)
		return false;
	if (v4) {
		const struct ipt_entry *e = (const struct ipt_entry *)(const void *)(entries + at);

		*r = (struct rule){ e->ip.iniface,
				    e->ip.outiface,
				    e->ip.iniface_mask,
				    e->ip.outiface_mask,
				    { (const uint8_t *)&e->ip.src, (const uint8_t *)&e->ip.dst },
				    { (const uint8_t *)&e->ip.smsk, (const uint8_t *)&e->ip.dmsk },
				    4,
				    e->ip.proto,
				    e->ip.invflags,
				    e->ip.flags & IPT_F_GOTO,
				    e->ip.flags & IPT_F_FRAG,
				    len,
				    e->target_offset,
				    e->next_offset };
	} else {
		const struct ip6t_entry *e = (const struct ip6t_entry *)(const void *)(entries + at);

		*r = (struct rule){ e->ipv6.iniface,
				    e->ipv6.outiface,
				    e->ipv6.iniface_mask,
				    e->ipv6.outiface_mask,
				    { (const uint8_t *)&e->ipv6.src, (const uint8_t *)&e->ipv6.dst },
				    { (const uint8_t *)&e->ipv6.smsk, (const uint8_t *)&e->ipv6.dmsk },
				    16,
				    (e->ipv6.flags & IP6T_F_PROTO) ? e->ipv6.proto : 0,
				    e->ipv6.invflags,
				    e->ipv6.flags & IP6T_F_GOTO,
				    false,
				    len,
				    e->target_offset,
				    e->next_offset };
	}
	return r->target >= len && !(r->target % ALIGNMENT) && r->next >= r->target + sizeof(struct xt_entry_target) &&
	       r->next <= size - at;
}

static bool interface_matches(const char *ifname, const char *wanted, const uint8_t *mask, bool inverted)
{
	char name[IFNAMSIZ] = "";
	bool same = true;

	memcpy(name, ifname, strnlen(ifname, sizeof(name) - 1));
	for (int i = 0; i < IFNAMSIZ; i++)
		same = same && !((name[i] ^ wanted[i]) & mask[i]);
	return same != inverted;
}

/* A rule that matches an address which the flow does not have matches only some packets. */
static bool address_matches(const struct flow_end *end, const uint8_t *wanted, const uint8_t *mask, size_t len,
			    bool inverted)
{
	bool same = true, any = true;

	for (size_t i = 0; i < len; i++) {
		any = any && !mask[i];
		same = same && !((end->addr[i] ^ wanted[i]) & mask[i]);
	}
	return any ? !inverted : end->has_addr && same != inverted;
}

/* The matches after the header. */
static enum xt_answer others_match(const struct flow *flow, const uint8_t *entry, const struct rule *r)
{
	enum xt_answer answer = XT_MATCHES;

	for (size_t at = r->matches; at < r->target;) {
		const struct xt_entry_match *m = (const struct xt_entry_match *)(const void *)(entry + at);
		enum xt_answer one;

		if (r->target - at < sizeof(*m) || m->u.match_size < sizeof(*m) || m->u.match_size > r->target - at ||
		    m->u.match_size % ALIGNMENT || !memchr(m->u.user.name, '\0', sizeof(m->u.user.name)))
			return XT_MATCHES_SOME;
		one = xt_match(flow, m->u.user.name, m->u.user.revision, m->data, m->u.match_size - sizeof(*m));
		if (one == XT_MATCHES_NOT)
			return one;
		answer = one == XT_MATCHES ? answer : one;
		at += m->u.match_size;
	}
	return answer;
}

/* Only the header, without the matches after it. */
static bool header_matches(const struct flow *flow, const struct rule *r)
{
	bool proto = !r->proto || (flow->proto && (flow->proto == r->proto) != !!(r->inverted & XT_INV_PROTO));

	return proto && !r->fragments &&
	       interface_matches(flow->from.ifname, r->in, r->in_mask, r->inverted & IP6T_INV_VIA_IN) &&
	       interface_matches(flow->to.ifname, r->out, r->out_mask, r->inverted & IP6T_INV_VIA_OUT) &&
	       address_matches(&flow->from, r->addr[0], r->mask[0], r->addr_len, r->inverted & IP6T_INV_SRCIP) &&
	       address_matches(&flow->to, r->addr[1], r->mask[1], r->addr_len, r->inverted & IP6T_INV_DSTIP);
}

/* Does the rule make packets leave its chain, immediately or after the chain that it goes to? */
static bool leaves(const struct xt_entry_target *t, const struct rule *r)
{
	int verdict;

	if (t->u.user.name[0] || r->next - r->target < sizeof(struct xt_standard_target))
		return false;
	verdict = ((const struct xt_standard_target *)(const void *)t)->verdict;
	return verdict == XT_RETURN || (verdict >= 0 && r->is_goto);
}

/* A walk of one packet, or of several similar ones. */
struct walk {
	const struct flow *flow;
	const uint8_t *blob;
	size_t size, entry, underflow;
	struct {
		size_t next;
		bool doubt;
	} stack[DEPTH_MAX];
	size_t depth;
	bool doubt;	  /* some packets returned, perhaps this one */
	bool behind;	  /* the walk has reached the policy */
	uint8_t *entered; /* for each position in the blob: bits for a chain entered there without and with doubt */
};

/* Return to the rule after the jump that led here, or to the policy; false if a forged table does not end. */
static bool go_back(struct walk *w)
{
	if (w->depth) {
		w->depth--;
		w->entry = w->stack[w->depth].next;
		w->doubt = w->stack[w->depth].doubt;
		return true;
	}
	w->entry = w->underflow;
	w->doubt = false;
	if (w->behind)
		return false;
	return w->behind = true;
}

/*
 * Go to the chain at TARGET, from the rule before NEXT; false if it does not exist, or too many are nested.
 * A chain that was walked before with the same doubt decided nothing, and would not now, so it is skipped. Hence the
 * walk always ends: the kernel allows no loops (mark_source_chains()), but it allows chains that each jump twice to the
 * next.
 */
static bool go_to(struct walk *w, size_t target, size_t next, bool is_goto)
{
	uint8_t bit = w->doubt ? 2 : 1;

	if (target >= w->size)
		return false;
	if (w->entered[target / ALIGNMENT] & bit) {
		if (is_goto)
			return go_back(w);
		w->entry = next;
		return true;
	}
	w->entered[target / ALIGNMENT] |= bit;
	if (!is_goto && target != next) {
		if (w->depth == DEPTH_MAX)
			return false;
		w->stack[w->depth].next = next;
		w->stack[w->depth].doubt = w->doubt;
		w->depth++;
	}
	w->entry = target;
	return true;
}

/* Is the packet dropped at W->ENTRY, where the walk stops? */
static bool walk(struct walk *w, bool *policy)
{
	struct rule r;

	while (read_rule(w->flow, w->blob, w->size, w->entry, &r)) {
		const uint8_t *target = w->blob + w->entry + r.target;
		const struct xt_entry_target *t = (const struct xt_entry_target *)(const void *)target;
		size_t next = w->entry + r.next;
		enum xt_answer matches = header_matches(w->flow, &r) ? others_match(w->flow, w->blob + w->entry, &r)
								     : XT_MATCHES_NOT;
		int verdict;

		if (matches != XT_MATCHES) {
			w->doubt = w->doubt || (matches == XT_MATCHES_SOME && leaves(t, &r));
			w->entry = next;
			continue;
		}
		/* A standard target has an empty name: it is a verdict, or a jump. */
		if (t->u.user.name[0]) {
			bool reject = !strncmp(t->u.user.name, "REJECT", sizeof(t->u.user.name));

			*policy = false;
			if (reject && !w->doubt)
				return true;
			if (!reject)
				w->entry = next;
			else if (!go_back(w))
				return false;
			continue;
		}
		if (r.next - r.target < sizeof(struct xt_standard_target))
			return false;
		verdict = ((const struct xt_standard_target *)(const void *)t)->verdict;
		if (verdict >= 0) {
			if (!go_to(w, (size_t)verdict, next, r.is_goto))
				return false;
		} else if (verdict == XT_RETURN || (verdict == -NF_DROP - 1 && w->doubt)) {
			/* Better no alarm than a false one. */
			if (!go_back(w))
				return false;
		} else {
			*policy = w->entry == w->underflow;
			return verdict == -NF_DROP - 1;
		}
	}
	return false;
}

int xtables_drops(const struct flow *flow, const void *entries, size_t size, size_t *entry, size_t underflow,
		  bool *policy)
{
	struct walk w = { .flow = flow, .blob = entries, .size = size, .entry = *entry, .underflow = underflow };
	bool drops;

	w.entered = calloc(size / ALIGNMENT + 1, 1);
	if (!w.entered)
		return -ENOMEM;
	drops = walk(&w, policy);
	free(w.entered);
	*entry = w.entry;
	return drops;
}

bool xtables_place(const struct flow *flow, const uint8_t *blob, size_t size, size_t start, size_t at,
		   struct barrier *o)
{
	size_t entry = 0;
	struct rule r;

	while (entry <= at && read_rule(flow, blob, size, entry, &r)) {
		const uint8_t *target = blob + entry + r.target;

		if (entry == start) {
			snprintf(o->chain, sizeof(o->chain), "%s", o->base);
			o->position = 0;
		}
		o->position++;
		if (entry == at)
			return o->chain[0];
		if (r.next - r.target >= sizeof(struct xt_error_target) &&
		    !strcmp(((const struct xt_entry_target *)(const void *)target)->u.user.name, XT_ERROR_TARGET)) {
			const char *name = ((const struct xt_error_target *)(const void *)target)->errorname;

			snprintf(o->chain, sizeof(o->chain), "%.*s", XT_FUNCTION_MAXNAMELEN - 1, name);
			o->position = 0;
		}
		entry += r.next;
	}
	return false;
}

/* Is the entry AT in a base chain of a hook that ACTION does not have? */
static bool elsewhere(const struct action *action, const struct ip6t_getinfo *info, size_t at)
{
	for (unsigned int hook = 0; hook < NF_INET_NUMHOOKS; hook++)
		if (info->valid_hooks >> hook & 1 && at >= info->hook_entry[hook] && at <= info->underflow[hook])
			return !(action->hooks >> hook & 1);
	return false;
}

/* If the incoming interface is not known, it is still not the one that the packet leaves through. */
static bool by_the_way(const struct flow *flow, const struct rule *r)
{
	if (!flow->to.any && !interface_matches(flow->to.ifname, r->out, r->out_mask, r->inverted & IP6T_INV_VIA_OUT))
		return false;
	if (!flow->from.any)
		return interface_matches(flow->from.ifname, r->in, r->in_mask, r->inverted & IP6T_INV_VIA_IN);
	return flow->to.any || !r->in_mask[0] || r->inverted & IP6T_INV_VIA_IN ||
	       !interface_matches(flow->to.ifname, r->in, r->in_mask, false);
}

bool xtables_does(const struct action *action, const struct flow *flow, const void *entries, size_t size,
		  const struct ip6t_getinfo *info)
{
	struct rule r;

	for (size_t at = 0; read_rule(flow, entries, size, at, &r); at += r.next) {
		const struct xt_entry_target *t =
			(const struct xt_entry_target *)(const void *)((const uint8_t *)entries + at + r.target);

		if (action_has_target(action, t->u.user.name, sizeof(t->u.user.name)) && by_the_way(flow, &r) &&
		    !elsewhere(action, info, at))
			return true;
	}
	return false;
}
