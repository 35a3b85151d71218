/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Import of a script: which of its commands say something of a tunnel. */
#include <stdlib.h>
#include <string.h>

#include "import/iproute2.h"
#include "base/shellwords.h"
#include "import/importers.h"
#include "import/ipcommand.h"

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

static void take_command(struct import *im, const char *iface, int n, char *words[])
{
	static const char *const silent[] = { "modprobe", "set",   "echo", "exit", "true",   ":",      "case",
					      "esac",	  "sleep", "fi",   ";;",   "printf", "insmod", NULL };
	static const char *const filters[] = { "nft", "iptables", "ip6tables", NULL };
	const char *slash;

	for (int i = 0; i < n; i++)
		if (*iface && (!strcmp(words[i], "$IFACE") || !strcmp(words[i], "${IFACE}")))
			words[i] = (char *)iface;
	while (n && (!strcmp(words[0], "sudo") || words[0][strlen(words[0]) - (words[0][0] != '\0')] == ')')) {
		words++;
		n--;
	}
	if (!n)
		return;
	slash = strrchr(words[0], '/');
	if (slash)
		words[0] = (char *)slash + 1;
	if (!strcmp(words[0], "ip"))
		import_ip(im, n, words);
	else if (import_among(words[0], filters))
		filter_command(im, n, words);
	else if (!strcmp(words[0], "sysctl"))
		sysctl_command(im, n, words);
	else if (!import_among(words[0], silent))
		import_error(im, words[0], "is not a command that is understood");
}

void import_script(struct import *im, const char *text, unsigned int first, const char *iface)
{
	char *room = malloc(strlen(text) + 2), *words[IP_WORDS_MAX];
	struct shellwords s = { .next = text, .room = room, .at = first };
	bool down = false;
	int n;

	if (!room) {
		im->no_memory = true;
		return;
	}
	while ((n = shell_command(&s, words, IP_WORDS_MAX))) {
		im->line = s.line;
		if (s.open || s.many)
			import_error(im, words[0], s.open ? "a quote is not closed" : "has too many words");
		/* What takes the tunnel down again says nothing that is not said before. */
		down = !strcmp(words[0], "down)") || !strcmp(words[0], "stop)") || (down && strcmp(words[0], ";;"));
		if (!down && !s.open && !s.many)
			take_command(im, iface, n, words);
	}
	free(room);
}

void import_iproute2(struct import *im, char *text)
{
	im->all_interfaces = true;
	import_script(im, text, 1, "");
}
