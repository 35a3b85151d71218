/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "base/quote.h"

/* Enough for 100,000 peers; bounds the memory that any file can use. */
#define SIZE_MAX_FILE (16 << 20)
#define TOO_LARGE "is larger than 16 MiB"
#define SECTIONS_MAX (1 << 17)
#define LINES_MAX (1 << 20)

/* A kind of file, and its content. */
struct conf_kind {
	enum role role;
	const char *name;  /* of the usual file; NULL: the tunnel's name */
	const char *whole; /* the section that exists once, or NULL */
	enum role part;	   /* of the sections that may exist several times, or 0 */
	const char *word;  /* their first word */
	const char *sections;
};

static const struct conf_kind kinds_of_conf[] = {
	{ ROLE_CLIENT, NULL, "client", 0, NULL, "use '[client]' in a client's file" },
	{ ROLE_SERVER, "server", "server", ROLE_PEER, "peer", "use '[server]' and '[peer NAME]' in the server's file" },
	{ ROLE_NAT, "nat", NULL, ROLE_NAT, "pass", "use '[pass NAME]' in the file of NAT passes" },
};

static const struct conf_kind *kind_of(enum role role)
{
	const struct conf_kind *kind = kinds_of_conf;

	while (kind->role != role && kind->part != role)
		kind++;
	return kind;
}

enum role conf_role(enum role role)
{
	return kind_of(role)->role;
}

const char *conf_part(enum role role)
{
	return kind_of(role)->part == role ? kind_of(role)->word : NULL;
}

void conf_path(enum role role, const char *name, char *path)
{
	const char *fixed = kind_of(role)->name;

	snprintf(path, CONF_PATH, CONF_DIR "/%s.conf", fixed ? fixed : name);
}

bool conf_taken(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds_of_conf) / sizeof(*kinds_of_conf); i++)
		if (kinds_of_conf[i].name && !strcmp(kinds_of_conf[i].name, name))
			return true;
	return false;
}

void conf_error(struct conf *f, unsigned int line, const struct err *err)
{
	char text[1600], number[16] = "";

	if (line)
		snprintf(number, sizeof(number), ":%u", line);
	errors_add(&f->errors, "%s%s: %s", f->path, number, err_text(err, text, sizeof(text)));
}

static uint32_t *find_slot(const struct conf *f, enum role role, const char *name)
{
	return nameindex_slot(&f->names, (struct named){ &f->sections[0].spec, sizeof(*f->sections) }, role, name);
}

struct conf_section *conf_find(const struct conf *f, enum role role, const char *name)
{
	uint32_t *slot = f->n_sections ? find_slot(f, role, name) : NULL;

	return slot && *slot ? &f->sections[*slot - 1] : NULL;
}

int conf_name_sections(struct conf *f)
{
	if (f->n_sections > f->names.n_slots / 2) {
		if (nameindex_clear(&f->names, f->n_sections))
			return -ENOMEM;
		f->n_named = 0;
	}
	for (; f->n_named < f->n_sections; f->n_named++) {
		const struct spec *spec = &f->sections[f->n_named].spec;
		uint32_t *slot = spec->role ? find_slot(f, spec->role, name_text(spec->name)) : NULL;

		if (slot && !*slot) /* for duplicates, the first one is found */
			*slot = (uint32_t)f->n_named + 1;
	}
	return 0;
}

static void *grow_list(void **items, size_t *n, size_t *room, size_t size)
{
	if (!*items || *n == *room) {
		size_t more = *room ? 2 * *room : 16;
		void *grown = realloc(*items, more * size);

		if (!grown)
			return NULL;
		*items = grown;
		*room = more;
	}
	return memset((char *)*items + (*n)++ * size, 0, size);
}

static struct conf_line *add_line(struct conf *f, const char *text, size_t len)
{
	struct conf_line *line = grow_list((void **)&f->lines, &f->n_lines, &f->room_lines, sizeof(*line));

	if (!line)
		return NULL;
	line->section = (int)f->n_sections - 1;
	line->text = strndup(text, len);
	return line->text ? line : NULL;
}

/* Split the words between '[' and ']'; the second one, if any, is NAME. */
static bool split_header(char *text, char **kind, char **name)
{
	char *end = text + strlen(text);

	for (char *comment = text; (comment = strchr(comment, '#')); comment++)
		if (comment > text && isspace((unsigned char)comment[-1])) {
			*comment = '\0';
			end = comment;
			break;
		}
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	if (end == text || end[-1] != ']')
		return false;
	end[-1] = '\0';
	*kind = strtok(text + 1, " \t");
	*name = strtok(NULL, " \t");
	return *kind && !strtok(NULL, " \t");
}

static int wrong_section(const struct conf *f, const char *header, struct err *err)
{
	err_usage(err, header, "is not a section of this file");
	err_hint(err, "%s", kind_of(f->role)->sections);
	return -EINVAL;
}

/* Set up SPEC for the section that the header TEXT begins. 0, or -EINVAL and ERR. */
static int parse_header(const struct conf *f, const char *text, const char *client, struct spec *spec, struct err *err)
{
	const struct conf_kind *is = kind_of(f->role);
	char copy[256], *kind, *name;

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy) || !split_header(copy, &kind, &name))
		return wrong_section(f, text, err);
	if (is->part && !strcmp(kind, is->word)) {
		if (!name) {
			err_usage(err, text, "a %s needs a name", is->word);
			err_hint(err, "write '[%s NAME]'", is->word);
			return -EINVAL;
		}
		if (spec_init(spec, is->part, name, err)) {
			spec_free(spec); /* without a role: do not report what is missing in an invalid section */
			return -EINVAL;
		}
	} else if (name || !is->whole || strcmp(kind, is->whole)) {
		return wrong_section(f, text, err);
	} else if (spec_init(spec, is->role, is->name ? "" : client, err)) {
		return -EINVAL;
	}
	return conf_find(f, spec->role, name_text(spec->name)) ? err_usage(err, text, "appears twice") : 0;
}

/* Find key and value of `key = value # comment`; false if the line does not have that form. */
static bool split_key(struct conf_line *line)
{
	const char *text = line->text, *equals = strchr(text, '='), *key = text + strspn(text, " \t"), *end, *comment;

	if (!equals)
		return false;
	end = equals;
	while (end > key && isspace((unsigned char)end[-1]))
		end--;
	if (end == key || end - key >= (int)sizeof(line->key))
		return false;
	memcpy(line->key, key, (size_t)(end - key));
	line->value = (size_t)(equals + 1 - text);
	line->value += strspn(text + line->value, " \t\r");
	line->value_len = strlen(text + line->value);
	/* A '#' inside a word, as in some interface names, does not begin a comment. */
	for (comment = text + line->value; (comment = strchr(comment, '#')); comment++)
		if (comment[-1] == ' ' || comment[-1] == '\t' || comment == text + line->value) {
			line->value_len = (size_t)(comment - text) - line->value;
			break;
		}
	while (line->value_len && isspace((unsigned char)text[line->value + line->value_len - 1]))
		line->value_len--;
	return true;
}

static int take_key(struct conf *f, struct conf_line *line, uint64_t *seen, struct err *err)
{
	struct conf_section *section;
	char *value, *words[2] = { line->key };
	int ret;

	if (!split_key(line)) {
		err_usage(err, line->text, "is neither a comment, nor '[SECTION]', nor 'KEY = VALUE'");
		return -EINVAL;
	}
	if (!f->n_sections) {
		err_usage(err, line->key, "appears before the first section");
		err_hint(err, "%s", kind_of(f->role)->sections);
		return -EINVAL;
	}
	section = &f->sections[f->n_sections - 1];
	value = strndup(line->text + line->value, line->value_len);
	if (!value)
		return err_sys(err, ENOMEM, "%s", f->path);
	words[1] = value;
	ret = spec_more_words(&section->spec, line->value_len ? 2 : 1, words, seen, err);
	free(value);
	/* A wrong value is not a missing one. */
	if (ret)
		spec_set_given(&section->spec, line->key);
	return ret;
}

/* Record one line as it is, and parse it. */
static int take_text(struct conf *f, const char *text, size_t len, const char *name, uint64_t *seen, struct err *err)
{
	struct conf_line *line = add_line(f, text, len);
	struct conf_section *section;
	struct spec spec;
	const char *p;
	int ret;

	if (!line)
		return err_sys(err, ENOMEM, "%s", f->path);
	p = line->text + strspn(line->text, " \t\r");
	if (!*p || *p == '#' || *p == ';')
		return 0;
	if (*p != '[') {
		ret = take_key(f, line, seen, err);
		if (ret && f->n_sections)
			f->sections[f->n_sections - 1].bad = true;
		return ret;
	}
	*seen = 0;
	memset(&spec, 0, sizeof(spec));
	ret = parse_header(f, p, name, &spec, err);
	section = grow_list((void **)&f->sections, &f->n_sections, &f->room_sections, sizeof(*section));
	if (!section)
		return err_sys(err, ENOMEM, "%s", f->path);
	/* Lines below a wrong header are not reported as well. */
	section->spec = spec;
	section->line = (unsigned int)f->n_lines;
	section->bad = ret;
	line->section = (int)f->n_sections - 1;
	return conf_name_sections(f) ? err_sys(err, ENOMEM, "%s", f->path) : ret;
}

int conf_parse(struct conf *f, const char *text, enum role role, const char *name, struct err *err)
{
	const char *last = text + strlen(text), *end;
	uint64_t seen = 0;

	f->role = role;
	/* Not strcspn(): sanitizers check the whole rest of the text each time. */
	for (; text < last; text = end + (end < last)) {
		struct err inner;
		int ret;

		end = memchr(text, '\n', (size_t)(last - text));
		end = end ? end : last;
		ret = take_text(f, text, (size_t)(end - text), name, &seen, &inner);
		if (ret == -ENOMEM)
			return err_sys(err, ENOMEM, "%s", f->path);
		if (f->n_lines == LINES_MAX || f->n_sections == SECTIONS_MAX)
			return err_usage(err, f->path,
					 "is too large: a file must have fewer than %u lines and %u sections",
					 LINES_MAX, SECTIONS_MAX);
		if (ret && (!f->n_sections || f->sections[f->n_sections - 1].spec.role ||
			    f->sections[f->n_sections - 1].line == f->n_lines))
			conf_error(f, (unsigned int)f->n_lines, &inner);
	}
	for (size_t i = 0; i < f->n_sections; i++) {
		struct conf_section *s = &f->sections[i];
		struct err inner;

		/* An error in a section does not hide what is missing in it. */
		if (!s->spec.role || !(s->bad ? spec_check_required(&s->spec, &inner) : spec_check(&s->spec, &inner)))
			continue;
		s->bad = true;
		conf_error(f, s->line, &inner);
	}
	if (role == ROLE_CLIENT && !f->n_sections && !f->errors.n) {
		struct err inner;

		err_usage(&inner, "[client]", "this section is missing");
		conf_error(f, 0, &inner);
	}
	return 0;
}

/* Whoever can write to the file decides what root does, so only root may. */
static int check_owner(struct conf *f, int fd, struct stat *st, struct err *err)
{
	char word[QUOTED_SIZE(CONF_PATH)];

	if (fstat(fd, st))
		return err_sys(err, errno, "%s", f->path);
	if (!S_ISREG(st->st_mode))
		return err_usage(err, f->path, "is not a regular file");
	if (st->st_size > SIZE_MAX_FILE)
		return err_usage(err, f->path, TOO_LARGE);
	if (st->st_uid || (st->st_mode & 022)) {
		err_usage(err, f->path, "users other than root can write to it");
		quote_word(f->path, word, sizeof(word));
		err_hint(err, "run: chown root %s; chmod go-w %s", word, word);
		return -EINVAL;
	}
	f->mode = st->st_mode & 07777;
	f->gid = st->st_gid;
	return 0;
}

/* Whoever can write to its directory can replace it with another file, or a link. */
static int check_folder(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct stat st, entry;
	char dir[PATH_MAX];

	if (!slash)
		snprintf(dir, sizeof(dir), ".");
	else
		snprintf(dir, sizeof(dir), "%.*s", slash > path ? (int)(slash - path) : 1, path);
	if (stat(dir, &st))
		return errno == ENOENT ? 0 : err_sys(err, errno, "%s", dir);
	/* In a sticky directory like /tmp no one else can replace root's files. */
	if (!st.st_uid && (!(st.st_mode & 022) || ((st.st_mode & S_ISVTX) && (lstat(path, &entry) || !entry.st_uid))))
		return 0;
	err_usage(err, path, "users other than root can write to its directory");
	err_hint(err, "keep it in a directory that only root can write to, such as " CONF_DIR);
	return -EINVAL;
}

static int check_folders(const char *path, struct err *err)
{
	char *real = realpath(path, NULL);
	int ret = check_folder(path, err);

	if (!ret && real)
		ret = check_folder(real, err);
	free(real);
	return ret;
}

/* Read all of FD, or at most SIZE bytes if SIZE is not 0. */
static int load(struct conf *f, int fd, size_t size, char **text, struct err *err)
{
	size_t room = size ? size : 4096, len = 0;
	ssize_t n;

	do {
		char *grown = realloc(*text, room + 1);

		if (!grown)
			return err_sys(err, ENOMEM, "%s", f->path);
		*text = grown;
		while ((n = read(fd, grown + len, room - len)) > 0)
			len += (size_t)n;
		grown[len] = '\0';
		room *= 2;
	} while (!n && len == room / 2 && !size && len <= SIZE_MAX_FILE);
	if (n < 0)
		return err_sys(err, errno, "%s", f->path);
	if (len > SIZE_MAX_FILE)
		return err_usage(err, f->path, TOO_LARGE);
	return strlen(*text) == len ? 0 : err_usage(err, f->path, "contains a NUL byte: this is not a text file");
}

/* Read the file at f->path, if it exists and only root can write to it. */
static int load_file(struct conf *f, char **text, struct err *err)
{
	int ret = check_folders(f->path, err), fd = ret ? -1 : open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (!ret && fd < 0 && errno == ENOENT)
		return 0;
	if (!ret && fd < 0)
		ret = err_sys(err, errno, "%s", f->path);
	f->exists = !ret;
	if (!ret)
		ret = check_owner(f, fd, &st, err);
	if (!ret)
		ret = load(f, fd, (size_t)st.st_size, text, err);
	if (fd >= 0)
		close(fd);
	return ret;
}

bool conf_is_input(const char *path)
{
	return !strcmp(path, "-") || !strcmp(path, "/dev/stdin");
}

int conf_read(struct conf *f, const char *path, enum role role, const char *name, struct err *err)
{
	char *text = NULL;
	int ret, lock = f->lock;

	memset(f, 0, sizeof(*f));
	f->lock = lock;
	f->role = role;
	f->mode = 0644;
	if (snprintf(f->path, sizeof(f->path), "%s", conf_is_input(path) ? "standard input" : path) >=
	    (int)sizeof(f->path))
		return err_usage(err, path, "is too long for a file name");
	f->exists = conf_is_input(path);
	ret = f->exists ? load(f, STDIN_FILENO, 0, &text, err) : load_file(f, &text, err);
	if (!ret && text)
		ret = conf_parse(f, text, role, name, err);
	free(text);
	if (ret)
		conf_free(f);
	return ret;
}

void conf_resolve(struct conf *f)
{
	for (size_t i = 0; i < f->n_sections; i++) {
		struct conf_section *s = &f->sections[i];
		struct err err;

		if (s->bad || !spec_resolve(&s->spec, &s->answers, &err))
			continue;
		s->bad = true;
		f->n_unresolved += !err.usage;
		conf_error(f, s->line, &err);
	}
}

void conf_free(struct conf *f)
{
	for (size_t i = 0; i < f->n_lines; i++)
		free(f->lines[i].text);
	if (f->temporary)
		unlink(f->temporary);
	if (f->lock) {
		unlink(CONF_LOCK);
		close(f->lock - 1);
	}
	for (size_t i = 0; i < f->n_sections; i++)
		spec_free(&f->sections[i].spec);
	free(f->temporary);
	free(f->lines);
	free(f->sections);
	free(f->names.slots);
	errors_free(&f->errors);
	memset(f, 0, sizeof(*f));
}
