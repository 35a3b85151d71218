/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Import of /etc/network/interfaces: method v4tunnel, commands that make a tunnel, and sitctl's own options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "import/import.h"
#include "import/importers.h"
#include "import/ipcommand.h"
#include "import/iproute2.h"

#define OPTIONS_MAX 256 /* of one stanza */
#define OWN "sitctl-"	/* begins an option of sitctl's hook */

struct option {
	char *name, *value;
	unsigned int line;
};

/* A stanza `iface`, read whole before it is known what it is. */
struct stanza {
	const char *name, *method, *more;
	bool inet6;
	unsigned int line;
	struct option options[OPTIONS_MAX];
	size_t n;
};

static char *skip(char *p)
{
	return p + strspn(p, " \t\r");
}

/* Cut the word at P off; returns what follows. */
static char *cut(char *p)
{
	p += strcspn(p, " \t\r");
	if (*p)
		*p++ = '\0';
	return skip(p);
}

/* The next line in *TEXT, with those that it goes on in; *LINE is its number, *NEXT that of the following one. */
static char *next_line(char **text, unsigned int *line, unsigned int *next)
{
	char *from = *text, *end = from;

	if (!*from)
		return NULL;
	*line = *next;
	for (;;) {
		end += strcspn(end, "\n");
		++*next;
		if (!*end || end == from || end[-1] != '\\')
			break;
		end[-1] = end[0] = ' ';
	}
	*text = *end ? end + 1 : end;
	*end = '\0';
	while (end > from && strchr(" \t\r", end[-1]))
		*--end = '\0';
	return skip(from);
}

static bool is_command(const char *name)
{
	static const char *const hooks[] = { "pre-up", "up", "post-up", NULL };

	return import_among(name, hooks);
}

static const char *option(const struct stanza *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->options[i].name, name))
			return s->options[i].value;
	return NULL;
}

/* What takes it down again, belongs to another option, or is so with a tunnel of sitctl anyway: with any value, or off. */
static bool says_nothing(const struct stanza *s, const struct option *o)
{
	static const char *const names[] = { "pre-down",     "down",  "post-down",   "dad-attempts",
					     "dad-interval", "scope", "description", NULL };
	static const char *const off[] = { "accept_ra", "autoconf", "privext", NULL };

	return import_among(o->name, names) || (import_among(o->name, off) && !strcmp(o->value, "0")) ||
	       (!strcmp(o->name, "netmask") && option(s, "address")) ||
	       (!strcmp(o->name, "metric") && option(s, "gateway"));
}

/* Several values stand in one line. */
static void take_own(struct import *im, struct imported *t, const struct option *o)
{
	char name[64];

	snprintf(name, sizeof(name), "%s", o->name + strlen(OWN));
	/* As the environment of a hook has it. */
	for (char *p = name; *p; p++)
		if (*p == '_')
			*p = '-';
	for (char *value = o->value, *rest; *value; value = rest) {
		rest = cut(value);
		import_set(im, t, name, value);
	}
}

static void take_address(struct import *im, const struct stanza *s, const char *value)
{
	const char *mask = option(s, "netmask"), *why;
	uint32_t len = 64;

	if (mask && !strchr(value, '/') && !parse_u32(mask, 1, 128, &len, &why))
		import_error(im, mask, "%s", why);
	import_address(im, s->name, value, (uint8_t)len);
}

static void take_option(struct import *im, const struct stanza *s, struct imported *t, const struct option *o)
{
	im->line = o->line;
	if (!*o->value)
		import_error(im, o->name, "has no value");
	else if (is_command(o->name))
		import_script(im, o->value, o->line, s->name);
	else if (!strcmp(o->name, "address"))
		take_address(im, s, o->value);
	else if (!strcmp(o->name, "endpoint"))
		import_set(im, t, "remote", o->value);
	else if (!strcmp(o->name, "local"))
		import_local(im, t, o->value);
	else if (!strcmp(o->name, "ttl"))
		import_ttl(im, t, o->value);
	else if (!strcmp(o->name, "mtu"))
		import_set(im, t, "mtu", o->value);
	else if (!strcmp(o->name, "gateway"))
		import_route(im, &(struct import_route){ .to = "default",
							 .gateway = o->value,
							 .ifname = s->name,
							 .metric = option(s, "metric") });
	else if (!says_nothing(s, o))
		import_error(im, o->name, "is an option that is not understood");
}

/* Do its commands make a tunnel? */
static bool makes_tunnel(const struct stanza *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_command(s->options[i].name) &&
		    (strstr(s->options[i].value, "tunnel add") || strstr(s->options[i].value, "type sit")))
			return true;
	return false;
}

static bool has_own(const struct stanza *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strncmp(s->options[i].name, OWN, strlen(OWN)))
			return true;
	return false;
}

/* Routes to the loopback interface discard what is unused of a tunnel's prefix. */
static void take_loopback(struct import *im, const struct stanza *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_command(s->options[i].name) && strstr(s->options[i].value, "route"))
			import_script(im, s->options[i].value, s->options[i].line, s->name);
}

/* Begin the tunnel of a stanza. False where the stanza is not of one, or it is refused. */
static bool begin_tunnel(struct import *im, const struct stanza *s, struct imported **t)
{
	bool own = has_own(s), v4tunnel = s->inet6 && !strcmp(s->method, "v4tunnel");

	/* A further stanza of the same interface. */
	*t = own || v4tunnel ? NULL : import_find(im, s->name);
	if (*t)
		return true;
	if (!own && !v4tunnel)
		return makes_tunnel(s);
	*t = import_tunnel(im, s->name);
	if (*t)
		(*t)->own_words = own;
	return *t;
}

static void take_stanza(struct import *im, const struct stanza *s)
{
	bool own = has_own(s);
	struct imported *t;

	if (!s->name)
		return;
	im->line = s->line;
	if (!strcmp(s->name, "lo"))
		take_loopback(im, s);
	if (!begin_tunnel(im, s, &t))
		return; /* another interface */
	if (*s->more)
		import_error(im, s->more, "is not understood in 'iface'");
	for (size_t i = 0; i < s->n; i++) {
		const struct option *o = &s->options[i];

		im->line = o->line;
		if (own && !strncmp(o->name, OWN, strlen(OWN)))
			take_own(im, t, o);
		/* Commands made it: only they, its addresses and its route are of interest. */
		else if (!t && (!strcmp(o->name, "endpoint") || !strcmp(o->name, "ttl") || !strcmp(o->name, "local") ||
				!strcmp(o->name, "mtu")))
			import_error(im, o->name, "belongs to method v4tunnel");
		else
			take_option(im, s, t, o);
	}
}

static void begin_stanza(struct stanza *s, char *words, unsigned int line)
{
	char *family;

	s->n = 0; /* options are not erased: there may be stanzas by the thousand */
	s->line = line;
	s->name = words;
	family = cut(words);
	s->method = cut(family);
	s->more = cut((char *)s->method);
	s->inet6 = !strcmp(family, "inet6");
	if (!*words)
		s->name = NULL;
}

/* Words that end a stanza. Returns whether WORD is one. */
static bool begins_other(struct import *im, const char *word)
{
	static const char *const heads[] = {
		"auto", "mapping", "rename", "no-auto-down", "no-scripts", "template", NULL
	};

	if (!strcmp(word, "source") || !strcmp(word, "source-directory")) {
		import_error(im, word, "is not followed: name that file too");
		return true;
	}
	return import_among(word, heads) || !strncmp(word, "allow-", 6);
}

void import_ifupdown(struct import *im, char *text)
{
	/* Other stanzas are not read: what stands in one of a tunnel belongs to it. */
	struct stanza *s = calloc(1, sizeof(*s));
	unsigned int line = 1, next = 1;

	im->all_interfaces = true;
	if (!s) {
		im->no_memory = true;
		return;
	}
	for (char *word, *rest; (word = next_line(&text, &line, &next));) {
		im->line = line;
		if (!*word || *word == '#')
			continue;
		rest = cut(word);
		if (!strcmp(word, "iface")) {
			take_stanza(im, s);
			begin_stanza(s, rest, line);
		} else if (begins_other(im, word)) {
			take_stanza(im, s);
			s->name = NULL;
			s->n = 0;
		} else if (s->name && s->n < OPTIONS_MAX) {
			s->options[s->n++] = (struct option){ word, rest, line };
		} else if (s->name) {
			import_error(im, word, "is one option too many");
		}
	}
	take_stanza(im, s);
	free(s);
}
