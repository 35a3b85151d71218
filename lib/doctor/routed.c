/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the far end route the client's prefixes to this client? It gets an echo request from an address in each of them.
 * This host need not have that address: the answer is seen as it comes out of the tunnel.
 */
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/inet6.h"
#include "base/loop.h"
#include "doctor/anysource.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "doctor/frame.h"
#include "doctor/loss.h"
#include "doctor/resolver.h"
#include "doctor/watch.h"
#include "spec/spec.h"

#define PREFIXES 4 /* that are tested; the same far end routes any others */
#define STEP_MS 100
#define PATIENCE 4500 /* ms within which an echo request from the tunnel's own address must be answered */
#define SPACE_MIN 200 /* ms between requests */
#define WAIT_MIN 500  /* ms for the last answer, on top of one and a half round trips */

struct routed {
	int fd;
	uint16_t id, tries;
	int64_t began, sent;
	unsigned int n;
	struct {
		const struct net6 *net;
		struct in6_addr source;
		bool left, answered;
	} from[PREFIXES];
	bool over; /* everything is answered or overdue */
};

static void see(const struct view *v, void *data)
{
	struct routed *r = ((struct exam *)data)->routed;
	const struct frame *f = &v->frame;

	if (!f->v6 || f->proto != IPPROTO_ICMPV6 || f->echo_id != r->id)
		return;
	for (unsigned int i = 0; i < r->n; i++) {
		if (v->outgoing && f->type == ICMP6_ECHO_REQUEST && addr6_equal(&f->source, &r->from[i].source))
			r->from[i].left = true;
		if (!v->outgoing && f->type == ICMP6_ECHO_REPLY && addr6_equal(&f->dest, &r->from[i].source))
			r->from[i].answered = true;
	}
}

static bool all_answered(const struct routed *r)
{
	for (unsigned int i = 0; i < r->n; i++)
		if (!r->from[i].answered)
			return false;
	return true;
}

static void on_timer(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	struct routed *r = e->routed;
	int64_t now = loop_now(), rtt = loss_rtt(e);
	bool again = loss_explains(e, r->tries);

	(void)ready;
	task->due = now + STEP_MS;
	r->over = all_answered(r) || (!again && now > r->sent + rtt * 3 / 2 + WAIT_MIN);
	if (r->over || (!e->seen.answered6 && now > r->began + PATIENCE)) {
		loop_end(&e->loop, task);
		return;
	}
	if (!e->seen.answered6 || !again || now < r->sent + rtt / 4 + SPACE_MIN)
		return;
	r->tries++;
	r->sent = now;
	for (unsigned int i = 0; i < r->n; i++)
		if (!r->from[i].answered)
			anysource_ask(r->fd, &r->from[i].source, &e->subject.far, 0, r->id, r->tries);
}

void start_routed(struct exam *e)
{
	const struct spec *spec = &e->subject.spec;
	struct routed *r;

	if (e->subject.server || !e->subject.desired || exam_hopeless(e) || !spec->n_prefixes || !e->subject.has_far ||
	    e->inside.fd < 0 || !(r = calloc(1, sizeof(*r))))
		return;
	r->fd = anysource_open(e->subject.dev);
	if (r->fd < 0) {
		free(r);
		return;
	}
	e->routed = r;
	exam_own(e, r->fd);
	r->id = (uint16_t)(getpid() + 5); /* other checks use the ones before */
	r->began = loop_now();
	for (; r->n < PREFIXES && r->n < spec->n_prefixes; r->n++) {
		r->from[r->n].net = &spec->prefixes[r->n].net;
		r->from[r->n].source = net6_first(r->from[r->n].net);
	}
	watch_add(&e->inside, see, e);
	loop_add(&e->loop, -1, loop_now(), on_timer, e, false);
}

/* Why no echo request was sent. */
static const char *unasked(const struct exam *e)
{
	if (e->subject.server)
		return "the prefixes belong to the peer";
	if (!e->subject.desired || !e->subject.spec.n_prefixes)
		return "no prefix is known to be routed to this host";
	if (!e->raw)
		return "not root: capturing packets needs CAP_NET_RAW";
	return e->subject.has_far ? "no echo request can be sent" : "the far end's address in the tunnel is not known";
}

void check_routed(struct exam *e)
{
	char far[NET6_TEXT], source[NET6_TEXT], net[NET6_TEXT], inner[NET6_TEXT];
	const struct routed *r = e->routed;

	if (!r || !r->over) {
		exam_skip(e, "%s",
			  !r		       ? unasked(e)
			  : !e->seen.answered6 ? "no echo request is answered"
					       : "time ran out before an answer came");
		return;
	}
	addr6_text(&e->subject.far, far);
	exam_ok(e, "%s routes %s%s to this host", far, net6_text(r->from[0].net, net),
		r->n > 1 ? " and the others" : "");
	for (unsigned int i = 0; i < r->n; i++)
		if (!r->from[i].answered && !r->from[i].left)
			exam_skip(e, "no echo request from %s left through %s: this host itself drops them",
				  addr6_text(&r->from[i].source, source), e->subject.dev);
		else if (!r->from[i].answered)
			exam_advice(exam_found(e, CAUSE_PREFIX_NOT_ROUTED_HERE,
					       "%s answers echo requests from %s, but no answer to %u requests from %s "
					       "reached this host",
					       far,
					       e->subject.has_inner ? addr6_text(&e->subject.inner, inner)
								    : "this host",
					       r->tries, addr6_text(&r->from[i].source, source)),
				    "have the far end's operator route %s into the tunnel, and accept packets from it; "
				    "if it uses sitctl: 'sitctl server set-peer NAME prefix %s', with a further "
				    "'prefix' for each of the peer's other prefixes, which it would otherwise remove",
				    net6_text(r->from[i].net, net), net);
}
