/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Read the tables from the kernel as iptables itself does (net/ipv6/netfilter/ip6_tables.c, get_entries()). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filters/xtables.h" /* before linux/: glibc and the kernel define the same names */
#include "base/textfile.h"
#include "filters/xtwalk.h"
#include "netlink/socket.h"

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#define SIZE_MAX_ENTRIES (64 << 20)

/* Asking for a table that does not exist would create it. */
static bool table_there(uint8_t family, const char *table)
{
	char line[XT_TABLE_MAXNAMELEN + 2];

	snprintf(line, sizeof(line), "%s\n", table);
	return file_has(family == NFPROTO_IPV4 ? "/proc/thread-self/net/ip_tables_names"
					       : "/proc/thread-self/net/ip6_tables_names",
			line);
}

/* The tables that may drop, in the order in which a packet meets them, and their hooks (iptables(8)). */
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

/* Does the table exist, with the hook of FLOW? */
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

/* The info structure is the same for both families. */
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

/* Read an existing table, unless it is too large. The caller frees *OUT, also after an error. */
static int read_table(struct xtables *x, uint8_t family, const char *table, struct ip6t_getinfo *info,
		      struct ip6t_get_entries **out, struct err *err)
{
	bool v4 = family == NFPROTO_IPV4;
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret = 0;

	*out = NULL;
	if (fd < 0)
		return err_sys(err, errno, "reading the iptables-legacy rules");
	/* EAGAIN: the rules changed between the two calls. */
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
	return ret ? err_sys(err, -ret, "reading the iptables-legacy rules") : 0;
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

/* Read a table of FLOW's family, if not done before. */
static int read_once(struct xtables *x, const struct flow *flow, size_t table, struct err *err)
{
	bool v4 = flow->family == NFPROTO_IPV4;
	int ret;

	if (x->tables[v4][table].asked || !may_drop(x, flow, table))
		return 0;
	x->tables[v4][table].info = calloc(1, sizeof(*x->tables[v4][table].info));
	if (!x->tables[v4][table].info)
		return err_sys(err, ENOMEM, "reading the iptables-legacy rules");
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
		return err_sys(err, -ret, "reading the iptables-legacy rules");
	memset(barrier, 0, sizeof(*barrier));
	if (!ret)
		return 0;
	*found = true;
	barrier->tool = BARRIER_XTABLES;
	barrier->policy = policy;
	barrier->tracked = strcmp(tables[table].name, "raw") != 0;
	snprintf(barrier->family, sizeof(barrier->family), "%s", v4 ? "ip" : "ip6");
	snprintf(barrier->table, sizeof(barrier->table), "%s", tables[table].name);
	snprintf(barrier->base, sizeof(barrier->base), "%s", base_chains[flow->hook]);
	if (!xtables_place(flow, (const uint8_t *)e->entrytable, e->size, info->hook_entry[flow->hook], at, barrier)) {
		snprintf(barrier->chain, sizeof(barrier->chain), "%s", barrier->base);
		barrier->position = 0;
	}
	/* The names of ufw's chains contain "ufw". */
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
