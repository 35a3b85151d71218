/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/vanished.h" /* before linux/: glibc and the kernel define the same names */
#include "base/inet6.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/subject.h"
#include "plan/points.h"
#include "plan/barriers.h"
#include "state/snapshotfind.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

/* The counter NAME in a file of lines `NAME VALUE`; 0 if there is none. */
static uint64_t counter_in(const char *path, const char *name)
{
	FILE *in = fopen(path, "re");
	size_t len = strlen(name);
	char line[256];
	uint64_t n = 0;

	while (in && fgets(line, sizeof(line), in))
		if (!strncmp(line, name, len) && (line[len] == ' ' || line[len] == '\t'))
			n = strtoull(line + len, NULL, 10);
	if (in)
		fclose(in);
	return n;
}

/* The number of packets that IPsec policies blocked, in or out (net/xfrm/xfrm_proc.c). */
static uint64_t blocked(bool in)
{
	const char *path = "/proc/thread-self/net/xfrm_stat";

	return in ? counter_in(path, "XfrmInPolBlock") + counter_in(path, "XfrmInNoPols")
		  : counter_in(path, "XfrmOutPolBlock");
}

/*
 * The number of packets that rp_filter dropped: TcpExt in netstat has a line of names and then one of values
 * (net/ipv4/proc.c).
 */
static uint64_t reverse_path_drops(void)
{
	FILE *in = fopen("/proc/thread-self/net/netstat", "re");
	char names[8192], values[8192], *name, *value, *names_at = NULL, *values_at = NULL;
	uint64_t n = 0;

	if (!in)
		return 0;
	if (fgets(names, sizeof(names), in) && fgets(values, sizeof(values), in)) {
		name = strtok_r(names, " \n", &names_at);
		value = strtok_r(values, " \n", &values_at);
		while (name && value && strcmp(name, "IPReversePathFilter")) {
			name = strtok_r(NULL, " \n", &names_at);
			value = strtok_r(NULL, " \n", &values_at);
		}
		n = name && value ? strtoull(value, NULL, 10) : 0;
	}
	fclose(in);
	return n;
}

bool is_answer(const struct exam *e, const struct frame *f)
{
	return f->v6 && f->proto == IPPROTO_ICMPV6 && f->type == ICMP6_ECHO_REPLY &&
	       (!e->seen.echo_raw || f->echo_id == e->seen.echo_id) &&
	       (!e->subject.has_far || addr6_equal(&f->source, &e->subject.far));
}

static void see_everywhere(const struct view *v, void *data)
{
	struct exam *e = data;

	if (v->outgoing || !v->frame.v4 || v->frame.proto4 != IPPROTO_IPV6 ||
	    v->frame.source4.s_addr != e->subject.remote.s_addr || !is_answer(e, &v->frame))
		return;
	if (e->subject.underlay && v->index == e->subject.underlay->index) {
		e->seen.answers++;
		e->seen.answers_to = v->frame.dest4;
	} else {
		e->seen.elsewhere = v->index;
		e->seen.answers_elsewhere++;
		if (!e->seen.answers)
			e->seen.answers_to = v->frame.dest4;
	}
}

static void see_inside(const struct view *v, void *data)
{
	struct exam *e = data;

	e->seen.came_out += !v->outgoing && is_answer(e, &v->frame);
}

void vanished_begin(struct exam *e)
{
	e->seen.blocked_in = blocked(true);
	e->seen.blocked_out = blocked(false);
	e->seen.reverse_path_drops = reverse_path_drops();
	watch_add(&e->everywhere, see_everywhere, e);
	watch_add(&e->inside, see_inside, e);
}

/* If a filter drops the packets at one of the points from FIRST to LAST, outside on UNDERLAY, record CAUSE. */
static bool by_filter(struct exam *e, const struct link *underlay, enum point first, enum point last,
		      enum cause_id cause)
{
	struct passing p = { .dev = e->subject.dev,
			     .underlay = underlay ? underlay->name : "",
			     .remote = e->subject.remote,
			     .local = e->subject.local,
			     .inner = e->subject.has_inner ? &e->subject.inner : NULL,
			     .far = e->subject.has_far ? &e->subject.far : NULL,
			     .notrack = e->subject.spec.notrack };
	struct filters filters;
	struct barred b = { .point = first };
	bool found = false;
	struct err ignored;

	if (!e->admin)
		return false;
	filters_begin(&filters, &e->host->c, FILTERS_THOROUGH);
	for (enum point point = first; point <= last && !found; point++)
		if (!point_barrier(&filters, &e->world, &p, point, &b.barrier, &found, &ignored) && found) {
			char text[BARRIER_TEXT];
			struct finding *f;

			point_text(&p, point, b.what, sizeof(b.what));
			point_remedy(&p, point, &b.barrier, b.remedy, sizeof(b.remedy));
			barrier_text(&b, text, sizeof(text));
			f = exam_found(e, cause, "%s", text);
			if (*b.remedy)
				exam_command(f, "%s", b.remedy);
		}
	filters_end(&filters);
	return found;
}

static int count_one(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	++*(unsigned int *)data;
	return 0;
}

static void forget(void *data)
{
	*(unsigned int *)data = 0;
}

/* Does LINK have a traffic control filter (such as tc-u32(8)) in that direction? Then the packets may end there. */
static bool by_traffic_control(struct exam *e, const struct link *link, bool in)
{
	struct nl_batch *batch = &e->host->c.batch;
	unsigned int n = 0;
	struct err ignored;
	struct tcmsg *tc;

	nl_batch_reset(batch);
	tc = nl_start(batch, RTM_GETTFILTER, NLM_F_DUMP, sizeof(*tc));
	if (!link || !tc)
		return false;
	tc->tcm_ifindex = (int)link->index;
	tc->tcm_parent = TC_H_MAKE(TC_H_CLSACT, in ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);
	if (conversation_dump(&e->host->c, NL_ROUTE, count_one, forget, &n, &ignored) || !n)
		return false;
	/* It is not read which filter drops, and what else the filters do: so no command removes them all. */
	exam_advice(exam_found(e, CAUSE_TRAFFIC_CONTROL, "%s, and %s has a tc filter in that direction",
			       in ? "answers arrived and disappeared on their way in"
				  : "echo requests disappeared on their way out",
			       link->name),
		    "see 'tc filter show dev %s %s', and remove the filter that drops or redirects protocol 41 or IPv6",
		    exam_word(e, link->name), in ? "ingress" : "egress");
	return true;
}

/* The counter includes others' packets; ours are N. */
static bool by_policy(struct exam *e, bool in, unsigned int n)
{
	uint64_t grown = blocked(in) - (in ? e->seen.blocked_in : e->seen.blocked_out);

	if (!grown || grown < n)
		return false;
	exam_found(e, CAUSE_XFRM_BLOCKED, "IPsec policies blocked %llu packets during the examination",
		   (unsigned long long)grown);
	return true;
}

/*
 * N answers arrived on LINK. The larger rp_filter of LINK and 'all' applies: with 1, the route back must leave through LINK;
 * with 2, there must be one (__fib_validate_source(), net/ipv4/fib_frontend.c).
 */
static bool by_reverse_path(struct exam *e, const struct link *link, unsigned int n)
{
	int own = conf_value(4, link->name, "rp_filter"), all = conf_value(4, "all", "rp_filter");
	int mode = own > all ? own : all;
	uint64_t dropped = reverse_path_drops() - e->seen.reverse_path_drops;
	char remote[NET6_TEXT];
	const struct link *out;
	struct finding *f;
	struct path path;
	struct err ignored;

	if (mode <= 0 || !dropped || dropped < n ||
	    path_lookup(&e->host->c, e->subject.remote, e->seen.answers_to, 0, 0, &path, &ignored))
		return false;
	out = path.reachable ? snapshot_link_index(&e->host->s, path.index) : NULL;
	if (mode == 1 ? out == link : out != NULL)
		return false;
	f = exam_found(e, CAUSE_RP_FILTER,
		       "answers arrived on %s, and rp_filter dropped %llu packets meanwhile: it is %d for %s and %d "
		       "for 'all', and the route to %s %s%s",
		       link->name, (unsigned long long)dropped, own, link->name, all,
		       addr4_text(e->subject.remote, remote), out ? "leaves through " : "is missing",
		       out ? out->name : "");
	/* Loose mode is enough if there is any route; and 2 on one interface overrides 1 on 'all'. */
	if (out)
		exam_command(f, "sysctl -w %s=2", exam_conf(e, 4, link->name, "rp_filter"));
	return true;
}

/*
 * How well L matches a packet from REMOTE to LOCAL that arrived on INDEX (ipip6_tunnel_lookup(), net/ipv6/sit.c); 0:
 * not at all.
 */
static int match(const struct link *l, struct in_addr remote, struct in_addr local, uint32_t index)
{
	if (!l->is_sit || !l->up || (l->underlay && l->underlay != index) ||
	    (l->remote.s_addr && l->remote.s_addr != remote.s_addr) ||
	    (l->local.s_addr && l->local.s_addr != local.s_addr))
		return 0;
	return 1 + 2 * !!l->remote.s_addr + !!l->local.s_addr;
}

/* Does another device receive the N answers that arrived on IN? */
static bool by_other_device(struct exam *e, const struct link *in, unsigned int n)
{
	const struct snapshot *s = &e->host->s;
	const struct link *best = NULL, *ours = e->subject.link;
	int most = 0;

	for (size_t i = 0; i < s->n_links; i++) {
		int one = match(&s->links[i], e->subject.remote, e->seen.answers_to, in->index);

		if (one > most || (one == most && one && &s->links[i] == ours)) {
			most = one;
			best = &s->links[i];
		}
	}
	if (!best || best == ours)
		return false;
	exam_command(exam_found(e, CAUSE_OTHER_DEVICE,
				"%u answers arrived, but the kernel gives them to %s, whose endpoints match better", n,
				best->name),
		     "ip link set %s down", exam_word(e, best->name));
	return true;
}

/* Does the far end send to another address of this host than the device's local one? */
static bool by_local(struct exam *e, unsigned int n)
{
	char to[NET6_TEXT], local[NET6_TEXT], command[EXAM_REMEDY];
	const struct link *l = e->subject.link;
	struct finding *f;

	if (!l->local.s_addr || l->local.s_addr == e->seen.answers_to.s_addr)
		return false;
	f = exam_found(e, CAUSE_DROPPED_HERE,
		       "%u answers came to %s, but the device accepts only packets to %s, its 'local'", n,
		       addr4_text(e->seen.answers_to, to), addr4_text(l->local, local));
	if (e->subject.desired && !e->subject.server) {
		exam_respell(e, "local", to, command, sizeof(command));
		exam_command(f, "%s", command);
	} else if (!e->subject.desired) {
		exam_command(f, "ip tunnel change %s local %s", exam_word(e, e->subject.dev), to);
	}
	return true;
}

/* Do answers arrive on another interface? A device that is bound to one ignores packets on any other. */
static bool by_other_interface(struct exam *e, const struct link *in)
{
	char command[EXAM_REMEDY];
	const struct link *bound = snapshot_link_index(&e->host->s, e->subject.link->underlay);
	struct finding *f;

	if (!bound)
		return false;
	f = exam_found(e, CAUSE_OTHER_INTERFACE, "answers arrived on %s, but %s accepts only packets that arrive on %s",
		       in->name, e->subject.dev, bound->name);
	if (e->subject.desired && !e->subject.server) {
		exam_respell(e, "dev", in->name, command, sizeof(command));
		exam_command(f, "%s", command);
	} else {
		exam_command(f, "ip tunnel change %s dev %s", exam_word(e, e->subject.dev), exam_word(e, in->name));
	}
	return true;
}

/* Answers came out of the device, but no program received them. */
static void judge_came_out(struct exam *e)
{
	unsigned int n = e->seen.came_out;

	if (!by_filter(e, NULL, POINT_INNER_INGRESS, POINT_INNER_INPUT, CAUSE_INNER_INPUT_DROPPED) &&
	    !by_policy(e, true, n) && !by_traffic_control(e, e->subject.link, true))
		exam_found(e, CAUSE_DROPPED_HERE, "%u answers came out of %s, but none reached the doctor's socket", n,
			   e->subject.dev);
}

void judge_arrived(struct exam *e)
{
	unsigned int n = e->seen.answers ? e->seen.answers : e->seen.answers_elsewhere;
	const struct link *in = e->seen.answers ? e->subject.underlay
						: snapshot_link_index(&e->host->s, e->seen.elsewhere);

	if (e->seen.came_out) {
		judge_came_out(e);
		return;
	}
	if (exam_has(e, CAUSE_INPUT_DROPPED) || !in) {
		exam_skip(e, "answers arrive, but this host drops them");
		return;
	}
	if (!(!e->seen.answers && by_other_interface(e, in)) && !by_reverse_path(e, in, n) &&
	    !by_filter(e, in, POINT_OUTER_INGRESS, POINT_OUTER_INPUT, CAUSE_INPUT_DROPPED) && !by_policy(e, true, n) &&
	    !by_other_device(e, in, n) && !by_local(e, n) && !by_traffic_control(e, in, true))
		exam_found(e, CAUSE_DROPPED_HERE, "%u answers arrived on %s, but none came out of %s", n, in->name,
			   e->subject.dev);
}

/* Did ARP for the next hop fail? Flags of 0 mean that (arp(7)). */
static bool no_arp_answer(const struct exam *e, struct in_addr hop)
{
	FILE *in = fopen("/proc/thread-self/net/arp", "re");
	char line[256], addr[64], flags[16], dev[IFNAMSIZ], wanted[NET6_TEXT];
	bool found = false;

	addr4_text(hop, wanted);
	while (in && !found && fgets(line, sizeof(line), in))
		found = sscanf(line, "%63s %*s %15s %*s %*s %15s", addr, flags, dev) == 3 && !strcmp(flags, "0x0") &&
			!strcmp(addr, wanted) && !strcmp(dev, e->subject.underlay->name);
	if (in)
		fclose(in);
	return found;
}

void judge_unsent(struct exam *e)
{
	const struct link *underlay = e->subject.underlay;
	struct in_addr hop = e->subject.path.gateway.s_addr ? e->subject.path.gateway : e->subject.remote;
	char text[NET6_TEXT];
	struct finding *f;

	if (exam_has(e, CAUSE_OUTPUT_DROPPED)) {
		exam_skip(e, "this host drops the tunnel's outgoing packets");
		return;
	}
	if (underlay && no_arp_answer(e, hop)) {
		exam_advice(exam_found(e, CAUSE_REMOTE_UNREACHABLE, "nobody on %s answers ARP requests for %s, the %s",
				       underlay->name, addr4_text(hop, text),
				       e->subject.path.gateway.s_addr ? "next hop" : "far end"),
			    "check the cable and the addresses on %s; see 'ip neigh show dev %s'", underlay->name,
			    underlay->name);
		return;
	}
	if (by_filter(e, underlay, POINT_INNER_OUTPUT, POINT_INNER_EGRESS, CAUSE_INNER_OUTPUT_DROPPED) ||
	    (underlay && by_filter(e, underlay, POINT_OUTER_OUTPUT, POINT_OUTER_EGRESS, CAUSE_OUTPUT_DROPPED)) ||
	    by_policy(e, false, e->seen.tries) || by_traffic_control(e, e->subject.link, false) ||
	    by_traffic_control(e, underlay, false))
		return;
	f = e->seen.asked6 && underlay
		    ? exam_found(e, CAUSE_NOT_SENT,
				 "echo requests were sent into %s, but no protocol 41 packets left through %s",
				 e->subject.dev, underlay->name)
		    : exam_found(e, CAUSE_NOT_SENT, "%s accepted no echo request: %s", e->subject.dev,
				 strerror(e->seen.refused));
	if (e->seen.asked6 && e->seen.refused)
		exam_advice(f, "find out why the kernel refused them: %s", strerror(e->seen.refused));
}
