/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The chains of iptables-legacy, which nf_tables does not show: read as iptables itself
 * reads it (net/ipv6/netfilter/ip6_tables.c, get_entries()), and walked as the kernel walks it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filters/xtables.h" /* before linux/: glibc and the kernel define the same names */
#include "base/textfile.h"
#include "filters/xtmatch.h"
#include "netlink/socket.h"

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#define SIZE_MAX_ENTRIES (64 << 20)
#define DEPTH_MAX 64
#define ALIGNMENT 8 /* of each rule, match and target (XT_ALIGN(), linux/netfilter/x_tables.h) */

/* What rules of IPv4 and IPv6 have in common, at *entry* in the blob. */
struct rule {
	const char *in, *out;
	const uint8_t *in_mask, *out_mask;
	const uint8_t *addr[2], *mask[2]; /* source, destination */
	size_t addr_len;
	uint16_t proto;
	uint8_t inverted;
	bool is_goto, fragments;      /* fragments: only those behind the first */
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

/* A rule that asks for an address of which the flow has none matches only some packets. */
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

/* The matches behind the header. */
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

/* But for the matches behind the header. */
static bool header_matches(const struct flow *flow, const struct rule *r)
{
	bool proto = !r->proto || (flow->proto && (flow->proto == r->proto) != !!(r->inverted & XT_INV_PROTO));

	return proto && !r->fragments &&
	       interface_matches(flow->from.ifname, r->in, r->in_mask, r->inverted & IP6T_INV_VIA_IN) &&
	       interface_matches(flow->to.ifname, r->out, r->out_mask, r->inverted & IP6T_INV_VIA_OUT) &&
	       address_matches(&flow->from, r->addr[0], r->mask[0], r->addr_len, r->inverted & IP6T_INV_SRCIP) &&
	       address_matches(&flow->to, r->addr[1], r->mask[1], r->addr_len, r->inverted & IP6T_INV_DSTIP);
}

/* Does the rule make packets leave its chain, now or behind the chain that it goes to? */
static bool leaves(const struct xt_entry_target *t, const struct rule *r)
{
	int verdict;

	if (t->u.user.name[0] || r->next - r->target < sizeof(struct xt_standard_target))
		return false;
	verdict = ((const struct xt_standard_target *)(const void *)t)->verdict;
	return verdict == XT_RETURN || (verdict >= 0 && r->is_goto);
}

/* A walk of one packet, or of those alike. */
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
	bool behind;	  /* has been sent to the policy */
	uint8_t *entered; /* for each place in the blob: a bit for a chain entered there, without and with doubt */
};

/* To the rule behind the jump that led here, or to the policy; false where a forged table does not end. */
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
 * To the chain at TARGET, from the rule before NEXT; false where there is none, or too many are nested.
 * A chain that was walked before with the same doubt has decided nothing, and would not now. So the walk ends, whatever
 * jumps where, and however often: the kernel allows no loops (mark_source_chains()), but chains that jump
 * twice each to the next.
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
		/* A standard target has an empty name: a verdict, or where to jump. */
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
			/* Rather no alarm than a false one. */
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

/*
 * In whose chain is the entry AT, and which rule of it? A chain of the user's begins behind a target
 * ERROR that holds its name, one of the kernel's at START. False where there is none such.
 */
static bool find_place(const struct flow *flow, const uint8_t *blob, size_t size, size_t start, size_t at,
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

/* Asking for a table that is not there makes it. */
static bool table_there(uint8_t family, const char *table)
{
	char line[XT_TABLE_MAXNAMELEN + 2];

	snprintf(line, sizeof(line), "%s\n", table);
	return file_has(family == NFPROTO_IPV4 ? "/proc/thread-self/net/ip_tables_names"
					       : "/proc/thread-self/net/ip6_tables_names",
			line);
}

/* The tables that may drop, in the order in which a packet meets them, and the hooks that they have (iptables(8)). */
static const struct {
	const char *name;
	unsigned int hooks;
} tables[XTABLES] = {
	{ "raw", 1U << NF_INET_PRE_ROUTING | 1U << NF_INET_LOCAL_OUT },
	{ "mangle", (1U << NF_INET_NUMHOOKS) - 1 },
	{ "filter", 1U << NF_INET_LOCAL_IN | 1U << NF_INET_FORWARD | 1U << NF_INET_LOCAL_OUT },
};

static const char *const base_chains[NF_INET_NUMHOOKS] = {
	[NF_INET_PRE_ROUTING] = "PREROUTING", [NF_INET_LOCAL_IN] = "INPUT",	      [NF_INET_FORWARD] = "FORWARD",
	[NF_INET_LOCAL_OUT] = "OUTPUT",	      [NF_INET_POST_ROUTING] = "POSTROUTING",
};

/* Is the table there, and at the hook of FLOW? */
static bool may_drop(struct xtables *x, const struct flow *flow, size_t table)
{
	bool v4 = flow->family == NFPROTO_IPV4;

	for (size_t i = 0; !x->looked[v4] && i < XTABLES; i++)
		x->there[v4][i] = table_there(flow->family, tables[i].name);
	x->looked[v4] = true;
	return flow->at == AT_HOOK && tables[table].hooks >> flow->hook & 1 && x->there[v4][table];
}

bool xtables_there(struct xtables *x, const struct flow *flow)
{
	for (size_t i = 0; i < XTABLES; i++)
		if (may_drop(x, flow, i))
			return true;
	return false;
}

/* Info of the two families is the same structure. */
static int get_entries(int fd, int level, int what_info, int what_entries, const char *table, unsigned int most,
		       struct ip6t_getinfo *info, struct ip6t_get_entries **out)
{
	socklen_t len = sizeof(*info);
	struct ip6t_get_entries *e;

	snprintf(info->name, sizeof(info->name), "%s", table);
	if (getsockopt(fd, level, what_info, info, &len))
		return -errno;
	if (info->num_entries > most || info->size > SIZE_MAX_ENTRIES)
		return -E2BIG;
	len = (socklen_t)(sizeof(*e) + info->size);
	e = calloc(1, len);
	if (!e)
		return -ENOMEM;
	snprintf(e->name, sizeof(e->name), "%s", table);
	e->size = info->size;
	*out = e;
	return getsockopt(fd, level, what_entries, e, &len) ? -errno : 0;
}

/* A table that is there, unless it is too large; *OUT is for free(), also where it fails. */
static int read_table(struct xtables *x, uint8_t family, const char *table, struct ip6t_getinfo *info,
		      struct ip6t_get_entries **out, struct err *err)
{
	bool v4 = family == NFPROTO_IPV4;
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret = 0;

	*out = NULL;
	if (fd < 0)
		return err_sys(err, errno, "reading the rules of iptables-legacy");
	/* EAGAIN: the rules changed between the two questions. */
	for (int try = 0; try < NL_DUMP_TRIES && (!try || ret == -EAGAIN); try++) {
		free(*out);
		*out = NULL;
		ret = v4 ? get_entries(fd, IPPROTO_IP, IPT_SO_GET_INFO, IPT_SO_GET_ENTRIES, table, x->most, info, out)
			 : get_entries(fd, IPPROTO_IPV6, IP6T_SO_GET_INFO, IP6T_SO_GET_ENTRIES, table, x->most, info,
				       out);
	}
	close(fd);
	if (ret == -E2BIG) {
		x->unknown = true;
		return 0;
	}
	return ret ? err_sys(err, -ret, "reading the rules of iptables-legacy") : 0;
}

void xtables_begin(struct xtables *x, unsigned int most)
{
	memset(x, 0, sizeof(*x));
	x->most = most;
}

void xtables_end(struct xtables *x)
{
	for (size_t i = 0; i < 2 * (size_t)XTABLES; i++) {
		free(x->tables[i / XTABLES][i % XTABLES].info);
		free(x->tables[i / XTABLES][i % XTABLES].entries);
	}
}

/* A table of FLOW's family, once. */
static int read_once(struct xtables *x, const struct flow *flow, size_t table, struct err *err)
{
	bool v4 = flow->family == NFPROTO_IPV4;
	int ret;

	if (x->tables[v4][table].asked || !may_drop(x, flow, table))
		return 0;
	x->tables[v4][table].info = calloc(1, sizeof(*x->tables[v4][table].info));
	if (!x->tables[v4][table].info)
		return err_sys(err, ENOMEM, "reading the rules of iptables-legacy");
	x->tables[v4][table].asked = true;
	ret = read_table(x, flow->family, tables[table].name, x->tables[v4][table].info, &x->tables[v4][table].entries,
			 err);
	if (ret) {
		free(x->tables[v4][table].entries);
		x->tables[v4][table].entries = NULL;
	}
	return ret;
}

static int table_barrier(struct xtables *x, const struct flow *flow, size_t table, struct barrier *barrier, bool *found,
			 struct err *err)
{
	bool v4 = flow->family == NFPROTO_IPV4, policy = false;
	const struct ip6t_getinfo *info;
	const struct ip6t_get_entries *e;
	int ret = read_once(x, flow, table, err);
	size_t at;

	info = x->tables[v4][table].info;
	e = x->tables[v4][table].entries;
	if (ret || !e)
		return ret;
	at = info->hook_entry[flow->hook];
	ret = xtables_drops(flow, e->entrytable, e->size, &at, info->underflow[flow->hook], &policy);
	if (ret < 0)
		return err_sys(err, -ret, "reading the rules of iptables-legacy");
	memset(barrier, 0, sizeof(*barrier));
	if (!ret)
		return 0;
	*found = true;
	barrier->tool = BARRIER_XTABLES;
	barrier->policy = policy;
	snprintf(barrier->family, sizeof(barrier->family), "%s", v4 ? "ip" : "ip6");
	snprintf(barrier->table, sizeof(barrier->table), "%s", tables[table].name);
	snprintf(barrier->base, sizeof(barrier->base), "%s", base_chains[flow->hook]);
	if (!find_place(flow, (const uint8_t *)e->entrytable, e->size, info->hook_entry[flow->hook], at, barrier)) {
		snprintf(barrier->chain, sizeof(barrier->chain), "%s", barrier->base);
		barrier->position = 0;
	}
	/* The chains of ufw's have its name. */
	barrier->ufw = memmem(e->entrytable, e->size, "ufw", 3);
	return 0;
}

int xtables_barrier(struct xtables *x, const struct flow *flow, struct barrier *barrier, bool *found, struct err *err)
{
	int ret = 0;

	*found = false;
	for (size_t i = 0; !ret && !*found && i < XTABLES; i++)
		if (may_drop(x, flow, i))
			ret = table_barrier(x, flow, i, barrier, found, err);
	return ret;
}

/* Is the entry AT in a base chain of another hook than those of ACTION? */
static bool elsewhere(const struct action *action, const struct ip6t_getinfo *info, size_t at)
{
	for (unsigned int hook = 0; hook < NF_INET_NUMHOOKS; hook++)
		if (info->valid_hooks >> hook & 1 && at >= info->hook_entry[hook] && at <= info->underflow[hook])
			return !(action->hooks >> hook & 1);
	return false;
}

/* Where it comes from need not be known: not from where it goes to. */
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

int xtables_action(struct xtables *x, const struct action *action, const struct flow *flow, bool *found,
		   struct err *err)
{
	int ret = 0;

	*found = false;
	for (size_t i = 0; i < 2 && action->tables[i] && !ret && !*found; i++) {
		struct ip6t_get_entries *e = NULL;
		struct ip6t_getinfo info = { .size = 0 };

		if (table_there(flow->family, action->tables[i]))
			ret = read_table(x, flow->family, action->tables[i], &info, &e, err);
		if (!ret && e)
			*found = xtables_does(action, flow, e->entrytable, e->size, &info);
		free(e);
	}
	return ret;
}
