/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spaced echo requests, and how many of them are answered. They continue while something else is still to be judged:
 * the loss meanwhile shows whether that was lost by chance.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/inet6.h"
#include "base/loop.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/echo.h"
#include "doctor/examine.h"
#include "doctor/loss.h"
#include "doctor/resolver.h"

#define ECHOS 8		/* at least */
#define ECHOS_MAX 72	/* more than the exam has time for */
#define LAST 8		/* answers that give the round trip: the first ones may have waited for neighbours */
#define QUICKLY 200	/* ms between requests */
#define SLOWLY 400	/* after the first ECHOS */
#define FIRST_WAIT 2000 /* ms for the answer to the last, if none has come yet */
#define MARGIN 300	/* ms for an answer, on top of one and a half round trips */
#define RTT_UNKNOWN 1000
#define LOSSY 50 /* per cent: more is reported as a risk */
#define MILLION 1000000U
#define BY_CHANCE (MILLION / 200)

/* Some may have been sent before loss_restart(). */
_Static_assert((ECHOS_MAX - 2 * ECHOS) * SLOWLY > EXAM_SECONDS * 1000, "echos go on to the end");

struct loss {
	int fd;
	bool raw;
	uint16_t id;
	unsigned int n, n_answered;
	unsigned int first; /* the first that counts */
	struct {
		int64_t sent;
		bool answered;
		unsigned int took; /* ms */
	} echos[ECHOS_MAX];
	unsigned int shortest, longest; /* round trip, ms */
	struct task *input, *timer;	/* TIMER: NULL after it has ended */
};

/* How long after it was sent a request can still be answered. */
static int64_t patience(const struct loss *l)
{
	return l->n_answered ? (int64_t)l->longest * 3 / 2 + MARGIN : FIRST_WAIT;
}

/* How many requests were answered or are overdue, and how many of them are overdue. */
static unsigned int settled(const struct loss *l, unsigned int *lost)
{
	int64_t now = loop_now();
	unsigned int n = 0;

	*lost = 0;
	for (unsigned int i = l ? l->first : 0; l && i < l->n; i++) {
		bool late = now > l->echos[i].sent + patience(l);

		n += l->echos[i].answered || late;
		*lost += !l->echos[i].answered && late;
	}
	return n;
}

unsigned int loss_rtt(const struct exam *e)
{
	const struct loss *l = e->loss;
	unsigned int rtt = 0, n = 0;

	for (unsigned int i = l ? l->n : 0; l && i > l->first && n < LAST; i--)
		if (l->echos[i - 1].answered) {
			rtt = l->echos[i - 1].took > rtt ? l->echos[i - 1].took : rtt;
			n++;
		}
	return n ? rtt : RTT_UNKNOWN;
}

bool loss_by_chance(unsigned int lost, unsigned int of, unsigned int n)
{
	uint64_t chance = MILLION;

	/* Add one of each to what was seen: few requests prove little (Laplace's rule of succession). */
	if (of == lost) {
		lost = 0;
		of = 2;
	}
	for (unsigned int i = 0; i < n && chance >= BY_CHANCE; i++)
		chance = chance * (lost + 1) / (of + 2);
	return chance >= BY_CHANCE;
}

bool loss_explains(const struct exam *e, unsigned int n)
{
	unsigned int lost, of = settled(e->loss, &lost);

	return loss_by_chance(lost, of, n);
}

unsigned int loss_enough(const struct exam *e)
{
	unsigned int n = 1;

	while (loss_explains(e, n))
		n++;
	return n;
}

static void on_answer(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	struct loss *l = e->loss;
	unsigned int took;
	uint16_t seq;

	if (!ready || !echo_receive6(task->fd, l->raw, l->id, &seq) || seq >= l->n || seq < l->first ||
	    l->echos[seq].answered)
		return;
	l->echos[seq].answered = true;
	took = l->echos[seq].took = (unsigned int)(loop_now() - l->echos[seq].sent);
	if (!l->n_answered || took < l->shortest)
		l->shortest = took;
	if (took > l->longest)
		l->longest = took;
	l->n_answered++;
	if (!e->seen.answered6)
		e->seen.answer6_ms = (unsigned int)(loop_now() - l->echos[l->first].sent);
	e->seen.answered6 = true;
}

static void on_timer(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	struct loss *l = e->loss;
	unsigned int lost;

	(void)ready;
	if (l->n < l->first + ECHOS || (e->unjudged && l->n < ECHOS_MAX && l->n_answered)) {
		l->echos[l->n].sent = loop_now();
		echo_send6(l->fd, &e->subject.far, l->id, (uint16_t)l->n, 8);
		l->n++;
		task->due = loop_now() + (l->n < l->first + ECHOS ? QUICKLY : SLOWLY);
		return;
	}
	task->due = loop_now() + QUICKLY;
	if (settled(l, &lost) == l->n - l->first && !e->unjudged) {
		loop_end(&e->loop, task);
		l->timer = NULL;
	}
}

void loss_restart(struct exam *e)
{
	struct loss *l = e->loss;

	if (!l || l->n + ECHOS > ECHOS_MAX)
		return;
	l->first = l->n;
	l->n_answered = 0;
	if (l->timer)
		l->timer->due = loop_now();
	else
		l->timer = loop_add(&e->loop, -1, loop_now(), on_timer, e, false);
}

void start_loss(struct exam *e)
{
	struct loss *l;

	if (exam_hopeless(e) || !e->subject.has_far || !(l = calloc(1, sizeof(*l))))
		return;
	l->fd = echo_open6(e->subject.dev, false, &l->raw);
	if (l->fd < 0) {
		free(l);
		return;
	}
	e->loss = l;
	l->id = (uint16_t)(getpid() + 4); /* other checks use the ones before */
	exam_own(e, l->fd);
	if (e->subject.has_inner)
		echo_from6(l->fd, &e->subject.inner);
	l->input = loop_add(&e->loop, l->fd, 0, on_answer, e, true);
	l->timer = loop_add(&e->loop, -1, loop_now(), on_timer, e, false);
}

void check_loss(struct exam *e)
{
	unsigned int lost, n = settled(e->loss, &lost);
	char far[NET6_TEXT];

	if (!e->loss || !e->loss->n_answered || !n) {
		exam_skip(e, !e->subject.has_far ? "the far end's address in the tunnel is not known"
			     : e->loss		 ? "no echo request is answered"
						 : "no echo request can be sent");
		return;
	}
	addr6_text(&e->subject.far, far);
	if (lost * 100 >= n * LOSSY)
		exam_found(e, CAUSE_LOSSY, "%u %% of the echo requests to %s are not answered, %u of %u",
			   lost * 100 / n, far, lost, n);
	else
		exam_ok(e, "the path loses %u %%, %u of %u echo requests to %s; round trip %u to %u ms", lost * 100 / n,
			lost, n, far, e->loss->shortest, e->loss->longest);
}
