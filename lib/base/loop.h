/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: several tasks at a time, each bounded: descriptors and timers in one epoll loop. */
#ifndef SITCTL_BASE_LOOP_H
#define SITCTL_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#define LOOP_TASKS 40 /* the doctor needs 25 with four targets whose names it resolves */

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t loop_now(void);

struct task {
	int fd;	     /* -1: a timer only */
	int64_t due; /* when to run without input, in ms of loop_now(); 0: never */
	/* READY: there is input; else the task is due. Sets the next due time, or calls loop_end(). */
	void (*run)(struct task *task, bool ready, void *data);
	void *data;
	bool background; /* the loop does not wait for it */
	bool active;
};

struct loop {
	int epoll;
	struct task tasks[LOOP_TASKS];
};

/* 0 or a negative errno. */
int loop_open(struct loop *loop);
void loop_close(struct loop *loop);

/* Watch FD (-1: none) and wait until DUE. Returns the task, or NULL if there is no room. The loop never owns FD. */
struct task *loop_add(struct loop *loop, int fd, int64_t due, void (*run)(struct task *, bool, void *), void *data,
		      bool background);
void loop_end(struct loop *loop, struct task *task);

/* Run until only background tasks are left, at most until END. */
void loop_run(struct loop *loop, int64_t end);

#endif
