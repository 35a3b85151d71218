/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `address` without a length implies the far end's address: the other one of a /127, which is sitctl's own default. A
 * far end with a /64 has a different one, which shows when the usual address answers and the implied one does not.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/inet6.h"
#include "base/loop.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/echo.h"
#include "doctor/exam.h"
#include "doctor/loss.h"
#include "doctor/resolver.h"
#include "state/snapshot.h"

#define PATIENCE 1300 /* ms for the implied address to answer */
#define PAUSE 500
#define TRIES 3
#define USUAL_LEN 64

struct guess {
	int fd;
	bool raw, wrong;
	uint16_t id, tries;
	struct in6_addr implied, usual;
	struct task *answers;
	int64_t began;
};

/* Is the far end's address known from the /127 alone? */
static bool is_implied(const struct exam *e)
{
	const struct spec *spec = &e->subject.spec;

	return !e->subject.server && e->subject.desired && spec->gateway_mode != GATEWAY_ADDRESS && spec->n_addresses &&
	       spec_first(spec)->len == 127;
}

static void end(struct exam *e, struct task *timer)
{
	loop_end(&e->loop, e->guess->answers);
	loop_end(&e->loop, timer);
	e->guessing = false;
}

/* From now on the usual address is the far end's. */
static void on_answer(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	struct guess *g = e->guess;
	uint16_t seq;

	if (!ready || !echo_receive6(task->fd, g->raw, g->id, &seq) || e->seen.answered6)
		return;
	g->wrong = true;
	e->subject.far = g->usual;
	loss_restart(e);
	e->seen.answered6 = true;
	e->seen.answer6_ms = (unsigned int)(loop_now() - g->began);
}

static void on_timer(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	struct guess *g = e->guess;

	(void)ready;
	if (e->seen.answered6 || g->tries == TRIES) {
		end(e, task);
		return;
	}
	if (!g->tries++)
		g->began = loop_now();
	echo_send6(g->fd, &g->usual, g->id, g->tries, 8);
	task->due = loop_now() + PAUSE;
}

void start_implied(struct exam *e)
{
	struct net6 net = { .addr = e->subject.inner, .len = USUAL_LEN };
	struct guess *g;

	if (!is_implied(e) || exam_hopeless(e) || !(g = calloc(1, sizeof(*g))))
		return;
	e->guess = g;
	g->implied = e->subject.far;
	/* Brokers use ::1 themselves and assign ::2. */
	g->usual = net6_nth(&net, 1);
	if (addr6_equal(&g->usual, &e->subject.inner))
		g->usual = net6_nth(&net, 2);
	if (addr6_equal(&g->usual, &g->implied))
		return;
	g->id = (uint16_t)(getpid() + 6);
	g->fd = echo_open6(e->subject.dev, false, &g->raw);
	exam_own(e, g->fd);
	if (g->fd < 0)
		return;
	echo_from6(g->fd, &e->subject.inner);
	g->answers = loop_add(&e->loop, g->fd, 0, on_answer, e, true);
	e->guessing = g->answers && loop_add(&e->loop, -1, loop_now() + PATIENCE, on_timer, e, false);
}

/* The interface on which this host itself has ADDR, or NULL. */
static const char *where_is(const struct exam *e, const struct in6_addr *addr)
{
	for (size_t i = 0; i < e->host->s.n_addrs; i++)
		if (addr6_equal(&e->host->s.addrs[i].net.addr, addr))
			return e->host->s.addrs[i].ifname;
	return NULL;
}

void check_implied(struct exam *e)
{
	const struct guess *g = e->guess;
	struct net6 longer = { .addr = e->subject.inner, .len = USUAL_LEN };
	char implied[NET6_TEXT], usual[NET6_TEXT], value[NET6_TEXT], command[EXAM_REMEDY];
	const char *where;
	struct finding *f;

	if (!is_implied(e) || !g) {
		exam_skip(e, is_implied(e) ? "nothing can be sent through the tunnel"
					   : "the far end's address does not come from sitctl's default");
		return;
	}
	addr6_text(&g->implied, implied);
	exam_ok(e, "nothing contradicts %s as the far end's address", implied);
	where = where_is(e, &g->implied);
	if (!where && !g->wrong)
		return;
	if (where)
		f = exam_found(e, CAUSE_ADDRESS_LENGTH,
			       "'address' is a /127, which is sitctl's default, so %s should be the far end's address, "
			       "but that is this host's own address on %s",
			       implied, where);
	else
		f = exam_found(e, CAUSE_ADDRESS_LENGTH,
			       "'address' is a /127, which is sitctl's default, so %s should be the far end's address, "
			       "but that does not answer; %s does, which suggests a /%d",
			       implied, addr6_text(&g->usual, usual), USUAL_LEN);
	exam_respell(e, "address", net6_text(&longer, value), command, sizeof(command));
	if (e->subject.spec.n_addresses == 1)
		exam_command(f, "%s", command);
	else
		exam_advice(f, "give the first 'address' the length that the far end uses: %s", value);
}
