/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP through the tunnel, watched on its device: where ICMP passes and TCP does not, which segments
 * come and go tells what is lost. RFC 9293 sections 3.5 and 3.8.1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/inet6.h"
#include "base/list.h"
#include "base/loop.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/exam.h"
#include "doctor/frame.h"
#include "doctor/resolver.h"
#include "doctor/watch.h"
#include "spec/spec.h"

#define PORT 80
#define STEP_MS 100
#define PATIENCE 7500 /* ms for the name and the first echo */
#define TRIAL_MS 4500 /* ms from the first SYN: two repeats come within (RFC 6298: after 1 s and 3 s) */
#define FIRST_REPEAT_MS 1300
#define SECOND_REPEAT_MS 3300
#define REQUEST "HEAD / HTTP/1.0\r\n\r\n"

/* A connection to one target. */
struct tcp_trial {
	struct exam *e;
	unsigned int target; /* which of e->targets */
	int fd;
	struct in6_addr to;
	uint16_t port; /* ours */
	int64_t began, connected;
	unsigned int syn, syn_ack, ack, wrong;
	int refused; /* errno of connect(), 0 where it began */
	bool sent, acked, over;
};

/* How many trials: without a target that was named there is the far end. */
static unsigned int count(const struct exam *e)
{
	return !e->trials ? 0 : e->n_targets ? e->n_targets : 1;
}

static void see_of(struct tcp_trial *t, const struct view *v)
{
	const struct frame *f = &v->frame;

	if (v->outgoing) {
		if (f->sport != t->port || !addr6_equal(&f->dest, &t->to))
			return;
		t->syn += (f->flags & (FRAME_SYN | FRAME_ACK)) == FRAME_SYN;
		t->ack += (f->flags & (FRAME_SYN | FRAME_ACK | FRAME_RST)) == FRAME_ACK;
		return;
	}
	if (f->dport != t->port || !addr6_equal(&f->source, &t->to))
		return;
	t->syn_ack += (f->flags & (FRAME_SYN | FRAME_ACK)) == (FRAME_SYN | FRAME_ACK);
	t->wrong += v->checksum_known && f->whole && !f->checksum_right;
}

static void see(const struct view *v, void *data)
{
	const struct exam *e = data;

	for (unsigned int i = 0; v->frame.tcp && i < count(e); i++)
		if (e->trials[i].port)
			see_of(&e->trials[i], v);
}

/* To whom: an address that was named, a name that has one, else the far end. False: not known yet, or never. */
static bool find_target(struct tcp_trial *t, bool *never)
{
	const struct exam *e = t->e;
	const struct lookup *l = e->lookups ? &e->lookups[t->target] : NULL;

	*never = false;
	if (!e->n_targets) {
		t->to = e->subject.far;
		*never = !e->subject.has_far;
		return e->subject.has_far;
	}
	if (inet_pton(AF_INET6, list_text_at(e->targets, t->target), &t->to) == 1)
		return true;
	*never = !l || (l->done && !l->found.has6);
	if (*never || !l->done)
		return false;
	t->to = l->found.addr6;
	return true;
}

static bool begin(struct tcp_trial *t)
{
	struct exam *e = t->e;
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) }, own = { 0 };
	socklen_t len = sizeof(own);

	to.sin6_addr = t->to;
	own.sin6_family = AF_INET6;
	if (e->subject.has_inner && e->subject.has_far && addr6_equal(&t->to, &e->subject.far))
		own.sin6_addr = e->subject.inner;
	t->fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	exam_own(e, t->fd);
	if (t->fd < 0 ||
	    setsockopt(t->fd, SOL_SOCKET, SO_BINDTODEVICE, e->subject.dev, (socklen_t)strlen(e->subject.dev) + 1) ||
	    bind(t->fd, (struct sockaddr *)&own, sizeof(own)) || getsockname(t->fd, (struct sockaddr *)&own, &len))
		return false;
	t->port = ntohs(own.sin6_port);
	t->began = loop_now();
	if (connect(t->fd, (struct sockaddr *)&to, sizeof(to)) && errno != EINPROGRESS)
		t->refused = errno;
	return !t->refused;
}

/* Data acknowledges the handshake as well: first there is time to see whether the ACK alone did. */
static void send_data(struct tcp_trial *t)
{
	if (!t->sent && loop_now() > t->connected + (t->syn_ack > 1 ? SECOND_REPEAT_MS : FIRST_REPEAT_MS))
		t->sent = send(t->fd, REQUEST, strlen(REQUEST), MSG_NOSIGNAL) > 0;
}

static void look(struct tcp_trial *t)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(t->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return;
	if (info.tcpi_state == TCP_CLOSE) { /* refused, which is an answer, or nobody answered */
		t->over = true;
		return;
	}
	if (info.tcpi_state == TCP_SYN_SENT)
		return;
	if (!t->connected)
		t->connected = loop_now();
	t->acked = t->sent && !info.tcpi_unacked;
	t->over = t->acked;
	send_data(t);
}

static void on_timer(struct task *task, bool ready, void *data)
{
	struct tcp_trial *t = data;
	struct exam *e = t->e;
	int64_t now = loop_now();
	bool never = false;

	(void)ready;
	task->due = now + STEP_MS;
	if (t->port) {
		look(t);
		if (t->over || now > t->began + TRIAL_MS)
			loop_end(&e->loop, task);
		return;
	}
	if (e->seen.answered6 && find_target(t, &never)) {
		if (!begin(t))
			loop_end(&e->loop, task);
	} else if (never || (e->seen.over && !e->seen.answered6) || now > t->began + PATIENCE) {
		loop_end(&e->loop, task);
	}
}

void start_tcp(struct exam *e)
{
	if (exam_hopeless(e) || !(e->trials = calloc(e->n_targets + !e->n_targets, sizeof(*e->trials))))
		return;
	watch_add(&e->inside, see, e);
	for (unsigned int i = 0; i < count(e); i++) {
		struct tcp_trial *t = &e->trials[i];

		t->e = e;
		t->target = i;
		t->fd = -1;
		t->began = loop_now();
		loop_add(&e->loop, -1, loop_now(), on_timer, t, false);
	}
}

/* What was lost on the way though the target is there. */
static void judge_losses(struct exam *e, const struct tcp_trial *t, const char *text)
{
	if (t->wrong)
		exam_advice(exam_found(e, CAUSE_TCP_CHECKSUM, "%u segments from %s port %d came with a wrong checksum",
				       t->wrong, text, PORT),
			    "switch off checksum offload on the interface behind which the target is: 'ethtool -K "
			    "IFACE tx off' on the "
			    "target or the far end");
	else if (t->connected && t->syn_ack > (t->acked ? 2 : 1)) /* one repeat may have another reason */
		exam_advice(
			exam_found(e, CAUSE_TCP_ACK_LOST,
				   "%u SYN/ACK came from %s port %d, though %u of our segments left after the first",
				   t->syn_ack, text, PORT, t->ack),
			"in the router on the way switch off hardware offload (fastpath), then software flow offload "
			"(flow cache); the test: "
			"while 'tcpdump -i WAN' runs in it all packets go by software, and TCP works");
	else if (t->connected && t->sent && !t->acked)
		exam_advice(exam_found(e, CAUSE_TCP_DATA_LOST,
				       "%s port %d connects, and %zu bytes are not acknowledged after %d s", text, PORT,
				       strlen(REQUEST), TRIAL_MS / 1000),
			    "in the router on the way switch off hardware and software flow offload; then look at the "
			    "path MTU of the other "
			    "direction");
}

static bool is_silent(const struct tcp_trial *t)
{
	return t->port && !t->refused && !t->connected && !t->over && !t->wrong;
}

/* Nobody answers. One of several may be down: then the others tell that TCP passes. */
static void judge_silence(struct exam *e, const struct tcp_trial *t, const char *text)
{
	bool passes = false;

	for (unsigned int i = 0; i < count(e); i++)
		passes = passes || e->trials[i].connected || e->trials[i].over;
	if (!e->n_targets)
		exam_skip(e, "%s does not answer on TCP port %d, which need not be a fault: name a target", text, PORT);
	else if (passes)
		exam_skip(e, "%s does not answer on TCP port %d, though others do", text, PORT);
	else
		exam_advice(exam_found(e, CAUSE_TCP_SYN_LOST, "%u SYN left for %s port %d, and %s came back", t->syn,
				       text, PORT,
				       t->syn_ack ? "only SYN/ACK that the kernel did not take" : "nothing"),
			    "is there a server, and does its filter let TCP port %d in? Try another target: 'sitctl "
			    "doctor %s target HOST'",
			    PORT, e->subject.name);
}

void check_tcp(struct exam *e)
{
	unsigned int tried = 0, answered = 0;
	char text[NET6_TEXT], all[EXAM_TEXT] = "";

	for (unsigned int i = 0; i < count(e); i++) {
		const struct tcp_trial *t = &e->trials[i];

		if (!t->port)
			continue;
		addr6_text(&t->to, text);
		tried++;
		if (t->refused) {
			exam_skip(e, "no connection to %s leaves by %s: %s", text, e->subject.dev,
				  strerror(t->refused));
			continue;
		}
		if (is_silent(t)) {
			judge_silence(e, t, text);
			continue;
		}
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s port %d %s", answered++ ? ", " : "", text,
			 PORT,
			 t->acked	? "takes data"
			 : t->connected ? "connects"
					: "answers");
		judge_losses(e, t, text);
	}
	if (!tried)
		exam_skip(e, e->seen.answered6 ? "no target to connect to" : "the tunnel is silent");
	else if (!e->skipped)
		exam_ok(e, "%s", all);
}
