/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "import/ipwords.h"

const char *ip_peek(const struct ip_command *ip)
{
	return ip->at < ip->n ? ip->words[ip->at] : NULL;
}

bool ip_is(const char *word, const char *full)
{
	return *word && !strncmp(full, word, strlen(word));
}

static const struct ip_word *find_word(const struct ip_word *table, const char *word)
{
	for (; word && table->name; table++)
		if (!strcmp(table->name, word))
			return table;
	return NULL;
}

void ip_odd(struct ip_command *ip, const char *word, const char *value)
{
	if (word != import_unknown && value != import_unknown && ip->n_odd < IP_WORDS_MAX)
		ip->odd[ip->n_odd++] = word;
}

/* WORD is not in the table. Its value, if it has one, is not either. */
static void unknown(struct ip_command *ip, const struct ip_word *table, const char *word, bool early)
{
	if (!early)
		ip_odd(ip, word, NULL);
	if (ip_peek(ip) && !find_word(table, ip_peek(ip)))
		ip->at++;
}

void ip_walk(struct ip_command *ip, const struct ip_word *table, const char **free_word, bool early)
{
	while (ip_peek(ip) && !ip->wrong) {
		const char *word = ip->words[ip->at++], *value = NULL;
		const struct ip_word *w = find_word(table, word);

		if (!w && free_word && (!*free_word || *free_word == word)) {
			*free_word = word;
			continue;
		}
		if (!w) {
			unknown(ip, table, word, early);
			continue;
		}
		value = w->form == FLAG ? NULL : ip_peek(ip);
		if (w->form != FLAG && !value) {
			import_error(ip->im, word, "has no value");
			ip->wrong = true;
			return;
		}
		ip->at += value != NULL;
		if (w->take && w->early == early)
			w->take(ip, word, value);
		if (w->form == LAST)
			return;
	}
}

void ip_walk_early(struct ip_command *ip, const struct ip_word *table, const char **free_word)
{
	int at = ip->at;

	ip_walk(ip, table, free_word, true);
	ip->at = at;
}

static const char *object_text(const struct ip_command *ip, char *buf, size_t size)
{
	snprintf(buf, size, "ip %.24s", ip->object);
	return buf;
}

void ip_name_odd(struct ip_command *ip)
{
	char text[32];

	for (int i = 0; i < ip->n_odd; i++)
		import_error(ip->im, ip->odd[i], "is not understood in '%s'", object_text(ip, text, sizeof(text)));
}

void ip_keep_odd(struct ip_command *ip, enum import_kind kind, const char *ifname, const char *gateway)
{
	char text[32];

	for (int i = 0; i < ip->n_odd; i++)
		import_odd(ip->im, kind, ifname, gateway, object_text(ip, text, sizeof(text)), ip->odd[i]);
}

void ip_take_name(struct ip_command *ip, const char *word, const char *value)
{
	(void)word;
	ip->name = value;
}
