/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "base/shellwords.h"

#define SPACE " \t\r"
#define ENDS "\n;&|()" /* a command */

/* A backslash before a newline joins the next line. */
static bool joins(const char *p)
{
	return p[0] == '\\' && (p[1] == '\n' || (p[1] == '\r' && p[2] == '\n'));
}

static const char *skip_join(struct shellwords *s, const char *p)
{
	s->at++;
	return p + (p[1] == '\r' ? 3 : 2);
}

static void skip_blank(struct shellwords *s)
{
	const char *p = s->next;

	while (*p && (joins(p) || strchr(SPACE "#", *p)))
		if (joins(p))
			p = skip_join(s, p);
		else
			p += *p == '#' ? strcspn(p, "\n") : 1;
	s->next = p;
}

/* The words of a command while they are read. */
struct taking {
	char **words;
	int n, max;
	char *begin;	 /* of the word being read */
	const char *raw; /* where it begins in the input */
	bool any;	 /* it is a word, even if empty; an unquoted variable may become none, or several */
	bool odd;	 /* see struct shellwords */
	bool assignment; /* its value becomes one word */
};

static void put(struct shellwords *s, struct taking *t, char c)
{
	*s->room++ = c;
	t->any = true;
}

static void begin_word(struct shellwords *s, struct taking *t, const char *at)
{
	t->begin = s->room;
	t->raw = at;
	t->any = t->odd = false;
}

/* End the word, if there is one, AT this place in the input; an odd word is kept as written there. */
static void end_word(struct shellwords *s, struct taking *t, const char *at)
{
	if (!t->any)
		return;
	if (t->odd) {
		memcpy(t->begin, t->raw, (size_t)(at - t->raw));
		s->room = t->begin + (at - t->raw);
	}
	*s->room++ = '\0';
	if (t->n == t->max) {
		s->many = true;
	} else {
		if (t->odd && t->n < 64)
			s->odd |= UINT64_C(1) << t->n;
		t->words[t->n++] = t->begin;
	}
	begin_word(s, t, at);
}

static size_t name_length(const char *p)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*p) && *p != '_')
		return 0;
	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	return n;
}

bool shell_is_name(const char *word)
{
	return *word && !word[name_length(word)];
}

size_t shell_assignment(const char *word)
{
	size_t n = name_length(word);

	return n && (word[n] == '=' || (word[n] == '+' && word[n + 1] == '=')) ? n : 0;
}

/* Insert the VALUE of the variable AT this place. A word that ends within it stores its zero in place of the blank. */
static void put_value(struct shellwords *s, struct taking *t, const char *value, const char *at, bool quoted)
{
	for (; *value; value++)
		if (!quoted && !t->assignment && strchr(" \t\n", *value))
			end_word(s, t, at);
		else
			put(s, t, *value);
}

/* What follows the quoted text at P, which is not read. */
static const char *skip_quoted(struct shellwords *s, const char *p)
{
	char quote = *p++;

	for (; *p && *p != quote; p++) {
		p += quote == '"' && *p == '\\' && p[1];
		s->at += *p == '\n';
	}
	return *p ? p + 1 : p;
}

/* What follows the bracket or quote that closes the one at P. */
static const char *skip_group(struct shellwords *s, const char *p)
{
	char open = *p, close = open;
	unsigned int depth = 0;

	if (open != '`')
		close = open == '(' ? ')' : '}';
	do {
		/* Quotes hide a bracket only in commands: a single quote within ${} is an apostrophe. */
		if (depth && open == '(' && (*p == '"' || *p == '\'')) {
			p = skip_quoted(s, p);
			continue;
		}
		if (*p == open && (open != '`' || !depth))
			depth++;
		else if (*p == close)
			depth--;
		s->at += *p == '\n';
		if (*p == '\\' && p[1])
			s->at += *++p == '\n';
		p++;
	} while (*p && depth);
	if (depth)
		s->open = "a bracket is not closed";
	return p;
}

/* What follows the expansion at P, if it is not a plain variable: a command, arithmetic, or ${} with an operator. */
static const char *skip_expansion(struct shellwords *s, const char *p)
{
	if (*p == '`')
		return skip_group(s, p);
	return p[1] == '(' || p[1] == '{' ? skip_group(s, p + 1) : p + 2;
}

/* Read the '$' or '`' at P, which is inside "" if QUOTED. Returns what follows the expansion. */
static const char *take_expansion(struct shellwords *s, struct taking *t, const char *p, bool quoted)
{
	bool braces = *p == '$' && p[1] == '{';
	const char *name = p + 1 + braces, *value = NULL;
	size_t len = *p == '$' ? name_length(name) : 0;

	if (len && (!braces || name[len] == '}'))
		value = s->value(s->variables, name, len);
	if (value && strnlen(value, s->left + 1) <= s->left) {
		s->left -= strlen(value);
		put_value(s, t, value, p, quoted);
		return name + len + braces;
	}
	if (*p == '$' && !len && (!p[1] || !strchr("({*@#?$!-0123456789", p[1]))) {
		put(s, t, *p);
		return p + 1;
	}
	t->odd = t->any = true;
	return len && !braces ? name + len : skip_expansion(s, p);
}

/* Read the quoted text that begins at P. Returns what follows it. */
static const char *take_quoted(struct shellwords *s, struct taking *t, const char *p)
{
	char quote = *p++;

	t->any = true;
	while (*p && *p != quote) {
		if (quote == '"' && joins(p)) {
			p = skip_join(s, p);
			continue;
		}
		if (quote == '"' && s->value && (*p == '$' || *p == '`')) {
			p = take_expansion(s, t, p, true);
			continue;
		}
		if (quote == '"' && *p == '\\' && p[1] && strchr("\"\\$`", p[1]))
			p++;
		s->at += *p == '\n';
		put(s, t, *p++);
	}
	if (!*p)
		s->open = "a quote is not closed";
	return *p ? p + 1 : p;
}

/* Read one word; if its value is not known, keep it as written. */
static void take_word(struct shellwords *s, struct taking *t)
{
	const char *p = s->next;

	begin_word(s, t, p);
	t->assignment = shell_assignment(p);
	while (*p && !strchr(SPACE ENDS "<>", *p)) {
		if (joins(p)) {
			p = skip_join(s, p);
		} else if (t->assignment && *p == '=' && p[1] == '(') {
			t->odd = t->any = true;
			p = skip_group(s, p + 1);
		} else if (*p == '\'' || *p == '"') {
			p = take_quoted(s, t, p);
		} else if (s->value && (*p == '$' || *p == '`')) {
			p = take_expansion(s, t, p, false);
		} else {
			if (*p == '\\' && p[1])
				p++;
			put(s, t, *p++);
		}
	}
	end_word(s, t, p);
	s->next = p;
}

/* A redirection and its target are not words. */
static bool skip_redirection(struct shellwords *s)
{
	const char *p = s->next + strspn(s->next, "0123456789"), *form;
	struct taking nowhere = { .max = 0 };
	char *word = s->room;
	bool many = s->many;
	size_t len;

	p += *p == '&' && p[1] == '>';
	if (*p != '<' && *p != '>')
		return false;
	form = p;
	len = strspn(p, "<>&|");
	/* The redirection operator leaves room for the zero of its word, even if there is no word. */
	s->next = p + len + (len == 2 && !strncmp(p, "<<-", 3));
	skip_blank(s);
	*word = '\0';
	take_word(s, &nowhere);
	s->many = many;
	s->room = word + strlen(word) + 1;
	if (*form == '>' && !memchr(form, '&', len)) {
		s->into = word;
	} else if (len == 2 && !strncmp(form, "<<", 2) && s->n_here < SHELL_HERE_MAX) {
		s->here[s->n_here].end = word;
		s->here[s->n_here++].tabs = form[2] == '-';
	} else if (len == 2 && !strncmp(form, "<<", 2)) {
		s->open = "there are too many here-documents";
	} else {
		s->room = word;
	}
	return true;
}

/* Skip the here-documents that begin on the next line. */
static void skip_documents(struct shellwords *s)
{
	for (size_t i = 0; i < s->n_here; i++) {
		size_t len = strlen(s->here[i].end);
		bool ended = false;

		while (*s->next && !ended) {
			const char *line = s->next + 1 + (s->here[i].tabs ? strspn(s->next + 1, "\t") : 0);

			ended = !strncmp(line, s->here[i].end, len) && strchr("\r\n", line[len]);
			s->next = line + strcspn(line, "\n");
			s->at++;
		}
		if (!ended && !s->open)
			s->open = "a here-document has no end";
	}
	s->n_here = 0;
}

/* What follows "()" at P; NULL if it is not there. */
static const char *behind_brackets(const char *p)
{
	if (*p != '(')
		return NULL;
	p += 1 + strspn(p + 1, SPACE);
	return *p == ')' ? p + 1 : NULL;
}

/* End a command of N words. Is it one, by its words? If not, skip what ended it. */
static bool end_command(struct shellwords *s, int n)
{
	const char *behind = n == 1 ? behind_brackets(s->next) : NULL;

	s->end = *s->next;
	if (behind) {
		s->function = true;
		s->next = behind;
	}
	if (*s->next == '\n' && s->n_here)
		skip_documents(s);
	if (n || !*s->next)
		return true;
	if (*s->next == '(')
		s->depth++;
	else if (*s->next == ')' && s->depth)
		s->depth--;
	s->at += *s->next++ == '\n';
	return false;
}

int shell_command(struct shellwords *s, char *words[], int max)
{
	struct taking t = { .words = words, .max = max };
	static char twice[] = ";;";
	bool begun = false;

	s->many = s->function = false;
	s->chained = !strncmp(s->next, "&&", 2) || !strncmp(s->next, "||", 2);
	s->open = s->into = NULL;
	s->odd = 0;
	for (;;) {
		skip_blank(s);
		if (!begun)
			s->line = s->at;
		if (!t.n && !strncmp(s->next, twice, 2)) {
			s->next += 2;
			words[0] = twice;
			return 1;
		}
		if (skip_redirection(s)) {
			begun = true;
		} else if (*s->next && !strchr(ENDS, *s->next)) {
			begun = true;
			take_word(s, &t);
		} else if (end_command(s, t.n)) {
			return t.n;
		} else {
			begun = false;
		}
	}
}
