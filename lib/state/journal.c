/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "state/journal.h"
#include "spec/params.h"
#include "state/saved.h"

#define TEXT_MAX (64 << 20) /* a larger journal is not ours */

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* Linux 5.14 */
#endif

/* The cookie is unique while the machine runs; an inode number may be reused. */
static int namespace_dir(struct journal *j, struct err *err)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool known = fd >= 0 && !getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len);

	if (fd >= 0)
		close(fd);
	if (known) {
		snprintf(j->dir, sizeof(j->dir), RUN_DIR "/netns-%llu", (unsigned long long)cookie);
		return 0;
	}
	if (stat("/proc/self/ns/net", &st))
		return err_sys(err, errno, "/proc/self/ns/net");
	j->by_inode = true;
	snprintf(j->dir, sizeof(j->dir), RUN_DIR "/netns-i%llu", (unsigned long long)st.st_ino);
	return 0;
}

static int make_dir(const char *path, struct err *err)
{
	struct stat st;

	if (mkdir(path, 0755) && errno != EEXIST)
		return err_sys(err, errno, "%s", path);
	/* A link or another user's directory could make us write elsewhere. */
	if (lstat(path, &st))
		return err_sys(err, errno, "%s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022)) {
		err_sys(err, EPERM, "%s", path);
		err_why(err, "is not a directory that only this user can write to");
		err_hint(err, "find out who created it, then remove it");
		return -EPERM;
	}
	return 0;
}

#define LOCK_PATH_SIZE (sizeof(((struct journal *)0)->dir) + 8)
#define NEW_PATH_SIZE (sizeof(((struct journal *)0)->dir) + 16)

static void lock_path(const struct journal *j, char path[LOCK_PATH_SIZE])
{
	snprintf(path, LOCK_PATH_SIZE, "%s/lock", j->dir);
}

int run_dir(struct err *err)
{
	return make_dir(RUN_DIR, err);
}

int lock_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), code;
	struct stat ours, theirs;

	if (fd < 0)
		return -1;
	if (!flock(fd, LOCK_EX | LOCK_NB)) {
		if (!fstat(fd, &ours) && !lstat(path, &theirs) && ours.st_ino == theirs.st_ino)
			return fd;
		errno = EWOULDBLOCK;
	}
	code = errno;
	close(fd);
	errno = code;
	return -1;
}

/* Try once; false with errno EWOULDBLOCK if the lock is held. */
static bool try_lock(struct journal *j)
{
	char path[LOCK_PATH_SIZE];

	lock_path(j, path);
	if (mkdir(j->dir, 0755) && errno != EEXIST)
		return false;
	j->lock = lock_file(path);
	if (j->lock < 0 && errno == ENOENT)
		errno = EWOULDBLOCK; /* the directory was removed meanwhile */
	return j->lock >= 0;
}

static int take_lock(struct journal *j, struct err *err)
{
	struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 }, now, end;
	char path[LOCK_PATH_SIZE];
	int ret = run_dir(err);

	if (!ret)
		ret = make_dir(j->dir, err);
	if (ret)
		return ret;
	lock_path(j, path);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += LOCK_WAIT_SECONDS;
	while (!try_lock(j)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, errno, "%s", path);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec)) {
			err_sys(err, EBUSY, "%s", path);
			err_why(err, "is still held by another sitctl after %d seconds", LOCK_WAIT_SECONDS);
			err_hint(err, "find it with 'fuser %s', then try again", path);
			return -EBUSY;
		}
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* All words of LINE, in *WORDS, which the caller frees. Returns how many, or -ENOMEM. */
static int split(char *line, char ***words)
{
	size_t most = 1;
	int n = 0;

	for (const char *p = line; *p; p++)
		most += *p == ' ';
	*words = malloc(most * sizeof(**words));
	if (!*words)
		return -ENOMEM;
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		(*words)[n++] = word;
	return n;
}

static int parse_tunnel(struct journal *j, enum role role, int n, char *words[], struct err *err)
{
	struct spec spec;
	int ret = spec_init(&spec, role, words[1], err);

	if (!ret)
		ret = spec_recorded_words(&spec, n - 2, words + 2, err);
	if (!ret)
		ret = spec_check(&spec, err);
	if (!ret)
		ret = desired_put(&j->desired, &spec, true, err);
	spec_free(&spec);
	return ret;
}

static int parse_words(struct journal *j, int n, char *words[], struct err *err)
{
	int ret;

	if (n == 0 || words[0][0] == '#')
		return 0;
	ret = saved_parse(&j->saved, n, words, err);
	if (ret <= 0)
		return ret;
	if (!strcmp(words[0], "server") && n >= 2) {
		if (strcmp(words[1], "explicit") && strcmp(words[1], "implicit"))
			return err_usage(err, words[1], "is neither 'explicit' nor 'implicit'");
		j->desired.server_explicit = !strcmp(words[1], "explicit");
		return spec_words(&j->desired.server, n - 2, words + 2, err);
	}
	if (!strcmp(words[0], "client") && n >= 2)
		return parse_tunnel(j, ROLE_CLIENT, n, words, err);
	if (!strcmp(words[0], "peer") && n >= 2)
		return parse_tunnel(j, ROLE_PEER, n, words, err);
	if (!strcmp(words[0], "nat") && n >= 2)
		return parse_tunnel(j, ROLE_NAT, n, words, err);
	return err_usage(err, words[0], "does not begin a line of the journal");
}

static int parse_line(struct journal *j, char *line, struct err *err)
{
	char **words;
	int n = split(line, &words), ret;

	if (n < 0)
		return err_sys(err, ENOMEM, "journal");
	ret = parse_words(j, n, words, err);
	free(words);
	return ret;
}

int journal_parse(struct journal *j, char *text, struct err *err)
{
	unsigned int number = 1;
	char *end;

	for (char *line = text; *line; line = end, number++) {
		struct err inner;

		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (!parse_line(j, line, &inner))
			continue;
		err_sys(err, EBADMSG, "%s/journal:%u", j->dir, number);
		err_why(err, "%s: %s", inner.step, inner.why);
		err_hint(err, "remove the file: the running tunnels are then read from the kernel, but former sysctl "
			      "values are lost");
		return -EBADMSG;
	}
	return 0;
}

static int load(struct journal *j, struct err *err)
{
	char path[sizeof(j->dir) + 16];
	struct stat st;
	char *text = NULL;
	int fd, ret = 0;

	snprintf(path, sizeof(path), "%s/journal", j->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT || errno == EACCES ? 0 : err_sys(err, errno, "%s", path);
	if (fstat(fd, &st) || st.st_size > TEXT_MAX) {
		ret = err_sys(err, EFBIG, "%s", path);
		goto out;
	}
	text = calloc(1, (size_t)st.st_size + 1);
	if (!text || read(fd, text, (size_t)st.st_size) != st.st_size)
		ret = err_sys(err, text ? EIO : ENOMEM, "%s", path);
	else if (strlen(text) != (size_t)st.st_size)
		ret = err_sys(err, EBADMSG, "%s", path);
	else
		ret = journal_parse(j, text, err);
out:
	free(text);
	close(fd);
	return ret;
}

static void new_path(const struct journal *j, char path[NEW_PATH_SIZE])
{
	snprintf(path, NEW_PATH_SIZE, "%s/journal.new", j->dir);
}

/* If there is nothing left to write, the file that a killed process had begun would remain for good: remove it. */
static void remove_begun(const struct journal *j)
{
	char path[NEW_PATH_SIZE];

	new_path(j, path);
	unlink(path);
}

int journal_open(struct journal *j, bool lock, struct err *err)
{
	int ret;

	memset(j, 0, sizeof(*j));
	j->lock = -1;
	ret = desired_init(&j->desired, err);
	if (!ret)
		ret = namespace_dir(j, err);
	if (!ret && lock)
		ret = take_lock(j, err);
	if (!ret && lock)
		remove_begun(j);
	if (!ret)
		ret = load(j, err);
	if (ret)
		journal_close(j);
	return ret;
}

int journal_clear(struct journal *j, struct err *err)
{
	desired_free(&j->desired);
	saved_free(&j->saved);
	return desired_init(&j->desired, err);
}

static bool empty(const struct journal *j)
{
	for (size_t i = 0; i < j->desired.n; i++)
		if (j->desired.tunnels[i].recorded)
			return false;
	return !j->saved.n && !j->desired.server_explicit && !j->desired.server.uplink.at;
}

void journal_unlock(struct journal *j)
{
	char path[LOCK_PATH_SIZE];

	if (j->lock < 0)
		return;
	lock_path(j, path);
	/* rmdir() fails if a journal is left. */
	if (empty(j) && !unlink(path))
		rmdir(j->dir);
	close(j->lock);
	j->lock = -1;
}

void journal_close(struct journal *j)
{
	journal_unlock(j);
	desired_free(&j->desired);
	saved_free(&j->saved);
	free(j->written);
	memset(j, 0, sizeof(*j));
	j->lock = -1;
}

void journal_print(const struct journal *j, FILE *out)
{
	fprintf(out, "# sitctl's journal: what was configured, and sysctl KEY BEFORE MADE\n");
	saved_print(&j->saved, out);
	if (j->desired.server_explicit || j->desired.server.uplink.at) {
		fprintf(out, "server %s ", j->desired.server_explicit ? "explicit" : "implicit");
		spec_print(&j->desired.server, true, out);
		fputc('\n', out);
	}
	for (size_t i = 0; i < j->desired.n; i++) {
		const struct spec *spec = &j->desired.tunnels[i].spec;

		if (!j->desired.tunnels[i].recorded)
			continue;
		fprintf(out, "%s %s ", spec->role == ROLE_PEER ? "peer" : role_object(spec->role),
			name_text(spec->name));
		spec_print(spec, true, out);
		fputc('\n', out);
	}
}

/* Replace the old file with a new one. */
static int replace(const struct journal *j, const char *text, struct err *err)
{
	char path[sizeof(j->dir) + 16], new[NEW_PATH_SIZE];
	FILE *out;
	bool bad;
	int fd;

	snprintf(path, sizeof(path), "%s/journal", j->dir);
	new_path(j, new);
	/* Whatever the umask, others can at most read it. */
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out)
		return err_sys(err, errno, "%s", new);
	bad = fputs(text, out) < 0 || fflush(out) || fsync(fileno(out));
	bad = fclose(out) || bad;
	if (bad || rename(new, path)) {
		err_sys(err, errno, "%s", path);
		unlink(new);
		return -err->code;
	}
	return 0;
}

int journal_write(struct journal *j, struct err *err)
{
	char path[sizeof(j->dir) + 16], *text = NULL;
	size_t size;
	FILE *out;
	int ret;

	snprintf(path, sizeof(path), "%s/journal", j->dir);
	if (empty(j)) {
		free(j->written);
		j->written = NULL;
		return unlink(path) && errno != ENOENT ? err_sys(err, errno, "%s", path) : 0;
	}
	out = open_memstream(&text, &size);
	if (!out)
		return err_sys(err, errno, "%s", path);
	journal_print(j, out);
	if (fclose(out)) {
		free(text);
		return err_sys(err, ENOMEM, "%s", path);
	}
	if (j->written && !strcmp(j->written, text)) {
		free(text);
		return 0;
	}
	ret = replace(j, text, err);
	free(j->written);
	j->written = ret ? NULL : text;
	if (ret)
		free(text);
	return ret;
}
