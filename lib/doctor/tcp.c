/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP through the tunnel, watched on its device: the handshake, an empty segment, a request that fills a segment, and
 * the answer. With loss and round-trip time known, what gets through shows what is lost. RFC 9293 sections 3.5, 3.8.1
 * and 3.8.4.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "doctor/tcp.h"
#include "base/inet6.h"
#include "base/list.h"
#include "base/loop.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/frame.h"
#include "doctor/loss.h"
#include "doctor/resolver.h"
#include "doctor/watch.h"
#include "base/sit.h"
#include "spec/spec.h"

#define STEP_MS 100
#define HEAD_START 1200 /* ms for the first echo request: any delay of a first packet is over by then */
#define PATIENCE 7500	/* ms for a name to resolve */
/* SYN is repeated after 1 s, 3 s and 7 s (RFC 6298); if silence would not be a fault, two repeats are enough. */
#define SYN_LAST 7000
#define SYN_LAST_SOON 3000
#define MARGIN 700	/* ms for an answer, on top of one and a half round trips */
#define HEARD_MS 300	/* ms after the handshake: a later acknowledgement is for an empty segment */
#define UNHEARD_MS 8000 /* ms after the handshake; SYN/ACK, too, is repeated after 1 s, 3 s and 7 s */
#define PROBES 60
#define SMALL_SEGMENT (1280 - 60) /* without the headers of IPv6 and TCP (RFC 8200 section 5) */
#define OPTIONS 40		  /* of TCP, at most */
#define RTO_MIN 300		  /* ms; Linux has 200 */
#define REQUEST_MAX 4000	  /* bytes, far more than the lines before the filler; servers accept lines of 8 kB */
#define LAST_LINE "\r\n\r\n"
#define LAST_LINE_LEN (sizeof(LAST_LINE) - 1)
#define REPEATS_MAX 16 /* more would take hours */
#define WINDOW 16384   /* bytes in flight */
#define ENOUGH 6000    /* bytes of an answer, more than one segment */

/* On a server, upstream.c uses the target: it gets the echo requests from the peer's addresses. */
bool tcp_named(const struct exam *e)
{
	return e->n_targets && !e->subject.server;
}

unsigned int tcp_count(const struct exam *e)
{
	return !e->trials ? 0 : tcp_named(e) ? e->n_targets : 1;
}

bool tcp_answered(const struct trial *t)
{
	const struct connection *c = &t->whole;

	return c->connected || (c->over && c->error.number == ECONNREFUSED && !c->error.icmp);
}

enum hop tcp_error_place(const struct trial *t)
{
	const struct tcp_error *error = &t->whole.error;
	const struct subject *p = &t->e->subject;

	if (!error->icmp)
		return HOP_HOST;
	/* The device translates errors of IPv4 routers (ip6_err_gen_icmpv6_unreach() in net/ipv6/icmp.c). */
	if (IN6_IS_ADDR_V4MAPPED(&error->from))
		return HOP_WAY;
	/* A link-local address belongs to the other end of the link. */
	if (IN6_IS_ADDR_LINKLOCAL(&error->from) || (p->has_far && addr6_equal(&error->from, &p->far)))
		return HOP_FAR;
	return HOP_BEYOND;
}

bool tcp_error_came(const struct exam *e)
{
	for (unsigned int i = 0; tcp_named(e) && i < tcp_count(e); i++)
		if (tcp_error_place(&e->trials[i]) > HOP_WAY)
			return true;
	return false;
}

static bool watching(const struct trial *t)
{
	return t->e->inside.fd >= 0;
}

/* The longest known round trip, in ms. */
static int64_t round_trip(const struct trial *t)
{
	struct tcp_info info = { .tcpi_rtt = 0 };
	socklen_t len = sizeof(info);
	int64_t rtt = loss_rtt(t->e);

	if (t->whole.connected && !getsockopt(t->whole.fd, IPPROTO_TCP, TCP_INFO, &info, &len) &&
	    info.tcpi_rtt / 1000 > rtt)
		rtt = info.tcpi_rtt / 1000;
	return rtt;
}

static int64_t patience(const struct trial *t)
{
	return round_trip(t) * 3 / 2 + MARGIN;
}

/* Can segments be larger than what every IPv6 link must carry? */
static bool has_large(const struct trial *t)
{
	return t->e->subject.link->mtu > MTU_MIN;
}

bool tcp_unsent(const struct trial *t)
{
	return watching(t) && t->whole.port && !t->whole.syn;
}

bool tcp_ack_lost(const struct trial *t)
{
	const struct connection *c = &t->whole;

	return c->connected && !c->asked && !t->heard && c->syn_ack > 1 && !loss_explains(t->e, t->unheard);
}

static bool is_quiet(const struct trial *t, const struct connection *c)
{
	return loop_now() > c->moved + patience(t);
}

static bool request_lost(const struct trial *t, const struct connection *c)
{
	return c->asked && !c->taken && !c->closed && !c->over && is_quiet(t, c) && !loss_explains(t->e, c->repeats);
}

bool tcp_out_lost(const struct trial *t)
{
	return request_lost(t, &t->whole) && t->small.taken;
}

bool tcp_data_lost(const struct trial *t)
{
	const struct connection *s = &t->small;

	if (!request_lost(t, &t->whole) || s->taken)
		return false;
	if (!s->port || s->over)
		return s->over || !has_large(t);
	return s->asked ? request_lost(t, s) : loop_now() > s->began + SYN_LAST + patience(t);
}

/* The time in which the target has repeated a segment more often than chance explains; each interval doubles. */
static int64_t answer_time(const struct trial *t)
{
	unsigned int n = loss_enough(t->e);

	return ((INT64_C(1) << (n < REPEATS_MAX ? n : REPEATS_MAX)) - 1) * (RTO_MIN + 2 * round_trip(t));
}

/* Is the answer longer than a small segment? If not, both connections have segments of the same size. */
static bool fills_segment(const struct connection *c)
{
	return c->received > SMALL_SEGMENT - OPTIONS;
}

/* Has more of the answer arrived in small segments than in full ones so far? */
static bool is_behind(const struct trial *t)
{
	const struct connection *w = &t->whole, *s = &t->small;

	return w->acked && !w->closed && !w->over && s->received > w->received && fills_segment(s) &&
	       (!w->received || s->closed || s->received >= w->received + SMALL_SEGMENT);
}

bool tcp_in_lost(const struct trial *t)
{
	return is_behind(t) && loop_now() > t->whole.moved + answer_time(t);
}

static void see_of(struct connection *c, const struct in6_addr *to, const struct view *v)
{
	const struct frame *f = &v->frame;
	size_t until;

	if (v->outgoing) {
		c->syn += f->sport == c->port && addr6_equal(&f->dest, to) &&
			  (f->flags & (FRAME_SYN | FRAME_ACK)) == FRAME_SYN;
		return;
	}
	if (f->dport != c->port || !addr6_equal(&f->source, to))
		return;
	if (v->checksum_known && f->whole && !f->checksum_right) {
		c->wrong++;
		return;
	}
	if (f->flags & FRAME_SYN) {
		c->syn_ack += (f->flags & FRAME_ACK) != 0;
		c->first = f->seq + 1;
		return;
	}
	until = (uint32_t)(f->seq - c->first) + f->payload;
	if (c->syn_ack && f->payload && until < UINT32_MAX / 2 && until > c->seen)
		c->seen = until;
}

static void see(const struct view *v, void *data)
{
	const struct exam *e = data;

	for (unsigned int i = 0; v->frame.tcp && i < tcp_count(e); i++) {
		struct trial *t = &e->trials[i];

		if (t->whole.port)
			see_of(&t->whole, &t->to, v);
		if (t->small.port)
			see_of(&t->small, &t->to, v);
	}
}

/* Find the address to connect to: a named address, that of a name, else the far end. False: not known yet, or never. */
static bool find_target(struct trial *t, bool *never)
{
	const struct exam *e = t->e;
	const struct lookup *l = e->lookups ? &e->lookups[t->target] : NULL;

	*never = false;
	if (!tcp_named(e)) {
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

/* While nothing else is sent, the kernel sends an empty segment each second, which every host answers. */
static bool set_probes(int fd)
{
	int on = 1, second = 1, n = PROBES;

	return !setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) &&
	       !setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &second, sizeof(second)) &&
	       !setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &second, sizeof(second)) &&
	       !setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &n, sizeof(n));
}

static bool begin(struct trial *t, struct connection *c)
{
	struct exam *e = t->e;
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(TCP_PORT) }, own = { 0 };
	socklen_t len = sizeof(own);
	int small = SMALL_SEGMENT, window = WINDOW;

	to.sin6_addr = t->to;
	own.sin6_family = AF_INET6;
	if (e->subject.has_inner && e->subject.has_far && addr6_equal(&t->to, &e->subject.far))
		own.sin6_addr = e->subject.inner;
	c->fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	exam_own(e, c->fd);
	if (c->fd < 0 || tcp_error_keep(c->fd) ||
	    (c == &t->small ? setsockopt(c->fd, IPPROTO_TCP, TCP_MAXSEG, &small, sizeof(small)) != 0
			    : !t->again && !set_probes(c->fd)) ||
	    setsockopt(c->fd, SOL_SOCKET, SO_BINDTODEVICE, e->subject.dev, (socklen_t)strlen(e->subject.dev) + 1) ||
	    bind(c->fd, (struct sockaddr *)&own, sizeof(own)) || getsockname(c->fd, (struct sockaddr *)&own, &len))
		return false;
	c->port = ntohs(own.sin6_port);
	c->began = loop_now();
	/* The page may be long. */
	setsockopt(c->fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, &window, sizeof(window));
	if (connect(c->fd, (struct sockaddr *)&to, sizeof(to)) && errno != EINPROGRESS) {
		c->over = true;
		c->error.number = errno;
	}
	return true;
}

/* As documented in the manual: an HTTP request with a line that fills one segment and a bit of the next. */
static void ask(const struct trial *t, struct connection *c)
{
	const struct exam *e = t->e;
	struct tcp_info info;
	socklen_t len = sizeof(info);
	char text[REQUEST_MAX], address[NET6_TEXT];
	struct in6_addr ignored;
	const char *host = tcp_named(e) ? list_text_at(e->targets, t->target) : NULL;
	bool named = host && inet_pton(AF_INET6, host, &ignored) != 1;
	size_t head, whole;
	ssize_t n;

	if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return;
	head = (size_t)snprintf(text, sizeof(text),
				"GET / HTTP/1.0\r\nHost: %s%s%s\r\nUser-Agent: sitctl doctor\r\nX-Filler: ",
				named ? "" : "[", named ? host : addr6_text(&t->to, address), named ? "" : "]");
	/* The other end announced the segment size, which can be anything. */
	whole = head + LAST_LINE_LEN;
	if (whole < info.tcpi_snd_mss + 64)
		whole = info.tcpi_snd_mss + 64 < sizeof(text) ? info.tcpi_snd_mss + 64 : sizeof(text);
	memset(text + head, 'x', whole - head);
	memcpy(text + whole - LAST_LINE_LEN, LAST_LINE, LAST_LINE_LEN);
	c->before = info.tcpi_total_retrans;
	n = send(c->fd, text, whole, MSG_NOSIGNAL);
	c->request = n > 0 ? (size_t)n : 0;
	c->asked = c->moved = loop_now();
}

static void take_answer(struct connection *c)
{
	char page[4096];
	ssize_t n;

	while (c->received < ENOUGH && (n = recv(c->fd, page, sizeof(page), MSG_DONTWAIT)) >= 0) {
		c->closed = c->closed || !n;
		if (!n)
			return;
		c->received += (size_t)n;
		c->moved = loop_now();
	}
}

/* Are segments of the request answered and not taken? Who misses the one before says what it has (RFC 2018). */
static bool is_refused(const struct trial *t, const struct connection *c, const struct tcp_info *info, int64_t now)
{
	/* What comes later no longer answers a probe. */
	return c->asked && !c->taken && info->tcpi_options & TCPI_OPT_SACK && !info->tcpi_sacked &&
	       now - info->tcpi_last_ack_recv > c->asked + round_trip(t) * 3 / 2 + HEARD_MS;
}

static void look(struct trial *t, struct connection *c)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int64_t now = loop_now(), passed = round_trip(t) / 1000 + 1;
	int left;

	if (c->over || getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return;
	if (info.tcpi_state == TCP_CLOSE) {
		c->over = true;
		c->error = tcp_error_read(c->fd);
		return;
	}
	if (!watching(t))
		c->syn = 1 + info.tcpi_total_retrans;
	if (info.tcpi_state == TCP_SYN_SENT)
		return;
	if (!c->connected)
		c->connected = c->moved = loop_now(); /* since NOW the processor may have been elsewhere */
	take_answer(c);
	if (c->asked && !ioctl(c->fd, SIOCOUTQ, &left) && c->taken + (size_t)left < c->request) {
		c->taken = c->request - (size_t)left;
		c->acked = !left;
		c->moved = now;
	}
	if (c->asked)
		c->repeats = info.tcpi_total_retrans - c->before;
	c->refused = is_refused(t, c, &info, now);
	if (c->asked || c != &t->whole)
		return;
	t->heard = t->heard || info.tcpi_last_ack_recv + HEARD_MS < now - c->connected;
	t->unheard = info.tcpi_probes > passed ? (unsigned int)(info.tcpi_probes - passed) : 0;
}

/* Is the answer complete, or long enough to show that large segments arrive? */
static bool is_answered(const struct trial *t, const struct connection *c)
{
	return c->acked && (c->closed || c->received >= ENOUGH ||
			    (c->received && watching(t) && c->seen <= c->received && is_quiet(t, c)));
}

/* Is nothing more to be expected? A server need not answer. */
static bool is_done(const struct trial *t, const struct connection *c)
{
	return c->over || is_answered(t, c) || (c->acked && is_quiet(t, c));
}

static bool is_connecting_in_vain(const struct trial *t)
{
	bool counts = t->e->seen.answered6 && tcp_named(t->e);

	return loop_now() > t->whole.began + (counts ? SYN_LAST : SYN_LAST_SOON) + patience(t);
}

static bool is_over(const struct trial *t)
{
	const struct connection *w = &t->whole, *s = &t->small;

	if (w->over || is_answered(t, w))
		return true;
	if (!w->connected)
		return is_connecting_in_vain(t);
	if (tcp_ack_lost(t) || tcp_data_lost(t) || tcp_out_lost(t) || tcp_in_lost(t))
		return true;
	return is_done(t, w) && (!has_large(t) || is_done(t, s)) && !is_behind(t);
}

/* Data also acknowledges the handshake, so wait first for whether an empty segment does. */
static bool may_ask(const struct trial *t)
{
	const struct connection *c = &t->whole;

	return t->heard || t->again || c->received || c->closed ||
	       (!loss_explains(t->e, t->unheard) && (!watching(t) || loop_now() > c->connected + UNHEARD_MS));
}

/*
 * The handshake has not ended for a target that lost its last segment, or waits for data (TCP_DEFER_ACCEPT). When that
 * answers a probe, and is a Linux from 6.15 on, it refuses all that echoes the time stamp of the answer: tcp_check_req()
 * in net/ipv4/tcp_minisocks.c. Nothing is lost then, as a connection tells that has the request at once.
 */
static void begin_again(struct trial *t)
{
	struct connection before = t->whole;

	t->again = true;
	t->whole = (struct connection){ .fd = -1, .wrong = before.wrong };
	if (!begin(t, &t->whole) ||
	    connect(before.fd, &(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(struct sockaddr)))
		t->whole = before;
}

static void step(struct trial *t)
{
	struct connection *w = &t->whole, *s = &t->small;

	look(t, w);
	if (w->refused && !t->again)
		begin_again(t);
	if (w->over || !w->connected)
		return;
	if (!w->asked) {
		if (may_ask(t))
			ask(t, w);
		return;
	}
	if (!s->port && !s->over && has_large(t) && is_quiet(t, w) && !is_answered(t, w))
		s->over = !begin(t, s);
	if (!s->port || s->over)
		return;
	look(t, s);
	/* Send as late as in the other connection: some servers do not wait long for a request. */
	if (s->connected && !s->asked && !s->over && loop_now() - s->connected >= w->asked - w->connected)
		ask(t, s);
}

static void on_timer(struct task *task, bool ready, void *data)
{
	struct trial *t = data;
	struct exam *e = t->e;
	int64_t now = loop_now();
	bool never = false;

	(void)ready;
	task->due = now + STEP_MS;
	if (t->whole.port) {
		step(t);
		e->seen.answered_tcp = e->seen.answered_tcp || tcp_answered(t);
		if (!is_over(t))
			return;
		e->unjudged--;
		loop_end(&e->loop, task);
		return;
	}
	/* An echo request need not be answered, but an answer gives the round-trip time and confirms the far end. */
	if (!e->seen.answered6 && (e->guessing || (!e->seen.over && now < t->began + HEAD_START)))
		return;
	if (find_target(t, &never) && begin(t, &t->whole))
		e->unjudged++;
	else if (t->whole.fd != -1 || never || now > t->began + PATIENCE)
		loop_end(&e->loop, task);
}

void start_tcp(struct exam *e)
{
	if (exam_hopeless(e) || !(e->trials = calloc(e->n_targets + !e->n_targets, sizeof(*e->trials))))
		return;
	watch_add(&e->inside, see, e);
	for (unsigned int i = 0; i < tcp_count(e); i++) {
		struct trial *t = &e->trials[i];

		t->e = e;
		t->target = i;
		t->whole.fd = t->small.fd = -1;
		t->began = loop_now();
		loop_add(&e->loop, -1, loop_now(), on_timer, t, false);
	}
}
