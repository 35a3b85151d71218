/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The path of a packet through rules and tables. The kernel's fib_rules_lookup() (net/core/fib_rules.c) uses the first
 * rule that matches and whose table has a route. Within a table, the longest prefix wins, then the smallest metric.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/decide.h" /* before linux/: glibc and the kernel define the same names */
#include "base/quote.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

/* Like fib_rule_match() and the match functions of the address families. */
bool decide_matches(const struct rule *r, const struct policy_flow *f)
{
	uint32_t uid = getuid();
	bool match = (!r->iif[0] || !strcmp(r->iif, f->iif ? f->iif : "lo")) &&
		     (!r->oif[0] || (f->ifname && !strcmp(r->oif, f->ifname))) && !((r->mark ^ f->mark) & r->mask) &&
		     !r->l3mdev && !r->ports && uid >= r->uid_first && uid <= r->uid_last &&
		     net6_contains(&r->dst, &f->dst) &&
		     (!r->src.len || (f->has_source && net6_contains(&r->src, &f->source))) &&
		     (!r->tos || r->tos == f->tos) && (!r->proto || r->proto == f->proto);

	return match != r->invert;
}

static const struct candidate *find_route(const struct tables *t, uint32_t table, uint32_t suppress)
{
	const struct candidate *best = NULL;

	for (unsigned int i = 0; i < t->n_routes; i++) {
		const struct candidate *c = &t->routes[i];

		if (c->table != table || (c->tos && c->tos != t->flow->tos) ||
		    (t->flow->index && c->oif && c->oif != t->flow->index))
			continue;
		if (!best || c->dst.len > best->dst.len || (c->dst.len == best->dst.len && c->metric < best->metric))
			best = c;
	}
	return best && best->type != RTN_THROW && (suppress == UINT32_MAX || best->dst.len > suppress) ? best : NULL;
}

static const char *net_text(const struct net6 *net, uint8_t family, char *buf)
{
	char addr[NET6_TEXT];
	struct in_addr a;

	if (family == AF_INET6)
		return net6_text(net, buf);
	memcpy(&a, &net->addr, sizeof(a));
	snprintf(buf, NET6_TEXT, "%s/%u", addr4_text(a, addr), net->len);
	return buf;
}

static const char *type_word(uint8_t type)
{
	return type == RTN_BLACKHOLE ? "blackhole" : type == RTN_PROHIBIT ? "prohibit" : "unreachable";
}

static bool refuses(uint8_t type)
{
	return type == RTN_BLACKHOLE || type == RTN_PROHIBIT || type == RTN_UNREACHABLE;
}

/* In the syntax of `ip rule` (ip-rule(8)). */
static void say_rule(const struct rule *r, uint8_t family, struct policy *p)
{
	FILE *out = fmemopen(p->rule, sizeof(p->rule), "w");
	char text[NET6_TEXT];

	if (!out)
		return;
	fprintf(out, "pref %u%s", r->pref, r->invert ? " not" : "");
	if (r->src.len)
		fprintf(out, " from %s", net_text(&r->src, family, text));
	if (r->dst.len)
		fprintf(out, " to %s", net_text(&r->dst, family, text));
	if (r->tos)
		fprintf(out, " tos 0x%x", r->tos);
	if (r->mask == UINT32_MAX)
		fprintf(out, " fwmark 0x%x", r->mark);
	else if (r->mask)
		fprintf(out, " fwmark 0x%x/0x%x", r->mark, r->mask);
	if (r->iif[0]) {
		fputs(" iif ", out);
		print_word(out, r->iif);
	}
	if (r->oif[0]) {
		fputs(" oif ", out);
		print_word(out, r->oif);
	}
	if (r->uid_first || r->uid_last != UINT32_MAX)
		fprintf(out, " uidrange %u-%u", r->uid_first, r->uid_last);
	if (r->proto)
		fprintf(out, " ipproto %u", r->proto);
	if (r->action == FR_ACT_TO_TBL)
		fprintf(out, " lookup %u", r->table);
	else
		fprintf(out, " %s", type_word(r->action));
	fclose(out);
}

static void say_route(const struct candidate *c, uint8_t family, struct policy *p)
{
	char text[NET6_TEXT];

	snprintf(p->route, sizeof(p->route), "%s %s table %u", type_word(c->type), net_text(&c->dst, family, text),
		 c->table);
	if (c->metric)
		snprintf(p->route + strlen(p->route), sizeof(p->route) - strlen(p->route), " metric %u", c->metric);
}

/* Rule actions and route types that refuse have the same numbers (linux/fib_rules.h, rtnetlink.h). */
_Static_assert((int)FR_ACT_BLACKHOLE == (int)RTN_BLACKHOLE && (int)FR_ACT_PROHIBIT == (int)RTN_PROHIBIT &&
		       (int)FR_ACT_UNREACHABLE == (int)RTN_UNREACHABLE,
	       "a rule's action is a route's type");

/* Does the rule match all packets, or all but some? */
static bool selects_nothing(const struct rule *r)
{
	return r->invert || (!r->src.len && !r->dst.len && !r->mask && !r->iif[0] && !r->oif[0] && !r->proto &&
			     !r->tos && !r->ports && !r->uid_first && r->uid_last == UINT32_MAX);
}

/* Would the packet leave, if a rule sent it to the main table? */
static bool main_leads(const struct tables *t)
{
	const struct candidate *c = find_route(t, RT_TABLE_MAIN, UINT32_MAX);

	return c && !refuses(c->type);
}

void decide(const struct tables *t, struct policy *p)
{
	uint8_t family = t->flow->family;
	uint32_t from = 0; /* target of the last `goto` */

	for (unsigned int i = 0; i < t->n_rules; i++) {
		const struct rule *r = &t->rules[i];
		const struct candidate *c = NULL;

		if (r->pref < from || !decide_matches(r, t->flow))
			continue;
		if (r->action == FR_ACT_GOTO)
			from = r->target;
		if (r->action == FR_ACT_TO_TBL)
			c = find_route(t, r->table, r->suppress);
		if (!c && !refuses(r->action))
			continue;
		p->decided = true;
		p->by_route = c;
		p->refused = !c || refuses(c->type);
		p->pref = r->pref;
		p->table = r->table;
		p->everything = c ? !c->dst.len : selects_nothing(r);
		p->main_leads = r->pref > from && main_leads(t);
		say_rule(r, family, p);
		if (c && p->refused)
			say_route(c, family, p);
		return;
	}
}
