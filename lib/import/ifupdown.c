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

#define OPTIONS_MAX 256	  /* of one stanza */
#define COMMANDS_MAX 4096 /* of other interfaces */
#define OWN "sitctl-"	  /* prefix of the options of sitctl's hook */

struct option {
	char *name, *value;
	unsigned int line;
};

/* An `iface` stanza, read completely before its kind is known. */
struct stanza {
	const char *name, *family, *method, *more;
	unsigned int line;
	struct option options[OPTIONS_MAX];
	size_t n;
};

/* Commands of other interfaces, which may be about a tunnel that comes later. */
struct commands {
	struct {
		struct option option;
		const char *ifname;
	} options[COMMANDS_MAX];
	size_t n;
};

struct reader {
	struct stanza stanza;
	struct commands commands;
	bool in_mapping; /* whose lines are not options */

	struct inherited {
		const char *base;
		unsigned int line;
	} inherited[IMPORTED_MAX]; /* stanzas that inherit another's options */
	size_t n_inherited;
};

static char *skip(char *p)
{
	return p + strspn(p, " \t\r");
}

/* Terminate the word at P; returns what follows. */
static char *cut(char *p)
{
	p += strcspn(p, " \t\r");
	if (*p)
		*p++ = '\0';
	return skip(p);
}

/* The next line in *TEXT, joined with its continuation lines unless it is a comment; *LINE, *NEXT: the line numbers. */
static char *next_line(char **text, unsigned int *line, unsigned int *next)
{
	char *from = *text, *end = from;
	bool comment = *skip(from) == '#';

	if (!*from)
		return NULL;
	*line = *next;
	for (;;) {
		end += strcspn(end, "\n");
		++*next;
		if (!*end || end == from || end[-1] != '\\' || comment)
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

/* Options that take it down, belong to another one, or hold for every sitctl tunnel: with any value, or off. */
static bool says_nothing(const struct stanza *s, const struct option *o)
{
	static const char *const names[] = { "pre-down",     "down",  "post-down",   "dad-attempts",
					     "dad-interval", "scope", "description", NULL };
	static const char *const off[] = { "accept_ra", "autoconf", "privext", NULL };

	return import_among(o->name, names) || (!strcmp(o->name, "mode") && !strcmp(s->method, "tunnel")) ||
	       (import_among(o->name, off) && !strcmp(o->value, "0")) ||
	       (!strcmp(o->name, "netmask") && option(s, "address")) ||
	       (!strcmp(o->name, "metric") && option(s, "gateway"));
}

/* All values are on one line. */
static void take_own(struct import *im, struct imported *t, const struct option *o)
{
	char name[64];

	snprintf(name, sizeof(name), "%s", o->name + strlen(OWN));
	/* As in the environment of a hook. */
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

/* Report it once, and not as missing again. */
static void take_no_value(struct import *im, const struct stanza *s, struct imported *t, const struct option *o)
{
	import_error(im, o->name, "has no value");
	if (t && !strcmp(o->name, "endpoint"))
		import_set(im, t, "remote", import_unknown);
	else if (!strcmp(o->name, "address"))
		import_address(im, s->name, import_unknown, 64);
}

static void take_option(struct import *im, const struct stanza *s, struct imported *t, const struct option *o)
{
	im->line = o->line;
	if (!*o->value)
		take_no_value(im, s, t, o);
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

/* Does COMMAND create a tunnel? Try to read it. */
static bool makes_tunnel(const char *command, const char *ifname)
{
	struct import im = { .n = 0 };
	bool makes;

	import_script(&im, command, 1, ifname);
	makes = im.n || im.refused;
	import_free(&im);
	return makes;
}

static bool has_own(const struct stanza *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strncmp(s->options[i].name, OWN, strlen(OWN)))
			return true;
	return false;
}

/* The method `tunnel` exists for other tunnels, too. */
static bool has_method(const struct stanza *s)
{
	const char *mode = option(s, "mode");

	return (!strcmp(s->family, "inet6") && !strcmp(s->method, "v4tunnel")) ||
	       (!strcmp(s->method, "tunnel") && mode && !strcmp(mode, "sit"));
}

/* Report a stanza of another interface that is nevertheless about a tunnel, of an unsupported kind or form. */
static void name_other(struct import *im, const struct stanza *s)
{
	const char *mode = option(s, "mode"), *tunnel_mode = option(s, "tunnel-mode");

	if (!strcmp(s->method, "6to4")) {
		import_error(im, s->name, "is a tunnel without a far end (6to4), which sitctl does not support");
		im->refused = true;
	} else if (!strcmp(s->method, "tunnel")) {
		import_other(im, s->name, mode ? mode : s->method);
	} else if (tunnel_mode && strcmp(tunnel_mode, "sit")) {
		import_other(im, s->name, tunnel_mode);
	} else if (tunnel_mode || option(s, "endpoint")) {
		import_error(im, tunnel_mode ? "tunnel-mode" : "endpoint",
			     "is supported only in a stanza with 'inet6' and method 'v4tunnel'");
		im->refused = true;
	}
}

/* Stanzas that inherit the options of a tunnel's, which may stand after them. */
static void name_inherited(struct import *im, const struct reader *r)
{
	for (size_t i = 0; i < r->n_inherited; i++) {
		im->line = r->inherited[i].line;
		if (import_find(im, r->inherited[i].base))
			import_error(im, r->inherited[i].base,
				     "is a tunnel that another stanza inherits, which is not supported: write that "
				     "stanza out in full");
	}
}

static bool same_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = text; (p = strstr(p, word)); p += len)
		if ((p == text || strchr(" \t'\"", p[-1])) && (!p[len] || strchr(" \t'\";&|", p[len])))
			return true;
	return false;
}

static bool discards(const char *command)
{
	return strstr(command, " unreachable ") || strstr(command, " blackhole ") || strstr(command, " prohibit ");
}

/* Commands of other interfaces: those that discard the unused part of a tunnel's prefix, or that name a tunnel. */
static void take_commands(struct import *im, struct commands *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct option *o = &c->options[i].option;
		bool takes = (!strcmp(c->options[i].ifname, "lo") && strstr(o->value, "route")) || discards(o->value);

		for (size_t k = 0; !takes && k < im->n; k++)
			takes = same_word(o->value, name_text(im->tunnels[k].spec.name));
		if (takes)
			import_script(im, o->value, o->line, c->options[i].ifname);
	}
}

/* Keep those of S until all tunnels are known. */
static void keep_commands(struct import *im, const struct stanza *s, struct commands *c)
{
	for (size_t i = 0; i < s->n; i++) {
		if (!is_command(s->options[i].name))
			continue;
		if (c->n == COMMANDS_MAX) {
			im->line = s->options[i].line;
			import_error(im, s->options[i].name, "is one command too many");
			return;
		}
		c->options[c->n].option = s->options[i];
		c->options[c->n++].ifname = s->name;
	}
}

/* Begin the tunnel of a stanza. False if the stanza is not about one, or it is refused. */
static bool begin_tunnel(struct import *im, const struct stanza *s, struct imported **t)
{
	bool own = has_own(s), method = has_method(s);

	/* A further stanza of the same interface. */
	*t = own || method ? NULL : import_find(im, s->name);
	if (*t || (!own && !method))
		return *t;
	*t = import_tunnel(im, s->name);
	if (*t)
		(*t)->own_words = own;
	return *t;
}

static void take_options(struct import *im, const struct stanza *s, struct imported *t)
{
	if (*s->more)
		import_error(im, s->more, "is not understood in 'iface'");
	for (size_t i = 0; i < s->n; i++) {
		const struct option *o = &s->options[i];

		im->line = o->line;
		if (has_own(s) && !strncmp(o->name, OWN, strlen(OWN)))
			take_own(im, t, o);
		else
			take_option(im, s, t, o);
	}
}

/* Commands create a tunnel: if it is that of the stanza, its options apply to it, else to another interface. */
static void take_both(struct import *im, const struct stanza *s)
{
	static const char *const of_method[] = { "endpoint", "ttl", "local", NULL };
	struct imported *t;

	for (size_t i = 0; i < s->n; i++)
		if (is_command(s->options[i].name))
			take_option(im, s, NULL, &s->options[i]);
	t = import_find(im, s->name);
	for (size_t i = 0; t && i < s->n; i++) {
		const struct option *o = &s->options[i];

		im->line = o->line;
		if (import_among(o->name, of_method))
			import_error(im, o->name, "is an option of method v4tunnel, which this stanza does not have");
		else if (!is_command(o->name))
			take_option(im, s, t, o);
	}
}

static void take_stanza(struct import *im, struct reader *r)
{
	const struct stanza *s = &r->stanza;
	struct imported *t;

	if (!s->name)
		return;
	im->line = s->line;
	if (begin_tunnel(im, s, &t)) {
		take_options(im, s, t);
		return;
	}
	if (has_own(s) || has_method(s))
		return; /* it was refused */
	for (size_t i = 0; i < s->n; i++)
		if (is_command(s->options[i].name) && makes_tunnel(s->options[i].value, s->name)) {
			take_both(im, s);
			return;
		}
	if (!strcmp(s->family, "inherits") && r->n_inherited < IMPORTED_MAX)
		r->inherited[r->n_inherited++] = (struct inherited){ s->method, s->line };
	name_other(im, s);
	keep_commands(im, s, &r->commands);
}

static void begin_stanza(struct stanza *s, char *words, unsigned int line)
{
	s->n = 0; /* options are not cleared: there may be thousands of stanzas */
	s->line = line;
	s->name = words;
	s->family = cut(words);
	s->method = cut((char *)s->family);
	s->more = cut((char *)s->method);
	if (!*words)
		s->name = NULL;
}

/* Does WORD end a stanza? */
static bool begins_other(struct import *im, const char *word)
{
	static const char *const heads[] = {
		"auto", "mapping", "rename", "no-auto-down", "no-scripts", "template", NULL
	};
	static const char *const sources[] = { "source", "source-directory", "source-dir", NULL };

	if (import_among(word, sources)) {
		import_error(im, word, "is not followed: name that file as well");
		return true;
	}
	return import_among(word, heads) || !strncmp(word, "allow-", 6);
}

/* A line that is not a comment: WORD, and the REST. */
static void take_line(struct import *im, struct reader *r, char *word, char *rest)
{
	struct stanza *s = &r->stanza;
	unsigned int line = im->line;

	if (!strcmp(word, "iface")) {
		take_stanza(im, r);
		begin_stanza(s, rest, line);
		r->in_mapping = false;
	} else if (begins_other(im, word)) {
		take_stanza(im, r);
		r->in_mapping = !strcmp(word, "mapping");
		s->name = NULL;
		s->n = 0;
	} else if (s->name && s->n < OPTIONS_MAX) {
		s->options[s->n++] = (struct option){ word, rest, im->line };
	} else if (!r->in_mapping) {
		import_error(im, word, s->name ? "is one option too many" : "is outside any stanza");
	}
}

void import_ifupdown(struct import *im, char *text)
{
	struct reader *r = calloc(1, sizeof(*r));
	unsigned int line = 1, next = 1;

	im->all_interfaces = true;
	if (!r) {
		im->no_memory = true;
		return;
	}
	for (char *word; (word = next_line(&text, &line, &next));) {
		im->line = line;
		if (*word && *word != '#')
			take_line(im, r, word, cut(word));
	}
	take_stanza(im, r);
	name_inherited(im, r);
	take_commands(im, &r->commands);
	free(r);
}
