/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of the kernel, and of the tunnel's device and its addresses. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/err.h" /* before linux/: glibc and the kernel define the same names */
#include "base/inet6.h"
#include "base/textfile.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "doctor/resolver.h"
#include "doctor/subject.h"
#include "kernel/link.h"
#include "kernel/mark.h"
#include "kernel/route.h"
#include "plan/rules.h"
#include "state/snapshot.h"

#include <linux/rtnetlink.h>

/* Is the module loaded, built in, or one that the kernel can load (modules.dep(5))? */
static bool has_sit(const struct snapshot *s)
{
	struct utsname uts;
	char path[320];

	for (size_t i = 0; i < s->n_links; i++)
		if (s->links[i].is_sit)
			return true;
	if (!access("/sys/module/sit", F_OK) || uname(&uts))
		return true;
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/lib/modules/%s/modules.%s", uts.release, i ? "builtin" : "dep");
		if (file_has(path, "/sit.ko"))
			return true;
	}
	return false;
}

void check_kernel(struct exam *e)
{
	struct utsname uts = { .release = "" };
	struct err ignored;

	uname(&uts);
	exam_ok(e, "Linux %s", uts.release);
	if (rule_ipv6(&ignored)) {
		exam_found(e, CAUSE_IPV6_OFF, "Linux %s is running, and /proc/sys/net/ipv6 does not exist",
			   uts.release);
		return;
	}
	if (!has_sit(&e->host->s))
		exam_found(e, CAUSE_SIT_MISSING,
			   "Linux %s: the module 'sit' is not loaded, and is not among its modules in /lib/modules",
			   uts.release);
	/* Writing to 'all' sets every device, but each then follows its own value; a future one gets the default. */
	if (conf_value(6, "all", "disable_ipv6") == 1 &&
	    conf_value(6, e->subject.link ? e->subject.dev : "default", "disable_ipv6") == 1)
		exam_command(exam_found(e, CAUSE_IPV6_DISABLED_HOST, "net.ipv6.conf.all.disable_ipv6 is 1"),
			     "sysctl -w net.ipv6.conf.all.disable_ipv6=0%s%s", exam_repair(e) ? "; " : "",
			     exam_repair(e) ? exam_repair(e) : "");
}

/* The commands that recreate a foreign device as it is, but with mode ip6ip; "" if SIZE is too small. */
static void remake(struct exam *e, char *buf, size_t size)
{
	const struct link *l = e->subject.link;
	const char *name = exam_word(e, l->name);
	char text[NET6_TEXT];
	FILE *out = fmemopen(buf, size, "w");

	*buf = '\0';
	if (!out)
		return;
	fprintf(out, "ip link del %s; ip link add name %s type sit mode ip6ip remote %s", name, name,
		addr4_text(l->remote, text));
	if (l->local.s_addr)
		fprintf(out, " local %s", addr4_text(l->local, text));
	if (l->ttl)
		fprintf(out, " ttl %u", l->ttl);
	if (l->tos)
		fprintf(out, " tos 0x%x", l->tos);
	if (l->underlay)
		fprintf(out, " dev %s", exam_word(e, l->underlay_name));
	if (l->fwmark)
		fprintf(out, " fwmark 0x%x", l->fwmark);
	fprintf(out, "; ip link set %s mtu %u up", name, l->mtu);
	for (size_t i = 0; i < e->host->s.n_addrs; i++)
		if (e->host->s.addrs[i].index == l->index && !addr6_not_host(&e->host->s.addrs[i].net.addr))
			fprintf(out, "; ip addr add %s dev %s", net6_text(&e->host->s.addrs[i].net, text), name);
	for (size_t i = 0; i < e->host->s.n_routes; i++) {
		const struct route *r = &e->host->s.routes[i];

		if (r->index != l->index || r->proto == RTPROT_KERNEL || r->type != RTN_UNICAST)
			continue;
		fprintf(out, "; ip -6 route add %s", r->dst.len ? net6_text(&r->dst, text) : "default");
		if (r->has_gateway)
			fprintf(out, " via %s", addr6_text(&r->gateway, text));
		fprintf(out, " dev %s metric %u", name, r->metric);
	}
	if (e->subject.table && e->subject.table != RT_TABLE_MAIN)
		fprintf(out, "; ip -6 route add default dev %s table %u", name, e->subject.table);
	exam_written(out, buf, size);
}

static bool has_endpoints(const struct link *l, const struct subject *p)
{
	return l->is_sit && l->remote.s_addr == p->remote.s_addr && l->local.s_addr == p->spec.local.s_addr;
}

/* Is L a foreign device that looks like the tunnel: up, with the same far end, and with the configured address? */
static bool works(const struct exam *e, const struct link *l)
{
	const struct subject *p = &e->subject;

	if (link_ours(l) || p->server || !l->is_sit || !l->up || l->remote.s_addr != p->remote.s_addr)
		return false;
	for (size_t i = 0; i < e->host->s.n_addrs; i++)
		if (e->host->s.addrs[i].index == l->index &&
		    addr6_equal(&e->host->s.addrs[i].net.addr, &spec_first(&p->spec)->addr))
			return true;
	return false;
}

static void check_absent(struct exam *e)
{
	const struct subject *p = &e->subject;
	char remote[NET6_TEXT], local[NET6_TEXT];

	for (size_t i = 0; p->remote.s_addr && i < e->host->s.n_links; i++) {
		const struct link *l = &e->host->s.links[i];
		const char *name = exam_word(e, l->name);
		struct finding *f;

		if (!has_endpoints(l, p))
			continue;
		f = exam_found(e, CAUSE_ENDPOINTS_TAKEN, "the device %s has remote %s and local %s", l->name,
			       addr4_text(l->remote, remote), l->local.s_addr ? addr4_text(l->local, local) : "any");
		if (works(e, l))
			exam_advice(f,
				    "to keep that device, run '%sclient adopt %s' and abandon %s; to replace it, run "
				    "'ip link del %s; %s'",
				    e->prefix, name, p->name, name, exam_repair(e));
		else
			exam_command(f, "ip link del %s; %s", name, exam_repair(e));
		return;
	}
	exam_mend(e, exam_found(e, CAUSE_DEVICE_MISSING, "no interface is named %s", p->dev), "");
}

static bool has_address(const struct exam *e)
{
	for (size_t i = 0; i < e->host->s.n_addrs; i++)
		if (e->host->s.addrs[i].index == e->subject.link->index &&
		    !addr6_not_host(&e->host->s.addrs[i].net.addr))
			return true;
	return false;
}

static void check_present(struct exam *e)
{
	const struct link *l = e->subject.link;
	char command[EXAM_REMEDY];

	if (!l->up) {
		snprintf(command, sizeof(command), "ip link set %s up", exam_word(e, l->name));
		exam_mend(e, exam_found(e, CAUSE_DEVICE_DOWN, "%s is down", l->name), command);
		return;
	}
	if (conf_value(6, l->name, "disable_ipv6") == 1 && !exam_has(e, CAUSE_IPV6_DISABLED_HOST)) {
		snprintf(command, sizeof(command), "sysctl -w %s=0", exam_conf(e, 6, l->name, "disable_ipv6"));
		exam_mend(e, exam_found(e, CAUSE_IPV6_DISABLED_DEVICE, "net.ipv6.conf.%s.disable_ipv6 is 1", l->name),
			  command);
	} else if (!has_address(e) && !exam_has(e, CAUSE_IPV6_DISABLED_HOST)) {
		struct finding *f = exam_found(e, CAUSE_ADDRESS_MISSING, "%s has no global address", l->name);

		if (exam_repair(e))
			exam_mend(e, f, "");
		else
			exam_advice(f,
				    "run 'ip addr add ADDRESS/LEN dev %s' with the address that the far end's operator "
				    "gave you",
				    l->name);
	}
	if (l->proto != IPPROTO_IPV6) {
		remake(e, command, sizeof(command));
		exam_command(exam_found(e, CAUSE_DEVICE_MODE_ANY, "the mode of %s is 'any'", l->name), "%s", command);
	}
}

void check_device(struct exam *e)
{
	const struct link *l = e->subject.link;
	char other[IFNAMSIZ];
	struct finding *f;
	bool ours = l && (!e->subject.desired || (link_ours(l) && !strcmp(link_tunnel_name(l), e->subject.name)));

	if (!l) {
		check_absent(e);
		return;
	}
	exam_ok(e, "%s is up, MTU %u", l->name, l->mtu);
	if (ours) {
		check_present(e);
		return;
	}
	f = exam_found(e, CAUSE_NAME_TAKEN, "%s is %s", l->name,
		       link_ours(l) ? "another tunnel that sitctl made"
		       : l->is_sit  ? "a SIT device that sitctl did not make"
				    : "not a SIT device");
	snprintf(other, sizeof(other), "%.10s-was", l->name);
	/* A device that works is adopted as it is. Renaming a device would not free the endpoints. */
	if (works(e, l))
		exam_command(f, "%sclient adopt %s", e->prefix, exam_word(e, l->name));
	else if (has_endpoints(l, &e->subject))
		exam_command(f, "ip link del %s; %s", exam_word(e, l->name), exam_repair(e));
	else
		exam_command(f, "ip link set %s down; ip link set %s name %s; %s", exam_word(e, l->name),
			     exam_word(e, l->name), exam_word(e, other), exam_repair(e));
}
