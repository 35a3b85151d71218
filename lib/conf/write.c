/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Change a file of /etc/sitctl in memory, and write it so that either the old or the new one exists, complete. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf/write.h"
#include "base/list.h"
#include "spec/params.h"

#define CONF_LOCK_SECONDS 15 /* longer than its holder waits for the lock of its namespace */

static struct conf_line *insert_line(struct conf *f, size_t at, int section, const char *text)
{
	struct conf_line *grown;
	char *copy = strdup(text);

	if (!copy)
		return NULL;
	if (f->n_lines == f->room_lines) {
		grown = realloc(f->lines, (f->n_lines + 16) * sizeof(*grown));
		if (!grown) {
			free(copy);
			return NULL;
		}
		f->lines = grown;
		f->room_lines = f->n_lines + 16;
	}
	memmove(&f->lines[at + 1], &f->lines[at], (f->n_lines - at) * sizeof(*f->lines));
	memset(&f->lines[at], 0, sizeof(f->lines[at]));
	f->lines[at].text = copy;
	f->lines[at].section = section;
	f->n_lines++;
	return &f->lines[at];
}

static void delete_line(struct conf *f, size_t at)
{
	free(f->lines[at].text);
	memmove(&f->lines[at], &f->lines[at + 1], (f->n_lines - at - 1) * sizeof(*f->lines));
	f->n_lines--;
}

/* Does the value of LINE, in canonical form, equal VALUE? */
static bool says(const struct spec *spec, const struct param *p, const struct conf_line *line, const char *value)
{
	char *word = strndup(line->text + line->value, line->value_len), text[VALUE_TEXT];
	struct spec one;
	struct err ignored;
	const char *why;
	bool same;

	if (!word)
		return false;
	same = !spec_init(&one, spec->role, name_text(spec->name), &ignored) && param_take(p, &one, word, &why) &&
	       param_text(p, &one, 0, text) && !strcmp(text, value);
	spec_free(&one);
	free(word);
	return same;
}

static bool is_key(const struct conf_line *line, int section, const struct param *p)
{
	return line->section == section && !strcmp(line->key, p->name);
}

/* The line after the last meaningful one of SECTION: what follows may belong to the next section. */
static size_t end_of(const struct conf *f, int section)
{
	size_t end = f->n_lines;

	for (size_t i = 0; i < f->n_lines; i++)
		if (f->lines[i].section == section &&
		    (f->lines[i].key[0] || f->lines[i].text[strspn(f->lines[i].text, " \t")] == '['))
			end = i + 1;
	return end;
}

/* The column of '=' in most lines of SECTION, if they agree: a new line is to look like its neighbours. */
static int key_width(const struct conf *f, int section)
{
	int width = 0, same = 0, all = 0;

	for (size_t i = 0; i < f->n_lines; i++) {
		const char *equals = f->lines[i].section == section && f->lines[i].key[0]
					     ? strchr(f->lines[i].text, '=')
					     : NULL;

		if (!equals)
			continue;
		if (!width)
			width = (int)(equals - f->lines[i].text - 1);
		same += equals - f->lines[i].text - 1 == width;
		all++;
	}
	return all > 1 && 2 * same > all ? width : 0;
}

static bool change_value(struct conf_line *line, const char *value)
{
	char *text = NULL;

	if (asprintf(&text, "%.*s%s%s", (int)line->value, line->text, value,
		     line->text + line->value + line->value_len) < 0)
		return false;
	free(line->text);
	line->text = text;
	line->value_len = strlen(value);
	return true;
}

static bool add_key(struct conf *f, size_t at, int section, const struct param *p, const char *value)
{
	struct conf_line *line;
	char *text = NULL;
	bool ok;

	if (asprintf(&text, "%-*s = %s", key_width(f, section), p->name, value) < 0)
		return false;
	line = insert_line(f, at, section, text);
	ok = line;
	if (ok) {
		snprintf(line->key, sizeof(line->key), "%s", p->name);
		line->value = (size_t)(strchr(text, '=') + 2 - text);
		line->value_len = strlen(value);
	}
	free(text);
	return ok;
}

/* A value that the section should have, and whether a line has it. */
struct wanted {
	char text[VALUE_TEXT];
	bool said;
};

/* The values of P that SPEC was given, as a list in *WANTED. Returns how many; *ENOUGH: there was memory for all. */
static unsigned int collect(const struct spec *spec, const struct param *p, struct wanted **wanted, bool *enough)
{
	unsigned int n = 0;

	*wanted = NULL;
	*enough = true;
	while (spec->set & param_bit(p)) {
		struct wanted *grown = list_grow(*wanted, n, sizeof(*grown));

		*enough = grown;
		if (!grown)
			break;
		*wanted = grown;
		if (!param_text(p, spec, n, grown[n].text))
			break;
		n++;
	}
	return n;
}

/* Correct lines of P stay, each for one value; another line gets the value if there is only one, or is removed. */
static void keep_lines(struct conf *f, int section, const struct spec *spec, const struct param *p,
		       struct wanted *wanted, unsigned int n)
{
	for (size_t i = 0; i < f->n_lines; i++) {
		struct conf_line *line = &f->lines[i];

		line->right = false;
		for (unsigned int k = 0; is_key(line, section, p) && !line->right && k < n; k++)
			if (!wanted[k].said && says(spec, p, line, wanted[k].text))
				line->right = wanted[k].said = true;
	}
	for (size_t i = f->n_lines; i > 0; i--) {
		struct conf_line *line = &f->lines[i - 1];

		if (!is_key(line, section, p) || line->right)
			continue;
		if (n == 1 && !wanted[0].said)
			wanted[0].said = change_value(line, wanted[0].text);
		else
			delete_line(f, i - 1);
	}
}

/* Write the values of one parameter: after keep_lines(), add what is missing below its last line. */
static bool put_param(struct conf *f, int section, const struct spec *spec, const struct param *p)
{
	struct wanted *wanted;
	bool ok;
	unsigned int n = collect(spec, p, &wanted, &ok);
	size_t at;

	if (ok)
		keep_lines(f, section, spec, p, wanted, n);
	at = end_of(f, section);
	for (size_t i = 0; i < f->n_lines; i++)
		if (is_key(&f->lines[i], section, p))
			at = i + 1;
	for (unsigned int k = 0; ok && k < n; k++)
		ok = wanted[k].said || add_key(f, at++, section, p, wanted[k].text);
	list_drop(wanted);
	return ok;
}

static int add_section(struct conf *f, const struct spec *spec)
{
	struct conf_section *grown = realloc(f->sections, (f->n_sections + 1) * sizeof(*grown));
	int section = (int)f->n_sections;
	char header[PEER_NAME_MAX + 16];

	if (!grown)
		return -1;
	f->sections = grown;
	f->room_sections = f->n_sections + 1;
	memset(&grown[section], 0, sizeof(*grown));
	f->n_sections++;
	if (conf_part(spec->role))
		snprintf(header, sizeof(header), "[%s %s]", conf_part(spec->role), name_text(spec->name));
	else
		snprintf(header, sizeof(header), "[%s]", role_object(spec->role));
	if (f->n_lines && f->lines[f->n_lines - 1].text[0] && !insert_line(f, f->n_lines, section - 1, ""))
		return -1;
	return insert_line(f, f->n_lines, section, header) ? section : -1;
}

/* Is there a value that could not be read back from a file? An interface can be named "#". */
static int check_values(const struct spec *spec, struct err *err)
{
	char value[VALUE_TEXT];

	for (const struct param *p = params; p->name; p++)
		for (unsigned int i = 0; param_exists(p, spec) && !p->internal && spec_given(spec, p->name) &&
					 param_text(p, spec, i, value);
		     i++)
			if (value[0] == '#') {
				err_usage(err, p->name, "cannot be '%s' in a file, where '#' begins a comment", value);
				err_hint(err, "rename the interface");
				return -EINVAL;
			}
	return 0;
}

int conf_put(struct conf *f, const struct spec *spec, struct err *err)
{
	struct conf_section *s = conf_find(f, spec->role, name_text(spec->name));
	int section;

	if (check_values(spec, err))
		return -EINVAL;
	section = s ? (int)(s - f->sections) : add_section(f, spec);
	if (section < 0)
		return err_sys(err, ENOMEM, "%s", f->path);
	if (&f->sections[section].spec != spec) {
		spec_free(&f->sections[section].spec);
		spec_copy(&f->sections[section].spec, spec);
	}
	if (conf_name_sections(f))
		return err_sys(err, ENOMEM, "%s", f->path);
	for (const struct param *p = params; p->name; p++)
		if (param_exists(p, spec) && !p->internal && !put_param(f, section, spec, p))
			return err_sys(err, ENOMEM, "%s", f->path);
	return 0;
}

int conf_remove(struct conf *f, enum role role, const char *name)
{
	struct conf_section *s = conf_find(f, role, name);
	int section = s ? (int)(s - f->sections) : -1;
	size_t end, at = 0;

	if (!s)
		return 0;
	end = end_of(f, section);
	for (size_t i = end; i > 0; i--)
		if (f->lines[i - 1].section == section)
			delete_line(f, at = i - 1);
	/* Of the empty lines before and after it, keep one. */
	if (at > 0 && !f->lines[at - 1].text[0] && (at == f->n_lines || !f->lines[at].text[0]))
		delete_line(f, at - 1);
	spec_free(&s->spec); /* without a role it is no longer found; the others keep their numbers */
	return 0;
}

/* The file itself if PATH is a link to it, since the link is to stay. */
static char *real_path(const struct conf *f)
{
	char *real = f->exists ? realpath(f->path, NULL) : NULL;

	return real ? real : strdup(f->path);
}

void conf_print(const struct conf *f, FILE *out)
{
	for (size_t i = 0; i < f->n_lines; i++)
		fprintf(out, "%s\n", f->lines[i].text);
}

static bool write_lines(const struct conf *f, FILE *out)
{
	conf_print(f, out);
	/* The owner is root, as for the old file, whose owner was checked when it was read. */
	return !fflush(out) && !ferror(out) && !fchown(fileno(out), (uid_t)-1, f->exists ? f->gid : (gid_t)-1) &&
	       !fchmod(fileno(out), f->mode) && !fsync(fileno(out));
}

/* Create the usual directory, for its first file. */
static int make_folder(const char *path, struct err *err)
{
	if (!strncmp(path, CONF_DIR "/", strlen(CONF_DIR "/")) && mkdir(CONF_DIR, 0755) && errno != EEXIST)
		return err_sys(err, errno, CONF_DIR);
	return 0;
}

int conf_lock(struct conf *f, const char *path, struct err *err)
{
	struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	int fd = -1, ret = make_folder(path, err);

	memset(f, 0, sizeof(*f));
	if (!ret)
		ret = run_dir(err);
	for (int try = 0; !ret && (fd = lock_file(CONF_LOCK)) < 0; try++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, errno, CONF_LOCK);
		if (try == CONF_LOCK_SECONDS * 50) {
			err_sys(err, EBUSY, CONF_LOCK);
			err_why(err, "is still held by another sitctl after %d seconds", CONF_LOCK_SECONDS);
			return -EBUSY;
		}
		nanosleep(&pause, NULL);
	}
	f->lock = fd + 1;
	return ret;
}

int conf_prepare(struct conf *f, struct err *err)
{
	char *real = real_path(f), *temporary = NULL;
	FILE *out = NULL;
	int fd = -1, ret = 0;

	if (!real || asprintf(&temporary, "%s.new", real) < 0) {
		free(real);
		return err_sys(err, ENOMEM, "%s", f->path);
	}
	free(real);
	ret = make_folder(f->path, err);
	if (ret)
		goto out;
	unlink(temporary); /* left by a killed process */
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!out) {
		ret = err_sys(err, errno, "%s", temporary);
		goto out;
	}
	f->temporary = temporary;
	if (!write_lines(f, out))
		ret = err_sys(err, errno, "%s", temporary);
	if (fclose(out) && !ret)
		ret = err_sys(err, errno, "%s", temporary);
	if (ret)
		err_hint(err, "fix that, then try again: %s is unchanged", f->path);
	return ret;
out:
	if (fd >= 0)
		close(fd);
	free(temporary);
	return ret;
}

int conf_commit(struct conf *f, struct err *err)
{
	char *dir = strdup(f->temporary), *slash = dir ? strrchr(dir, '/') : NULL;
	char *path = dir ? strndup(f->temporary, strlen(f->temporary) - strlen(".new")) : NULL;
	int fd, ret = 0;

	if (!path) {
		ret = err_sys(err, ENOMEM, "%s", f->path);
	} else if (rename(f->temporary, path)) {
		ret = err_sys(err, errno, "%s", f->path);
	} else {
		free(f->temporary);
		f->temporary = NULL;
		*(slash ? slash : dir) = '\0';
		fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		/*
		 * The name is on disk only once the directory is. It already refers to the new file: an error
		 * here means that after a power loss the old file may be back, as complete as the new one.
		 */
		if (fd >= 0) {
			fsync(fd);
			close(fd);
		}
	}
	free(dir);
	free(path);
	return ret;
}
