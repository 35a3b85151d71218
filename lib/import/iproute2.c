/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Import of a script: find its commands that are about a tunnel. */
#include <stdlib.h>
#include <string.h>

#include "import/iproute2.h"
#include "base/shellwords.h"
#include "import/hostcommands.h"
#include "import/importers.h"
#include "import/ipcommand.h"

#define VARIABLES_MAX 64
#define FUNCTIONS_MAX 64
#define EXPANDED_MAX 65536 /* total size of expanded variables, in bytes */

/* A script being read: its variables, those reported as unknown, and its functions. */
struct script {
	struct import *im;
	struct shellwords words;
	struct variable {
		char *name, *value; /* without a value: known only when the script runs */
	} variables[VARIABLES_MAX];
	size_t n;
	char *told[ERRORS_MAX];
	size_t n_told;
	struct function {
		char *name;
		unsigned int line;
		bool called;
	} functions[FUNCTIONS_MAX];
	size_t n_functions;
	unsigned int depth;   /* of `if` and loops */
	unsigned int cases;   /* `case` in `case` */
	bool pattern;	      /* a pattern comes next */
	unsigned int down_in; /* the `case` whose branch that takes the tunnel down is being read, or 0 */
	bool all_down;	      /* all patterns of the branch so far are about that */
	unsigned int case_line;
	unsigned int branch; /* of the outermost `case`, numbered across all of them */
	unsigned int acting; /* the last branch that is about a tunnel, or 0 */
	bool case_named;
	bool tested; /* the command before `&&` or `||` is a test, or depends on one */
};

static struct variable *find_variable(struct script *s, const char *name, size_t len)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strncmp(s->variables[i].name, name, len) && !s->variables[i].name[len])
			return &s->variables[i];
	return NULL;
}

static const char *value_of(void *script, const char *name, size_t len)
{
	const struct variable *v = find_variable(script, name, len);

	return v ? v->value : NULL;
}

/* VALUE may be NULL. DEPENDS: the assignment is conditional. */
static void set_variable(struct script *s, const char *name, size_t len, const char *value, bool depends)
{
	struct variable *v = find_variable(s, name, len);

	if (v && depends && (!v->value || !value || strcmp(v->value, value)))
		value = NULL;

	if (!v && s->n == VARIABLES_MAX) {
		import_error(s->im, name, "is one variable too many");
		return;
	}
	if (!v) {
		v = &s->variables[s->n];
		v->value = NULL;
		v->name = strndup(name, len);
		if (!v->name) {
			s->im->no_memory = true;
			return;
		}
		s->n++;
	}
	free(v->value);
	v->value = value ? strdup(value) : NULL;
	s->im->no_memory = s->im->no_memory || (value && !v->value);
}

static void free_script(struct script *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->variables[i].name);
		free(s->variables[i].value);
	}
	for (size_t i = 0; i < s->n_told; i++)
		free(s->told[i]);
	for (size_t i = 0; i < s->n_functions; i++)
		free(s->functions[i].name);
	free(s);
}

static struct function *find_function(struct script *s, const char *name)
{
	for (size_t i = 0; i < s->n_functions; i++)
		if (!strcmp(s->functions[i].name, name))
			return &s->functions[i];
	return NULL;
}

static void add_function(struct script *s, const char *name, unsigned int line)
{
	struct function *f = &s->functions[s->n_functions];

	if (find_function(s, name) || s->n_functions == FUNCTIONS_MAX)
		return;
	f->name = strdup(name);
	f->line = line;
	if (f->name)
		s->n_functions++;
	else
		s->im->no_memory = true;
}

/* Find the functions in the text of W, which may be called before their definition. */
static void find_functions(struct script *s, struct shellwords w)
{
	char *words[IP_WORDS_MAX];
	int n;

	while ((n = shell_command(&w, words, IP_WORDS_MAX)))
		if (w.function || (n > 1 && !strcmp(words[0], "function")))
			add_function(s, words[n > 1], w.line);
}

/* The commands of functions were read once, where they are defined, as if they were called. */
static void name_uncalled(struct script *s)
{
	for (size_t i = 0; i < s->n_functions; i++) {
		s->im->line = s->functions[i].line;
		if (!s->functions[i].called)
			import_error(s->im, s->functions[i].name,
				     "is a function that is never called: its commands are read as if it were");
	}
}

/* Values that only a shell knows: each is reported once, at its first use. */
static void name_unknown(struct script *s, const char *word)
{
	for (size_t i = 0; i < s->n_told; i++)
		if (!strcmp(s->told[i], word))
			return;
	import_error(s->im, word, "has a value that is known only when the script runs");
	if (s->n_told < ERRORS_MAX && (s->told[s->n_told] = strdup(word)))
		s->n_told++;
}

/* Carry out the words that are assignments. */
static void assign(struct script *s, int n, char *words[], uint64_t odd)
{
	bool depends = s->depth || s->cases || s->words.depth || s->words.chained || !strcmp(words[0], "local");

	for (int i = 0; i < n; i++) {
		size_t len = shell_assignment(words[i]);
		const char *value = words[i] + len + 1;

		/* Arrays are known only to a shell, as is a value that something follows. */
		if (len)
			set_variable(s, words[i], len, words[i][len] == '+' || (odd >> i & 1) ? NULL : value, depends);
	}
}

/* Set variables, or make them unknown. False if it is another command. */
static bool variable_command(struct script *s, int n, char *words[], uint64_t odd)
{
	static const char *const keywords[] = { "export", "readonly", "local", "declare", "typeset", NULL };
	static const char *const given[] = { "unset", "read", "for", "getopts", NULL };
	int assignments = 0;

	while (assignments < n && shell_assignment(words[assignments]))
		assignments++;
	if (n && (assignments == n || import_among(words[0], keywords))) {
		assign(s, n, words, odd);
		return true;
	}
	if (!n || !import_among(words[0], given))
		return false;
	for (int i = 1; i < n; i++)
		if (shell_is_name(words[i]))
			set_variable(s, words[i], strlen(words[i]), NULL, false);
	/* The body of a loop is read once, which is reported. */
	return strcmp(words[0], "for");
}

/* Skip the options of `sudo` at words[I]. Returns the index after them. */
static int behind_options(int n, char *words[], int i)
{
	static const char *const with_value[] = {
		"-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "-r", "-t", NULL
	};

	for (; i < n && words[i][0] == '-'; i++)
		i += import_among(words[i], with_value);
	return i < n ? i : n;
}

/* The number of words before the command itself: a program that runs it, variables for it alone. */
static int words_before(int n, char *words[])
{
	static const char *const plain[] = { "exec", "command", "nohup", NULL };
	int i = 0;

	while (i < n)
		if (!strcmp(words[i], "sudo") || !strcmp(words[i], "doas"))
			i = behind_options(n, words, i + 1);
		else if (import_among(words[i], plain) || shell_assignment(words[i]))
			i++;
		else
			break;
	return i;
}

/* The number of reserved words before that. A condition is reported. */
static int reserved_words(struct script *s, int n, char *words[])
{
	static const char *const plain[] = { "then", "else", "do", "{", "!", "time", NULL };
	static const char *const conditions[] = { "if", "elif", "while", "until", NULL };
	int i = 0;

	while (i < n)
		if (!strcmp(words[i], "function")) {
			i += n - i < 2 ? 1 : 2;
		} else if (import_among(words[i], conditions)) {
			s->depth += strcmp(words[i], "elif") != 0;
			if (!s->down_in)
				import_error(s->im, words[i],
					     "is not evaluated: what depends on it is read in either case");
			i++;
		} else if (import_among(words[i], plain)) {
			i++;
		} else {
			break;
		}
	if (i < n && !strcmp(words[i], "for"))
		s->depth++;
	else if (i < n && s->depth && (!strcmp(words[i], "fi") || !strcmp(words[i], "done")))
		s->depth--;
	return i;
}

/* This branch is about a tunnel: report it if another one was, too. */
static void note_branch(struct script *s)
{
	unsigned int line = s->im->line;

	if (s->acting && s->acting != s->branch && !s->case_named) {
		s->im->line = s->case_line;
		import_error(s->im, "case", "is not evaluated: several of its branches are read");
		s->im->line = line;
		s->case_named = true;
	}
	s->acting = s->branch;
}

static void take_ip(struct script *s, int n, char *words[], uint64_t odd)
{
	static const char *const looking[] = { "show", "list", "get", NULL };
	bool depends = s->tested && s->words.chained && n > 2 && !import_among(words[2], looking);
	size_t tunnels = s->im->n, items = s->im->n_items;

	for (int i = 0; i < n; i++)
		if (odd >> i & 1) {
			name_unknown(s, words[i]);
			words[i] = import_unknown;
		}
	import_ip(s->im, n, words);
	if (s->cases && (s->im->n > tunnels || s->im->n_items > items))
		note_branch(s);
	if (depends)
		import_error(s->im, "test", "is not evaluated: what depends on it is read in either case");
}

/* Commands that say nothing about a tunnel. */
static bool is_silent(const char *command)
{
	static const char *const silent[] = { "modprobe", "set",  "exit",   "true",  ":",     "sleep",
					      "fi",	  "done", "insmod", "[",     "[[",    "]]",
					      "test",	  "}",	  "return", "false", "shift", "break",
					      "continue", "cd",	  "logger", "ping",  "ping6", "grep",
					      "lsmod",	  "wait", "umask",  "$0",    NULL };

	return import_among(command, silent);
}

static bool call(struct script *s, const char *name)
{
	struct function *f = find_function(s, name);

	if (f)
		f->called = true;
	return f;
}

/* Commands of net-tools: a tunnel that they create is not reported as missing again. */
static void name_old(struct import *im, int n, char *words[])
{
	import_error(im, words[0], "is not a command that is understood: use 'ip' instead");
	im->refused = im->refused || (n > 1 && !strcmp(words[0], "iptunnel") && !strcmp(words[1], "add")) ||
		      (n > 3 && !strcmp(words[0], "ifconfig") && !strcmp(words[n - 2], "tunnel"));
}

static void take_command(struct script *s, int n, char *words[], uint64_t odd)
{
	static const char *const filters[] = { "nft", "iptables", "ip6tables", NULL };
	static const char *const writers[] = { "echo", "printf", NULL };
	static const char *const old[] = { "ifconfig", "route", "iptunnel", NULL };
	const char *slash;
	int before;

	if (variable_command(s, n, words, odd))
		return;
	before = words_before(n, words);
	words += before;
	n -= before;
	if (!n)
		return;
	odd >>= before;
	slash = odd & 1 ? NULL : strrchr(words[0], '/');
	if (slash)
		words[0] = (char *)slash + 1;
	if (!strcmp(words[0], "ip"))
		take_ip(s, n, words, odd);
	else if (import_among(words[0], filters))
		import_filter(s->im, n, words);
	else if (!strcmp(words[0], "sysctl"))
		import_sysctl(s->im, n, words);
	else if (import_among(words[0], writers))
		import_written(s->im, n, words, s->words.into);
	else if (!strcmp(words[0], "for"))
		import_error(s->im, words[0], "is not executed: what it repeats is read once");
	else if (import_among(words[0], old))
		name_old(s->im, n, words);
	else if (!is_silent(words[0]) && !call(s, words[0]))
		import_error(s->im, words[0], "is not a command that is understood");
}

/* A pattern before the ')' of a branch, or before a '|' there. */
static void take_pattern(struct script *s, const char *pattern)
{
	static const char *const down[] = { "down", "stop", NULL };

	s->all_down = s->all_down && import_among(pattern, down);
	if (s->words.end != ')')
		return;
	s->pattern = false;
	s->branch += s->cases == 1;
	/* What takes the tunnel down adds nothing to what set it up. */
	if (s->all_down && !s->down_in)
		s->down_in = s->cases;
}

/* `case`: the word that is matched does not matter. False if it is another command. */
static bool case_command(struct script *s, int n, char *words[])
{
	bool begins = !strcmp(words[0], "case") && n > 2, next = s->cases && !strcmp(words[0], ";;");
	bool pattern = s->pattern || (begins && n > 3);

	if (s->cases && !strcmp(words[0], "esac")) {
		if (s->down_in == s->cases--)
			s->down_in = 0;
		s->pattern = false;
		return true;
	}
	if (begins && !s->cases++) {
		s->case_line = s->im->line;
		s->acting = 0;
		s->case_named = false;
	}
	if (begins || next)
		s->pattern = s->all_down = true;
	if (next && s->down_in == s->cases)
		s->down_in = 0;
	if (pattern)
		take_pattern(s, words[n - 1]);
	return pattern || begins || next;
}

static void read_command(struct script *s, int n, char *words[])
{
	static const char *const tests[] = { "[", "[[", "test", NULL };
	bool tested;
	int reserved = s->pattern ? 0 : reserved_words(s, n, words);

	n -= reserved;
	words += reserved;
	if (!n || case_command(s, n, words) || s->words.function)
		return;
	if (s->down_in) {
		call(s, words[0]);
		return;
	}
	tested = import_among(words[0], tests) || (s->tested && s->words.chained);
	take_command(s, n, words, s->words.odd >> reserved);
	s->tested = tested;
}

static void read_script(struct script *s)
{
	char *words[IP_WORDS_MAX];
	int n;

	while ((n = shell_command(&s->words, words, IP_WORDS_MAX))) {
		s->im->line = s->words.line;
		if (s->words.open || s->words.many)
			import_error(s->im, words[0], "%s", s->words.open ? s->words.open : "has too many words");
		else
			read_command(s, n, words);
	}
	s->im->line = s->words.line;
	if (s->words.open)
		import_error(s->im, "<", "%s", s->words.open);
}

void import_script(struct import *im, const char *text, unsigned int first, const char *iface)
{
	char *room = malloc(strlen(text) + 2 + EXPANDED_MAX);
	struct script *script = calloc(1, sizeof(*script));

	if (room && script) {
		script->im = im;
		if (*iface)
			set_variable(script, "IFACE", strlen("IFACE"), iface, false);
		script->words = (struct shellwords){ .next = text, .room = room, .at = first };
		find_functions(script, script->words);
		script->words.value = value_of;
		script->words.variables = script;
		script->words.left = EXPANDED_MAX;
		read_script(script);
		name_uncalled(script);
		free_script(script);
	} else {
		im->no_memory = true;
		free(script);
	}
	free(room);
}

void import_iproute2(struct import *im, char *text)
{
	im->all_interfaces = true;
	import_script(im, text, 1, "");
}
