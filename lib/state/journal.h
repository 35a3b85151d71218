/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the kernel cannot hold: what is desired, what it cannot mark as ours; and the lock. */
#ifndef SITCTL_STATE_JOURNAL_H
#define SITCTL_STATE_JOURNAL_H

#include <stdio.h>

#include "state/desired.h"
#include "state/saved.h"

#define RUN_DIR "/run/sitctl"
#define LOCK_WAIT_SECONDS 10

struct journal {
	char dir[64]; /* RUN_DIR "/netns-COOKIE": each namespace has its own */
	int lock;     /* descriptor, -1: not locked */
	struct desired desired;
	bool by_inode; /* the kernel has no cookies: DIR may be of a namespace that has gone */
	struct saved_list saved;
	char *written; /* the text that journal_write() wrote last, or NULL */
};

/* The folder of what is remembered, which only root may write to: made where it is missing. 0, or a negative errno and ERR. */
int run_dir(struct err *err);

/*
 * Try once to lock the file at PATH, which only its owner can open: nobody else can hold it. Who
 * ends may remove it, so that a lock counts only if it is still that file's. Its descriptor, or -1
 * and errno: EWOULDBLOCK where it is taken.
 */
int lock_file(const char *path);

/*
 * Find the place of this namespace's journal; with LOCK, make the folder and take the lock,
 * waiting at most LOCK_WAIT_SECONDS for another sitctl; then read the journal. A missing one
 * is empty. 0, or a negative errno and ERR. Ends with journal_close().
 */
int journal_open(struct journal *j, bool lock, struct err *err);
void journal_close(struct journal *j);

/* Let others change this host: what J holds is only looked at from here on. */
void journal_unlock(struct journal *j);

/* Forget all that was read: it is of another namespace. 0 or a negative errno. */
int journal_clear(struct journal *j, struct err *err);

/*
 * Write it: a new file, fsync, rename; not where that has just been written. An empty one is
 * removed. 0, or a negative errno and ERR.
 */
int journal_write(struct journal *j, struct err *err);

/* Read the journal's TEXT (changed while read). 0, or -EBADMSG and ERR with the line's number. */
int journal_parse(struct journal *j, char *text, struct err *err);

/* The text that journal_write() writes. */
void journal_print(const struct journal *j, FILE *out);

#endif
