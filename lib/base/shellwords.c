/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "base/shellwords.h"

/* A backslash before the end of a line joins the next one. */
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

	while (*p && (joins(p) || strchr(" \t\r#", *p)))
		if (joins(p))
			p = skip_join(s, p);
		else
			p += *p == '#' ? strcspn(p, "\n") : 1;
	s->next = p;
}

/* The words of a command while they are taken. */
struct taking {
	char **words;
	int n, max;
	char *begin;	 /* of the word that is taken */
	const char *raw; /* where it begins in the text */
	bool any;	 /* it is one, be it empty: of a variable without quotes may become none, or several */
	bool odd;	 /* see struct shellwords */
	bool assignment; /* of its value becomes one word */
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

/* The word, if it is one, ends AT this place in the text; an odd one is then as it stands there. */
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

/* The VALUE of the variable AT this place in the text. Each word that ends within it has made room for its zero: a blank. */
static void put_value(struct shellwords *s, struct taking *t, const char *value, const char *at, bool quoted)
{
	for (; *value; value++)
		if (!quoted && !t->assignment && strchr(" \t\n", *value))
			end_word(s, t, at);
		else
			put(s, t, *value);
}

/* Behind the expansion at P, which is another than that of a variable: a command, a sum, a parameter, a value in case. */
static const char *skip_expansion(struct shellwords *s, const char *p)
{
	int open = *p == '`' ? '`' : p[1], close = open == '(' ? ')' : open == '{' ? '}' : open;
	unsigned int depth = 0;

	if (*p == '$' && open != '(' && open != '{')
		return p + 2;
	if (*p == '$')
		p++;
	do {
		if (*p == open && (open != '`' || !depth))
			depth++;
		else if (*p == close)
			depth--;
		s->at += *p == '\n';
		if (*p == '\\' && p[1])
			p++;
		p++;
	} while (*p && depth);
	s->open = s->open || depth;
	return p;
}

/* A '$' or '`' at P, if QUOTED within "". Returns what follows the expansion. */
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

/* Between the quotes that begin at P. Returns what follows them. */
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
	s->open = s->open || !*p;
	return *p ? p + 1 : p;
}

/* What stands together in the text; where its value is not known, as it stands there. */
static void take_word(struct shellwords *s, struct taking *t)
{
	const char *p = s->next;

	begin_word(s, t, p);
	t->assignment = shell_assignment(p);
	while (*p && !strchr(" \t\r\n;&|<>", *p)) {
		if (joins(p)) {
			p = skip_join(s, p);
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

/* A redirection, with what it leads to, is no word. */
static bool skip_redirection(struct shellwords *s)
{
	const char *p = s->next + strspn(s->next, "0123456789");
	struct taking nowhere = { .max = 0 };
	char *before = s->room;
	bool many = s->many;

	if (*p != '<' && *p != '>')
		return false;
	s->next = p + strspn(p, "<>&|");
	skip_blank(s);
	take_word(s, &nowhere);
	s->room = before;
	s->many = many;
	return true;
}

int shell_command(struct shellwords *s, char *words[], int max)
{
	struct taking t = { .words = words, .max = max };
	static char twice[] = ";;";
	bool begun = false;

	s->many = s->open = false;
	s->odd = 0;
	for (;;) {
		bool end;

		skip_blank(s);
		end = !*s->next || strchr("\n;&|", *s->next);
		if (end && (t.n || !*s->next))
			return t.n;
		if (!begun)
			s->line = s->at;
		if (end && !strncmp(s->next, ";;", 2)) {
			s->next += 2;
			words[0] = twice;
			return 1;
		}
		if (end) {
			s->at += *s->next++ == '\n';
			begun = false;
			continue;
		}
		begun = true;
		if (!skip_redirection(s))
			take_word(s, &t);
	}
}
