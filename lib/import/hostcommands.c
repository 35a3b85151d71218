/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "import/hostcommands.h"
#include "import/ipcommand.h"

static bool has(int n, char *words[], const char *a, const char *b)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(words[i], a) || (b && !strcmp(words[i], b)))
			return true;
	return false;
}

/* Packet filters: sitctl, too, keeps protocol 41 out of connection tracking and clamps the MSS. */
void import_filter(struct import *im, int n, char *words[])
{
	bool table = has(n, words, "table", "chain") && !has(n, words, "rule", NULL);

	if (has(n, words, "delete", "-D") || has(n, words, "notrack", "NOTRACK") ||
	    has(n, words, "--notrack", "TCPMSS") || has(n, words, "maxseg", NULL))
		return;
	if (table && (n < 6 || !strstr(words[n - 1], "policy drop")))
		return;
	import_error(im, words[0],
		     "is a packet filter rule: check whether 'notrack', 'mss-clamp', 'source-filter' or "
		     "'simple-security' replaces it");
}

static void set_sysctl(struct import *im, const char *name, const char *value)
{
	struct import_item *item;

	if (strstr(value, "ipv6") && strstr(value, "forwarding=1")) {
		item = import_item(im, IMPORT_FORWARDING, "");
		if (item)
			snprintf(item->value, sizeof(item->value), "%s", name);
	} else if (!strstr(value, "forwarding=1") && !strstr(value, "disable_ipv6=0")) {
		import_error(im, name, "is not a sysctl that sitctl sets for a tunnel");
	}
}

void import_sysctl(struct import *im, int n, char *words[])
{
	for (int i = 1; i < n; i++)
		if (words[i][0] != '-')
			set_sysctl(im, words[i], words[i]);
}

/* What `echo` and the like write to a file. */
void import_written(struct import *im, int n, char *words[], const char *into)
{
	static const char *const nowhere[] = { "", "/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", NULL };
	char value[VALUE_TEXT];

	if (!into || import_among(into, nowhere))
		return;
	snprintf(value, sizeof(value), "%s=%s", into, n > 1 ? words[n - 1] : "");
	if (!strncmp(into, "/proc/sys/", strlen("/proc/sys/")))
		set_sysctl(im, into, value);
	else
		import_error(im, into, "is a file that this line writes, which is not imported");
}
