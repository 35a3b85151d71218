/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Import of a script: which of its commands say something of a tunnel. */
#include <stdlib.h>
#include <string.h>

#include "import/iproute2.h"
#include "base/shellwords.h"
#include "import/importers.h"
#include "import/ipcommand.h"

#define VARIABLES_MAX 64
#define EXPANDED_MAX 65536 /* bytes that values of variables bring, in all */

static bool has(int n, char *words[], const char *a, const char *b)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(words[i], a) || (b && !strcmp(words[i], b)))
			return true;
	return false;
}

/* Packet filters: what keeps protocol 41 out of connection tracking, or clamps the MSS, sitctl does as well. */
static void filter_command(struct import *im, int n, char *words[])
{
	bool table = has(n, words, "table", "chain") && !has(n, words, "rule", NULL);

	if (has(n, words, "delete", "-D") || has(n, words, "notrack", "NOTRACK") ||
	    has(n, words, "--notrack", "TCPMSS") || has(n, words, "maxseg", NULL))
		return;
	if (table && (n < 6 || !strstr(words[n - 1], "policy drop")))
		return;
	import_error(im, words[0],
		     "is a rule of a packet filter: look whether 'notrack', 'mss-clamp', 'source-filter' or "
		     "'simple-security' do it");
}

static void sysctl_command(struct import *im, int n, char *words[])
{
	for (int i = 1; i < n; i++)
		if (words[i][0] != '-' && !strstr(words[i], "forwarding=1") && !strstr(words[i], "disable_ipv6=0"))
			import_error(im, words[i], "is not a sysctl that sitctl sets for a tunnel");
}

/* A script while it is read: its variables, and what of them was named. */
struct script {
	struct import *im;
	struct variable {
		char *name, *value; /* without a value: it is known to who runs the script only */
	} variables[VARIABLES_MAX];
	size_t n;
	char *told[ERRORS_MAX];
	size_t n_told;
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

/* VALUE may be NULL. */
static void set_variable(struct script *s, const char *name, size_t len, const char *value)
{
	struct variable *v = find_variable(s, name, len);

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
	free(s);
}

/* What only a shell knows: each is named once, at its first use. */
static void name_unknown(struct script *s, const char *word)
{
	for (size_t i = 0; i < s->n_told; i++)
		if (!strcmp(s->told[i], word))
			return;
	import_error(s->im, word, "has a value that only the script knows when it runs");
	if (s->n_told < ERRORS_MAX && (s->told[s->n_told] = strdup(word)))
		s->n_told++;
}

/* Those of the words that are assignments. */
static void assign(struct script *s, int n, char *words[], uint64_t odd)
{
	for (int i = 0; i < n; i++) {
		size_t len = shell_assignment(words[i]);
		const char *value = words[i] + len + 1;

		/* Arrays are known to a shell only, as is what comes behind a value. */
		if (len)
			set_variable(s, words[i], len,
				     words[i][len] == '+' || *value == '(' || (odd >> i & 1) ? NULL : value);
	}
}

/* Sets variables, or makes them unknown. False where the command is another one. */
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
			set_variable(s, words[i], strlen(words[i]), NULL);
	/* What a loop repeats is read once, and so it is named. */
	return strcmp(words[0], "for");
}

/* How many words stand before the command itself: a pattern of `case`, words of the shell, variables for it alone. */
static int words_before(struct import *im, int n, char *words[])
{
	static const char *const plain[] = { "sudo", "then", "else",	"do",	"{", "(",
					     "!",    "exec", "command", "time", NULL };
	static const char *const conditions[] = { "if", "elif", "while", "until", NULL };
	int i = 0;

	/* `case WORD in PATTERN) COMMAND` in one line. */
	if (n > 2 && !strcmp(words[0], "case") && !strcmp(words[2], "in"))
		i = 3;
	for (; i < n; i++) {
		bool condition = import_among(words[i], conditions);

		if (condition)
			import_error(im, words[i], "is not decided here: what depends on it is read either way");
		if (!condition && !import_among(words[i], plain) && !shell_assignment(words[i]) &&
		    words[i][strlen(words[i]) - (words[i][0] != '\0')] != ')')
			break;
	}
	return i;
}

static void take_ip(struct script *s, int n, char *words[], uint64_t odd)
{
	for (int i = 0; i < n; i++)
		if (odd >> i & 1) {
			name_unknown(s, words[i]);
			words[i] = import_unknown;
		}
	import_ip(s->im, n, words);
}

static void take_command(struct script *s, int n, char *words[], uint64_t odd)
{
	static const char *const silent[] = { "modprobe", "set", "echo", "exit",   "true",   ":",      "case", "esac",
					      "sleep",	  "fi",	 "done", ";;",	   "printf", "insmod", "[",    "[[",
					      "test",	  "}",	 ")",	 "return", "false",  "shift",  NULL };
	static const char *const filters[] = { "nft", "iptables", "ip6tables", NULL };
	const char *slash;
	int before;

	if (variable_command(s, n, words, odd))
		return;
	before = words_before(s->im, n, words);
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
		filter_command(s->im, n, words);
	else if (!strcmp(words[0], "sysctl"))
		sysctl_command(s->im, n, words);
	else if (!import_among(words[0], silent))
		import_error(s->im, words[0], "is not a command that is understood");
}

static void read_script(struct script *script, struct shellwords *s)
{
	char *words[IP_WORDS_MAX];
	bool down = false;
	int n;

	while ((n = shell_command(s, words, IP_WORDS_MAX))) {
		script->im->line = s->line;
		if (s->open || s->many)
			import_error(script->im, words[0], s->open ? "a quote is not closed" : "has too many words");
		/* What takes the tunnel down again says nothing that is not said before. */
		down = !strcmp(words[0], "down)") || !strcmp(words[0], "stop)") || (down && strcmp(words[0], ";;"));
		if (!down && !s->open && !s->many)
			take_command(script, n, words, s->odd);
	}
}

void import_script(struct import *im, const char *text, unsigned int first, const char *iface)
{
	char *room = malloc(strlen(text) + 2 + EXPANDED_MAX);
	struct script *script = calloc(1, sizeof(*script));
	struct shellwords s = { .next = text, .room = room, .at = first, .value = value_of, .left = EXPANDED_MAX };

	if (room && script) {
		script->im = im;
		s.variables = script;
		if (*iface)
			set_variable(script, "IFACE", strlen("IFACE"), iface);
		read_script(script, &s);
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
