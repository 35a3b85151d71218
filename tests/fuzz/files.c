/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzer: a file of /etc/sitctl; behind a line "%%" the words of a tunnel that --save puts in. A file that says
 * already what it shall say is not changed by a byte; comments stay; what was saved is what is read.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../common/spectext.h"
#include "common/kernel.h"
#include "conf/conf.h"
#include "conf/write.h"
#include "spec/spec.h"

#define WORDS_MAX 128
#define SEPARATOR "\n%%\n"

static char *printed(const struct conf *f)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	invariant(out);
	conf_print(f, out);
	fclose(out);
	return text;
}

static void parse(struct conf *f, const char *text, enum role role)
{
	struct err err;

	memset(f, 0, sizeof(*f));
	snprintf(f->path, sizeof(f->path), "/etc/sitctl/x.conf");
	invariant(!conf_parse(f, text, role, "x", &err));
}

/* Only the newline at the end may be missing. */
static void same_text(const struct conf *f, const char *text)
{
	char *out = printed(f);
	size_t len = strlen(text);

	invariant(!strncmp(out, text, len) && (!out[len] || !strcmp(out + len, "\n")));
	free(out);
}

static void unchanged(struct conf *f, const char *text)
{
	struct err err;

	same_text(f, text);
	for (size_t i = 0; !f->errors.n && i < f->n_sections; i++) {
		struct spec spec;

		spec_copy(&spec, &f->sections[i].spec);
		invariant(!conf_put(f, &spec, &err));
		spec_free(&spec);
		same_text(f, text);
	}
}

static bool is_comment(const char *line)
{
	line += strspn(line, " \t\r");
	return *line == '#' || *line == ';';
}

/* Are all lines of BEFORE that are comments in AFTER, in this order? */
static void comments_stay(char *before, char *after)
{
	char *rest = after, *more = NULL;

	for (char *line = strtok_r(before, "\n", &more); line; line = strtok_r(NULL, "\n", &more)) {
		char *found = NULL;

		if (!is_comment(line))
			continue;
		while (!found && *rest) {
			size_t len = strcspn(rest, "\n");

			if (len == strlen(line) && !strncmp(rest, line, len))
				found = rest;
			rest += rest[len] ? len + 1 : len;
		}
		invariant(found);
	}
}

static void says(const struct conf *f, const struct spec *spec)
{
	static char wanted[WORDS_MAX * VALUE_TEXT], has[sizeof(wanted)];
	const struct conf_section *s = conf_find(f, spec->role, name_text(spec->name));

	invariant(!f->errors.n && s);
	spec_text(spec, false, wanted, sizeof(wanted));
	spec_text(&s->spec, false, has, sizeof(has));
	invariant(strlen(wanted) == strlen(has));
	/* Values that repeat may come in the order in which they stood there. */
	if (spec->n_addresses <= 1 && spec->n_prefixes <= 1 && spec->n_allows <= 1 && spec->n_targets <= 1)
		invariant(!strcmp(wanted, has));
}

static bool make(struct spec *spec, enum role of, char *words)
{
	char *list[WORDS_MAX], *name = strtok(words, " \n");
	int n = 0;
	struct err err;
	enum role role = of != ROLE_SERVER ? of : name && !strcmp(name, "server") ? ROLE_SERVER : ROLE_PEER;

	for (char *word = name ? strtok(NULL, " \n") : NULL; word && n < WORDS_MAX; word = strtok(NULL, " \n"))
		list[n++] = word;
	return name &&
	       !spec_init(spec, role,
			  role == ROLE_CLIENT	? "x"
			  : role == ROLE_SERVER ? ""
						: name,
			  &err) &&
	       !spec_words(spec, n, list, &err) && !spec_check(spec, &err);
}

static void saved(struct conf *f, const char *text, enum role role, char *words)
{
	bool right = !f->errors.n;
	struct spec spec = { 0 };
	struct conf again;
	struct err err;
	char *out, *before;

	if (!make(&spec, role, words)) {
		spec_free(&spec);
		return;
	}
	if (conf_put(f, &spec, &err)) {
		/* Only what a file cannot say is refused, and changes nothing. */
		invariant(err.usage && strstr(err.why, "'#"));
		if (right)
			same_text(f, text);
		spec_free(&spec);
		return;
	}
	out = printed(f);
	if (right) {
		parse(&again, out, role);
		says(&again, &spec);
		same_text(&again, out);
		conf_free(&again);
	}
	before = strdup(text);
	comments_stay(before, out);
	free(before);
	free(out);
	invariant(!conf_remove(f, spec.role, name_text(spec.name)));
	spec_free(&spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[8192], *words;
	enum role role;
	struct conf f;

	if (size >= sizeof(text) || memchr(data, '\0', size))
		return -1;
	names_forget();
	memcpy(text, data, size);
	text[size] = '\0';
	words = strstr(text, SEPARATOR);
	if (words) {
		words[1] = '\0'; /* the newline belongs to the file */
		words += strlen(SEPARATOR);
	}
	role = strstr(text, "[client") ? ROLE_CLIENT : strstr(text, "[pass") ? ROLE_NAT : ROLE_SERVER;
	parse(&f, text, role);
	unchanged(&f, text);
	if (words)
		saved(&f, text, role, words);
	conf_free(&f);
	return 0;
}
