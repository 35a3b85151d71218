/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does the far end answer, over IPv4 and inside the tunnel? If not, what do the packets show? */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/inet6.h"
#include "base/loop.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/echo.h"
#include "doctor/exam.h"
#include "doctor/frame.h"
#include "doctor/resolver.h"
#include "doctor/tcp.h"
#include "doctor/ttl.h"
#include "doctor/vanished.h"
#include "doctor/watch.h"

#define TRIES 4
#define PAUSE 600	  /* ms between two tries: a proxied neighbour advertisement may take that long */
#define TIME_EXCEEDED 255 /* instead of a code of destination unreachable */
#define GRACE 1200	  /* ms for the last answer */

struct echo {
	int fd4, fd6, fd_all;
	bool raw4, raw6, raw_all;
	uint16_t id, id_all, tries;
	int64_t began;
	struct task *answers4, *answers6, *timer;
	struct in6_addr to;
};

/* Whoever is at the other end of a link hears this: all nodes (RFC 4291 section 2.7.1). */
static const struct in6_addr all_nodes = { .s6_addr = { 0xff, 0x02, [15] = 1 } };

/* Sees the packets on the underlay. */
static void see_outer(const struct view *v, void *data)
{
	struct exam *e = data;
	struct sightings *s = &e->seen;
	const struct frame *f = &v->frame;

	if (f->error4 && f->quoted_proto == IPPROTO_IPV6 && f->quoted_dest.s_addr == e->subject.remote.s_addr &&
	    !v->outgoing) {
		if (f->type4 == ICMP_DEST_UNREACH && f->code4 == ICMP_FRAG_NEEDED) {
			s->too_big = true;
			s->too_big_mtu = f->mtu4;
			return;
		}
		s->unreachable = true;
		s->code = f->type4 == ICMP_DEST_UNREACH ? f->code4 : TIME_EXCEEDED;
		s->router = f->source4;
		return;
	}
	if (f->proto4 != IPPROTO_IPV6)
		return;
	if (v->outgoing)
		s->sent += f->dest4.s_addr == e->subject.remote.s_addr;
	else if (f->source4.s_addr == e->subject.remote.s_addr)
		s->received++;
	else if (f->v6 && e->subject.has_far && addr6_equal(&f->source, &e->subject.far))
		s->other_source = f->source4;
}

static void end(struct exam *e)
{
	struct echo *x = e->echo;

	if (x->answers4)
		loop_end(&e->loop, x->answers4);
	if (x->answers6)
		loop_end(&e->loop, x->answers6);
	loop_end(&e->loop, x->timer);
	e->seen.over = true;
	x->answers4 = x->answers6 = NULL;
}

static void ask(struct exam *e)
{
	struct echo *x = e->echo;
	int ret;

	x->tries++;
	if (x->fd4 >= 0 && !e->seen.answered4)
		e->seen.asked4 = !echo_send4(x->fd4, e->subject.remote, x->id, x->tries) || e->seen.asked4;
	if (x->fd6 < 0 || e->seen.answered6)
		return;
	e->seen.tries++;
	ret = echo_send6(x->fd6, &x->to, x->id, x->tries, 8);
	e->seen.asked6 = !ret || e->seen.asked6;
	e->seen.refused = -ret;
	/* An answer does not count as the far end's, but it shows that protocol 41 gets through. */
	if (x->raw_all && x->tries > 1)
		echo_send6(x->fd_all, &all_nodes, x->id_all, x->tries, 8);
}

static void on_timer(struct task *task, bool ready, void *data)
{
	struct exam *e = data;

	(void)ready;
	if (e->echo->tries == TRIES || (e->seen.answered6 && (e->seen.answered4 || e->echo->fd4 < 0))) {
		end(e);
		return;
	}
	ask(e);
	task->due = loop_now() + (e->echo->tries == TRIES ? GRACE : PAUSE);
}

static void on_answer4(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	uint16_t seq;

	if (ready && echo_receive4(task->fd, e->echo->raw4, e->subject.remote, e->echo->id, &seq))
		e->seen.answered4 = true;
}

static void on_answer6(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	uint16_t seq;

	if (!ready || !echo_receive6(task->fd, e->echo->raw6, e->echo->id, &seq) || e->seen.answered6)
		return;
	e->seen.answered6 = true;
	e->seen.answer6_ms = (unsigned int)(loop_now() - e->echo->began);
}

void start_echo(struct exam *e)
{
	struct echo *x = calloc(1, sizeof(*x));

	if (!x)
		return;
	e->echo = x;
	x->fd4 = x->fd6 = x->fd_all = -1;
	x->id = (uint16_t)getpid();
	x->id_all = (uint16_t)(x->id + 3); /* other checks use the next ones */
	x->began = loop_now();
	watch_add(&e->underlay, see_outer, e);
	vanished_begin(e);
	if (e->subject.path.reachable)
		x->fd4 = echo_open4(e->subject.link ? e->subject.link->fwmark : e->subject.spec.fwmark, &x->raw4);
	x->to = e->subject.has_far ? e->subject.far : all_nodes;
	if (!exam_hopeless(e)) {
		x->fd6 = echo_open6(e->subject.dev, false, &x->raw6);
		x->fd_all = echo_open6(e->subject.dev, false, &x->raw_all);
	}
	/* Which address the kernel would select is checked elsewhere (routes.c). */
	if (x->fd6 >= 0 && e->subject.has_inner)
		echo_from6(x->fd6, &e->subject.inner);
	exam_own(e, x->fd_all);
	exam_own(e, x->fd4);
	exam_own(e, x->fd6);
	if (x->fd4 >= 0)
		x->answers4 = loop_add(&e->loop, x->fd4, 0, on_answer4, e, true);
	e->seen.echo_raw = x->raw6;
	e->seen.echo_id = x->id;
	if (x->fd6 >= 0)
		x->answers6 = loop_add(&e->loop, x->fd6, 0, on_answer6, e, true);
	if (x->fd4 >= 0 || x->fd6 >= 0)
		x->timer = loop_add(&e->loop, -1, loop_now(), on_timer, e, false);
}

static void judge_error(struct exam *e)
{
	char router[NET6_TEXT], remote[NET6_TEXT], local[NET6_TEXT];
	const struct sightings *s = &e->seen;

	addr4_text(s->router, router);
	addr4_text(e->subject.remote, remote);
	addr4_text(e->subject.local, local);
	/* Linux sends port unreachable if no tunnel accepts the packet (net/ipv4/tunnel4.c); so does a REJECT rule. */
	if ((s->code == ICMP_PROT_UNREACH || s->code == ICMP_PORT_UNREACH) &&
	    s->router.s_addr == e->subject.remote.s_addr)
		exam_advice(
			exam_found(e, CAUSE_FAR_NO_TUNNEL, "%s answered with ICMP %s unreachable", remote,
				   s->code == ICMP_PROT_UNREACH ? "protocol" : "port"),
			"set the tunnel up on the far end ('sitctl %s NAME remote %s address ...' if it uses sitctl); "
			"if the tunnel is already set up there, have the far end's filter accept protocol 41 from %s",
			role_maker(e->subject.server ? ROLE_CLIENT : ROLE_PEER), local, local);
	else if (s->code == ICMP_PROT_UNREACH || s->code == ICMP_PORT_UNREACH || s->code == ICMP_NET_ANO ||
		 s->code == ICMP_HOST_ANO || s->code == ICMP_PKT_FILTERED)
		exam_found(e, CAUSE_PROTOCOL_41_FILTERED,
			   "%s rejected the packets to %s with ICMP destination unreachable, code %u", router, remote,
			   s->code);
	else if (s->code == TIME_EXCEEDED)
		exam_found(
			e, CAUSE_REMOTE_UNREACHABLE,
			"%s answered with ICMP time exceeded: the path has a loop, or is longer than the tunnel's TTL",
			router);
	else
		exam_found(e, CAUSE_REMOTE_UNREACHABLE, "%s answered with ICMP destination unreachable, code %u",
			   router, s->code);
}

/* Nothing came out of the tunnel: the packets on the underlay show why. */
static void judge_silence(struct exam *e)
{
	char remote[NET6_TEXT], other[NET6_TEXT], far[NET6_TEXT], command[EXAM_REMEDY];
	const struct sightings *s = &e->seen;
	struct finding *f;

	addr4_text(e->subject.remote, remote);
	addr6_text(&e->subject.far, far);
	if (ttl_too_small(e) && (s->sent || e->underlay.fd < 0)) {
		exam_skip(e, "the path to the far end is too long for the tunnel's TTL");
	} else if (s->unreachable) {
		judge_error(e);
	} else if (s->other_source.s_addr) {
		addr4_text(s->other_source, other);
		f = exam_found(e, CAUSE_FAR_OTHER_ADDRESS,
			       "%s answered, but in protocol 41 packets from %s instead of %s", far, other, remote);
		exam_respell(e, "remote", other, command, sizeof(command));
		if (e->subject.desired)
			exam_command(f, "%s", command);
		else
			exam_command(f, "ip tunnel change %s remote %s", exam_word(e, e->subject.dev), other);
	} else if (e->underlay.fd >= 0 && !s->sent) {
		judge_unsent(e);
	} else if (s->answers || s->elsewhere || s->came_out) {
		judge_arrived(e);
	} else if (s->received) {
		f = exam_found(e, CAUSE_FAR_SILENT_INSIDE,
			       "%u protocol 41 packets came from %s, so the path to this host is open, but none of "
			       "them contained an answer from %s",
			       s->received, remote, e->subject.has_far ? far : "the far end");
		exam_advice(f,
			    "ask the far end's operator to confirm that its address in the tunnel is %s and yours is "
			    "%s, and that its filter accepts echo requests",
			    e->subject.has_far ? far : "the one you expect",
			    e->subject.has_inner ? addr6_text(&e->subject.inner, other) : "correct");
	} else if (s->answered4 && e->underlay.fd < 0) {
		exam_found(e, CAUSE_PROTOCOL_41_FILTERED,
			   "%s answers an IPv4 ping, but the tunnel is silent; this user is not allowed to capture "
			   "packets: run the doctor as root to learn more",
			   remote);
	} else if (s->answered4) {
		exam_found(e, CAUSE_PROTOCOL_41_FILTERED,
			   "%s answers an IPv4 ping; %u protocol 41 packets left for it, but none came back: only the "
			   "far end can tell in which direction they are lost",
			   remote, s->sent);
	} else if (s->asked4) {
		exam_found(e, CAUSE_REMOTE_SILENT,
			   "%s answers neither an IPv4 ping nor an echo request through the tunnel", remote);
	} else {
		exam_found(e, CAUSE_REMOTE_SILENT, "the tunnel is silent, and this user may not ping %s", remote);
	}
}

void check_echo(struct exam *e)
{
	char far[NET6_TEXT];

	if (!e->seen.answered6 && (e->seen.answered_tcp || tcp_error_came(e))) {
		exam_ok(e, "no echo request %s, but %s: the tunnel works in both directions",
			e->seen.asked6 ? "is answered, perhaps because of a filter" : "could be sent",
			e->seen.answered_tcp ? "TCP is answered" : "ICMPv6 errors come through the tunnel");
		return;
	}
	if (exam_hopeless(e) || !e->echo || !e->seen.asked6) {
		bool answered4 = e->seen.asked4 && e->seen.answered4;
		/* By a filter, a policy or traffic control; a missing route is left to another check. */
		bool dropped = e->seen.refused == EPERM || e->seen.refused == ENOBUFS;

		if (!exam_hopeless(e) && (dropped || (e->seen.refused && !answered4)))
			judge_unsent(e);
		else if (answered4)
			exam_skip(e, "the far end answers over IPv4, but nothing can be sent through the tunnel");
		else if (e->echo && e->echo->fd6 < 0 && !exam_hopeless(e))
			exam_skip(e, "not root: sending an echo request needs CAP_NET_RAW, or a group in "
				     "net.ipv4.ping_group_range");
		else
			exam_skip(e, "nothing can be sent through the tunnel");
		return;
	}
	if (e->seen.answered6)
		exam_ok(e, "%s answers through the tunnel after %u ms",
			e->subject.has_far ? addr6_text(&e->subject.far, far) : "the far end", e->seen.answer6_ms);
	else
		judge_silence(e);
}
