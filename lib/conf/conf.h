/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the files below /etc/sitctl: read with all their errors. */
#ifndef SITCTL_CONF_CONF_H
#define SITCTL_CONF_CONF_H

#include <stddef.h>

#include "base/errors.h"
#include "spec/nameindex.h"
#include "spec/resolve.h"
#include "state/journal.h"

#define CONF_DIR "/etc/sitctl"
#define CONF_PATH 512

/* Not a lock of the folder itself: whoever may read that could hold it. */
#define CONF_LOCK RUN_DIR "/save"

/* A line as it stands in the file, without its newline. */
struct conf_line {
	char *text;
	int section;		 /* index of its section, -1: before the first one */
	char key[32];		 /* of `key = value`, else empty */
	size_t value, value_len; /* where the value is in text */
	bool right;		 /* while the file is changed: it says what is wanted */
};

/* `[client]`, `[server]`, `[peer NAME]`, `[pass NAME]` and what stands below it. */
struct conf_section {
	struct spec spec;
	struct answers answers; /* of its host name, by conf_resolve() */
	unsigned int line;	/* number of its header, 0: it is not in the file yet */
	bool bad;		/* has errors: not to be used further */
};

struct conf {
	char path[CONF_PATH];
	enum role role; /* whose it is: ROLE_CLIENT, ROLE_SERVER or ROLE_NAT */
	bool exists;
	unsigned int mode, gid; /* of the file that was read */
	struct conf_line *lines;
	size_t n_lines, room_lines;
	struct conf_section *sections;
	size_t n_sections, room_sections;
	struct nameindex names; /* of the first n_named sections */
	size_t n_named;
	struct errors errors; /* FILE:LINE: word: reason */
	size_t n_unresolved;  /* those that are no mistake in the file: names without an answer */
	char *temporary;      /* by conf_prepare() */
	int lock;	      /* by conf_lock(), plus 1 */
};

/* Whose file has sections of ROLE: a peer's are in the server's. */
enum role conf_role(enum role role);

/* The word of a section of ROLE of which a file may have several, as in `[peer NAME]`, or NULL. */
const char *conf_part(enum role role);

/* The usual file of ROLE and NAME in PATH (CONF_PATH bytes). Is NAME.conf such a file of another role, so that no client's can be? */
void conf_path(enum role role, const char *name, char *path);
bool conf_taken(const char *name);

/* Does PATH stand for standard input: "-", or its name? */
bool conf_is_input(const char *path);

/*
 * Read the file at PATH, or standard input, into F, which is zeroed or has its lock: of the client NAME (ROLE_CLIENT), the server's (ROLE_SERVER) or that of passes (ROLE_NAT). 0, also
 * where there are errors in it or there is no file (exists); or a negative errno and
 * ERR where it cannot be read or others may write to it. Ends with conf_free().
 */
int conf_read(struct conf *f, const char *path, enum role role, const char *name, struct err *err);
void conf_free(struct conf *f);

/* The part of it that has the file's TEXT already, and what would be written. For conf*.c, tests and fuzzers. */
int conf_parse(struct conf *f, const char *text, enum role role, const char *name, struct err *err);

/* Note an error at LINE (0: of the whole file), in the form of FILE:LINE: word: reason. */
void conf_error(struct conf *f, unsigned int line, const struct err *err);

/* Resolve the host names in it, before a lock is taken: it may take long. What fails is noted as an error. */
void conf_resolve(struct conf *f);

/* The section of ROLE and NAME, or NULL. */
struct conf_section *conf_find(const struct conf *f, enum role role, const char *name);

/* For write.c: have conf_find() find the sections that were added since. 0 or -ENOMEM. */
int conf_name_sections(struct conf *f);

#endif
