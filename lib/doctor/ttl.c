/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is the tunnel's TTL large enough for the path to the far end? Compares an IPv4 ping with that TTL to a usual one. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor/ttl.h"
#include "base/inet6.h"
#include "base/loop.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/echo.h"
#include "doctor/exam.h"
#include "doctor/resolver.h"

#define TTL_USUAL 64 /* TTL of a usual ping (RFC 1700, IPDEFTTL) */
#define TTL_ADVISED "255"
#define TRIES 4
#define PAUSE 600

struct ttl_trial {
	int fd;
	bool raw, answered;
	uint16_t id, tries;
	struct task *answers;
};

static void on_answer(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	uint16_t seq;

	if (ready && echo_receive4(task->fd, e->ttl->raw, e->subject.remote, e->ttl->id, &seq))
		e->ttl->answered = true;
}

static void on_timer(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	struct ttl_trial *t = e->ttl;

	(void)ready;
	if (t->answered || t->tries == TRIES) {
		loop_end(&e->loop, t->answers);
		loop_end(&e->loop, task);
		return;
	}
	echo_send4(t->fd, e->subject.remote, t->id, ++t->tries);
	task->due = loop_now() + PAUSE;
}

void start_ttl(struct exam *e)
{
	const struct link *l = e->subject.link;
	struct ttl_trial *t;
	int ttl;

	if (exam_hopeless(e) || l->ttl == SIT_TTL_INHERIT || l->ttl >= TTL_USUAL || !(t = calloc(1, sizeof(*t))))
		return;
	e->ttl = t;
	ttl = l->ttl;
	t->id = (uint16_t)(getpid() + 5);
	t->fd = echo_open4(l->fwmark, &t->raw);
	exam_own(e, t->fd);
	if (t->fd < 0 || setsockopt(t->fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)))
		return;
	t->answers = loop_add(&e->loop, t->fd, 0, on_answer, e, true);
	if (t->answers)
		loop_add(&e->loop, -1, loop_now(), on_timer, e, false);
}

bool ttl_too_small(const struct exam *e)
{
	return e->ttl && e->ttl->tries && !e->ttl->answered && e->seen.answered4 && !exam_answered(e);
}

static void mend(struct exam *e, struct finding *f)
{
	char command[EXAM_REMEDY];

	if (e->subject.desired) {
		exam_respell(e, "ttl", TTL_ADVISED, command, sizeof(command));
		exam_command(f, "%s", command);
	} else {
		exam_command(f, "ip tunnel change %s ttl " TTL_ADVISED, exam_word(e, e->subject.dev));
	}
}

void check_ttl(struct exam *e)
{
	const struct link *l = e->subject.link;
	char remote[NET6_TEXT];

	if (exam_hopeless(e))
		exam_skip(e, "nothing can be sent through the tunnel");
	else if (ttl_too_small(e))
		mend(e, exam_found(e, CAUSE_TTL_TOO_SMALL,
				   "%s answers an IPv4 ping, but not one with TTL %u, which is that of %s",
				   addr4_text(e->subject.remote, remote), l->ttl, e->subject.dev));
	else if (l->ttl == SIT_TTL_INHERIT)
		exam_ok(e, "it is inherited from the inner packets");
	else if (l->ttl >= TTL_USUAL)
		exam_ok(e, "%u is not less than the usual TTL of hosts", l->ttl);
	else if (exam_answered(e) || (e->ttl && e->ttl->answered))
		exam_ok(e, "%u is enough", l->ttl);
	else
		exam_skip(e, "the far end does not answer an IPv4 ping");
}
