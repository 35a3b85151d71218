/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the kernel cannot hold: what is desired, and objects that it cannot mark as ours; and the lock. */
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
	bool by_inode; /* the kernel has no cookies: DIR may belong to a namespace that no longer exists */
	struct saved_list saved;
	char *written; /* the text that journal_write() last wrote, or NULL */
};

/* Create the state directory, which only root may write to, unless it exists. 0, or a negative errno and ERR. */
int run_dir(struct err *err);

/*
 * Try once to lock the file at PATH, which only its owner can open, so that no other user can hold
 * the lock. A process that ends may remove the file, so a lock is valid only if it is still on that
 * file. Its descriptor, or -1 and errno: EWOULDBLOCK if the lock is held.
 */
int lock_file(const char *path);

/*
 * Find this namespace's journal; with LOCK, create its directory and take the lock, waiting at
 * most LOCK_WAIT_SECONDS for another sitctl; then read the journal. A missing one is empty. 0, or
 * a negative errno and ERR. Ends with journal_close().
 */
int journal_open(struct journal *j, bool lock, struct err *err);
void journal_close(struct journal *j);

/* Release the lock, so that others can change this host: from here on J is only read. */
void journal_unlock(struct journal *j);

/* Discard all that was read, since it belongs to another namespace. 0 or a negative errno. */
int journal_clear(struct journal *j, struct err *err);

/*
 * Write it: a new file, fsync, rename; unless the same text has just been written. An empty one is
 * removed. 0, or a negative errno and ERR.
 */
int journal_write(struct journal *j, struct err *err);

/* Read the journal's TEXT (modified in the process). 0, or -EBADMSG and ERR with the line number. */
int journal_parse(struct journal *j, char *text, struct err *err);

/* The text that journal_write() writes. */
void journal_print(const struct journal *j, FILE *out);

#endif
