/* SPDX-License-Identifier: GPL-2.0-or-later */
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

/* Between the quotes that begin at P. Returns what follows them. */
static const char *take_quoted(struct shellwords *s, const char *p)
{
	char quote = *p++;

	while (*p && *p != quote) {
		if (quote == '"' && joins(p)) {
			p = skip_join(s, p);
			continue;
		}
		if (quote == '"' && *p == '\\' && p[1] && strchr("\"\\$`", p[1]))
			p++;
		s->at += *p == '\n';
		*s->room++ = *p++;
	}
	s->open = s->open || !*p;
	return *p ? p + 1 : p;
}

static char *take_word(struct shellwords *s)
{
	const char *p = s->next;
	char *word = s->room;

	while (*p && !strchr(" \t\r\n;&|<>", *p)) {
		if (joins(p)) {
			p = skip_join(s, p);
		} else if (*p == '\'' || *p == '"') {
			p = take_quoted(s, p);
		} else {
			if (*p == '\\' && p[1])
				p++;
			*s->room++ = *p++;
		}
	}
	*s->room++ = '\0';
	s->next = p;
	return word;
}

/* A redirection, with what it leads to, is no word. */
static bool skip_redirection(struct shellwords *s)
{
	const char *p = s->next + strspn(s->next, "0123456789");
	char *before = s->room;

	if (*p != '<' && *p != '>')
		return false;
	s->next = p + strspn(p, "<>&|");
	skip_blank(s);
	take_word(s);
	s->room = before;
	return true;
}

int shell_command(struct shellwords *s, char *words[], int max)
{
	static char twice[] = ";;";
	int n = 0;

	s->many = s->open = false;
	for (;;) {
		bool end;

		skip_blank(s);
		end = !*s->next || strchr("\n;&|", *s->next);
		if (end && (n || !*s->next))
			return n;
		if (!n)
			s->line = s->at;
		if (end && !strncmp(s->next, ";;", 2)) {
			s->next += 2;
			words[0] = twice;
			return 1;
		}
		if (end) {
			s->at += *s->next++ == '\n';
			continue;
		}
		if (skip_redirection(s))
			continue;
		if (n < max)
			words[n++] = take_word(s);
		else
			s->many = take_word(s);
	}
}
