/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which packet size does the path carry? Unfragmented echo requests from 1280 bytes to the device's MTU show it. */
#include <netinet/icmp6.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "doctor/mtu.h"
#include "base/loop.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/echo.h"
#include "doctor/exam.h"
#include "doctor/loss.h"
#include "doctor/resolver.h"
#include "doctor/watch.h"
#include "spec/spec.h"

#define HEADERS (40 + 8) /* IPv6 and ICMPv6 */
#define OVERHEAD 20	 /* the outer IPv4 header */
#define STEP_MS 60	 /* ms between two looks at the state */
#define PATIENCE 4500	 /* ms within which the first small echo request must be answered */
#define WAIT_MIN 300	 /* ms for an answer, on top of one and a half round trips */
#define SPACE_MIN 150	 /* ms between requests of the same size */

struct mtu_search {
	int fd;
	bool raw;
	uint16_t id, seq, tries; /* TRIES: requests of the current size, the last ones of SEQ */
	uint32_t low, high;	 /* carried, and not carried; initially 0, and one more than the device's MTU */
	uint32_t size;		 /* current size; 0: none yet */
	bool answered, left;	 /* of a request of the current size; LEFT: it was seen on the underlay */
	bool any_left;		 /* a request that was too large left this host */
	bool done;
	int64_t began, sent;
	struct task *input;
};

/* Does SEQ belong to a request of the current size? */
static bool is_current(const struct mtu_search *m, uint16_t seq)
{
	return seq <= m->seq && seq > m->seq - m->tries;
}

static void see(const struct view *v, void *data)
{
	struct mtu_search *m = ((struct exam *)data)->mtu;

	if (v->outgoing && v->frame.type == ICMP6_ECHO_REQUEST && v->frame.proto == IPPROTO_ICMPV6 &&
	    is_current(m, v->frame.echo_seq))
		m->left = true;
}

static void on_input(struct task *task, bool ready, void *data)
{
	struct mtu_search *m = ((struct exam *)data)->mtu;
	uint16_t seq;

	if (ready && echo_receive6(task->fd, m->raw, m->id, &seq) && is_current(m, seq))
		m->answered = true;
}

static void send_one(struct exam *e)
{
	struct mtu_search *m = e->mtu;

	m->seq++;
	m->tries++;
	m->sent = loop_now();
	echo_send6(m->fd, &e->subject.far, m->id, m->seq, m->size - HEADERS);
}

/* The next size: first the device's MTU, then what a router reported, then the middle; 0 when the search is over. */
static uint32_t next_size(const struct exam *e)
{
	const struct mtu_search *m = e->mtu;
	uint32_t desired = e->seen.too_big_mtu > OVERHEAD ? e->seen.too_big_mtu - OVERHEAD : 0;

	if (m->high > e->subject.link->mtu)
		return m->low == e->subject.link->mtu ? 0 : e->subject.link->mtu;
	if (m->high <= MTU_MIN || m->high - m->low <= 1)
		return 0;
	if (desired > m->low && desired < m->high && desired >= MTU_MIN)
		return desired;
	if (!m->low)
		return MTU_MIN;
	return (m->low + m->high) / 2;
}

static void on_timer(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	struct mtu_search *m = e->mtu;
	int64_t rtt = loss_rtt(e), now = loop_now();
	bool again = m->tries < 2 || loss_explains(e, m->tries);

	(void)ready;
	task->due = now + STEP_MS;
	if (!e->seen.answered6) {
		if (now > m->began + PATIENCE)
			loop_end(&e->loop, task);
		return;
	}
	if (m->size && !m->answered && now < m->sent + (again ? SPACE_MIN + rtt / 4 : WAIT_MIN + rtt * 3 / 2))
		return;
	if (m->size && !m->answered && again) {
		send_one(e);
		return;
	}
	if (m->size && m->answered)
		m->low = m->size;
	else if (m->size)
		m->high = m->size;
	m->any_left = m->any_left || (m->size && !m->answered && m->left);
	m->answered = m->left = false;
	m->tries = 0;
	m->size = next_size(e);
	if (m->size) {
		send_one(e);
		return;
	}
	m->done = true;
	loop_end(&e->loop, task);
}

void start_mtu(struct exam *e)
{
	struct mtu_search *m;

	if (exam_hopeless(e) || !e->subject.has_far || !(m = calloc(1, sizeof(*m))))
		return;
	e->mtu = m;
	m->high = e->subject.link->mtu + 1;
	m->id = (uint16_t)(getpid() + 1);
	m->seq = 1000;
	m->began = loop_now();
	m->fd = echo_open6(e->subject.dev, true, &m->raw);
	if (m->fd < 0)
		return;
	if (e->subject.has_inner)
		echo_from6(m->fd, &e->subject.inner);
	exam_own(e, m->fd);
	watch_add(&e->underlay, see, e);
	m->input = loop_add(&e->loop, m->fd, 0, on_input, e, true);
	loop_add(&e->loop, -1, loop_now(), on_timer, e, false);
}

void mtu_mend(struct exam *e, struct finding *f, uint32_t mtu)
{
	char command[EXAM_REMEDY], value[16];

	snprintf(value, sizeof(value), "%u", mtu);
	exam_respell(e, "mtu", value, command, sizeof(command));
	if (e->subject.desired)
		exam_command(f, "%s", command);
	else
		exam_command(f, "ip link set %s mtu %u", exam_word(e, e->subject.dev), mtu);
}

void check_mtu(struct exam *e)
{
	const struct mtu_search *m = e->mtu;

	if (!m || m->fd < 0 || !e->seen.answered6) {
		exam_skip(e, m && m->fd >= 0	   ? "no echo request is answered"
			     : !e->subject.has_far ? "the far end's address in the tunnel is not known"
						   : "no echo request can be sent");
		return;
	}
	if (m->low == e->subject.link->mtu) {
		exam_ok(e, "packets of %u bytes pass in both directions", m->low);
		return;
	}
	if (m->high <= MTU_MIN) {
		exam_found(e, CAUSE_PATH_BELOW_1280, "packets of %u bytes are not answered, smaller ones are", MTU_MIN);
		return;
	}
	if (!m->done || m->low < MTU_MIN) {
		exam_skip(e, "time ran out: packets of %u bytes pass, those of %u bytes do not", m->low, m->high);
		return;
	}
	/* If a packet does not leave at all, the kernel has learned earlier that it is too large. */
	if (e->seen.too_big || (e->underlay.fd >= 0 && !m->any_left))
		mtu_mend(e,
			 exam_found(e, CAUSE_MTU_TOO_LARGE, "the device has MTU %u, but the path carries %u",
				    e->subject.link->mtu, m->low),
			 m->low);
	else
		mtu_mend(e,
			 exam_found(e, CAUSE_TOO_BIG_SWALLOWED,
				    "packets of %u bytes are lost without an ICMP error, but those of %u bytes pass",
				    m->high, m->low),
			 m->low);
}
