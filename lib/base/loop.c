/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/loop.h"

int64_t loop_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int loop_open(struct loop *loop)
{
	*loop = (struct loop){ .epoll = epoll_create1(EPOLL_CLOEXEC) };
	return loop->epoll < 0 ? -errno : 0;
}

void loop_close(struct loop *loop)
{
	if (loop->epoll >= 0)
		close(loop->epoll);
	loop->epoll = -1;
}

struct task *loop_add(struct loop *loop, int fd, int64_t due, void (*run)(struct task *, bool, void *), void *data,
		      bool background)
{
	for (int i = 0; i < LOOP_TASKS; i++) {
		struct task *t = &loop->tasks[i];
		struct epoll_event event = { .events = EPOLLIN, .data.u32 = (uint32_t)i };

		if (t->active)
			continue;
		if (fd >= 0 && epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event))
			return NULL;
		*t = (struct task){ fd, due, run, data, background, true };
		return t;
	}
	return NULL;
}

void loop_end(struct loop *loop, struct task *task)
{
	if (task->active && task->fd >= 0)
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, task->fd, NULL);
	task->active = false;
}

/* When the next timer is due, END at the latest; false if nothing is left to wait for. */
static bool next_due(const struct loop *loop, int64_t *end)
{
	bool any = false;

	for (int i = 0; i < LOOP_TASKS; i++) {
		const struct task *t = &loop->tasks[i];

		any = any || (t->active && !t->background);
		if (t->active && t->due && t->due < *end)
			*end = t->due;
	}
	return any;
}

void loop_run(struct loop *loop, int64_t end)
{
	struct epoll_event events[LOOP_TASKS];
	int64_t due = end;

	for (; next_due(loop, &due) && loop_now() < end; due = end) {
		int64_t wait = due - loop_now();
		int n = epoll_wait(loop->epoll, events, LOOP_TASKS, wait > 0 ? (int)wait : 0);

		if (n < 0 && errno != EINTR)
			return;
		for (int i = 0; i < n; i++) {
			struct task *t = &loop->tasks[events[i].data.u32];

			if (t->active)
				t->run(t, true, t->data);
		}
		for (int i = 0; i < LOOP_TASKS; i++) {
			struct task *t = &loop->tasks[i];

			if (t->active && t->due && t->due <= loop_now())
				t->run(t, false, t->data);
		}
	}
}
