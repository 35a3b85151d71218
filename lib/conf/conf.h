/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the files below /etc/sitctl: read them, and report all their errors. */
#ifndef SITCTL_CONF_CONF_H
#define SITCTL_CONF_CONF_H

#include <stddef.h>

#include "base/errors.h"
#include "spec/nameindex.h"
#include "spec/resolve.h"
#include "state/journal.h"

#define CONF_DIR "/etc/sitctl"
#define CONF_PATH 512

/* Not a lock on the directory itself: anyone who may read that could hold it. */
#define CONF_LOCK RUN_DIR "/save"

/* A line as it is in the file, without its newline. */
struct conf_line {
	char *text;
	int section;		 /* index of its section, -1: before the first one */
	char key[32];		 /* of `key = value`; else empty */
	size_t value, value_len; /* where the value is in text */
	bool right;		 /* while the file is changed: the line has a wanted value */
};

/* `[client]`, `[server]`, `[peer NAME]` or `[pass NAME]`, and the lines below it. */
struct conf_section {
	struct spec spec;
	struct answers answers; /* for its host name, from conf_resolve() */
	unsigned int line;	/* line number of its header; 0: not in the file yet */
	bool bad;		/* has errors: must not be used */
};

struct conf {
	char path[CONF_PATH];
	enum role role; /* ROLE_CLIENT, ROLE_SERVER or ROLE_NAT */
	bool exists;
	unsigned int mode, gid; /* of the file that was read */
	struct conf_line *lines;
	size_t n_lines, room_lines;
	struct conf_section *sections;
	size_t n_sections, room_sections;
	struct nameindex names; /* of the first n_named sections */
	size_t n_named;
	struct errors errors; /* FILE:LINE: word: reason */
	size_t n_unresolved;  /* those that are not mistakes in the file: unresolved names */
	char *temporary;      /* by conf_prepare() */
	int lock;	      /* by conf_lock(), plus 1 */
};

/* The role whose file has sections of ROLE: a peer's are in the server's file. */
enum role conf_role(enum role role);

/* The first word of sections of ROLE if a file may have several, as in `[peer NAME]`, or NULL. */
const char *conf_part(enum role role);

/* Store the usual file of ROLE and NAME in PATH (CONF_PATH bytes). And: is NAME.conf the file of another role? */
void conf_path(enum role role, const char *name, char *path);
bool conf_taken(const char *name);

/* Does PATH stand for standard input: "-", or its name? */
bool conf_is_input(const char *path);

/*
 * Read the file at PATH, or standard input, into F, which is zeroed or has its lock: the file of the client NAME
 * (ROLE_CLIENT), of the server (ROLE_SERVER) or of passes (ROLE_NAT). 0, also if it has errors or does not exist (see
 * `exists`); or a negative errno and ERR if it cannot be read or others may write to it. Ends with conf_free().
 */
int conf_read(struct conf *f, const char *path, enum role role, const char *name, struct err *err);
void conf_free(struct conf *f);

/* The part of conf_read() after the TEXT was read, and the text that would be written. For tests and fuzzers. */
int conf_parse(struct conf *f, const char *text, enum role role, const char *name, struct err *err);

/* Record an error at LINE (0: in the whole file), in the form FILE:LINE: word: reason. */
void conf_error(struct conf *f, unsigned int line, const struct err *err);

/* Resolve the host names in it; before locking, since it may take long. Failures are recorded as errors. */
void conf_resolve(struct conf *f);

/* The section of ROLE and NAME, or NULL. */
struct conf_section *conf_find(const struct conf *f, enum role role, const char *name);

/* For write.c: make conf_find() find the sections that were added since. 0 or -ENOMEM. */
int conf_name_sections(struct conf *f);

#endif
