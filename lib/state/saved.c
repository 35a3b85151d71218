/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/saved.h"
#include "base/parse.h"

/* How a kind of entry is written in the journal: WORD and its values, WORDS words in all. */
struct saved_row {
	const char *word;
	int words;
	int (*parse)(struct saved_list *list, char *words[], struct err *err);
	void (*print)(const struct saved *entry, FILE *out);
	/* Are the two about the same object? Then one is enough. */
	bool (*equal)(const struct saved *a, const struct saved *b);
};

static int parse_sysctl(struct saved_list *list, char *words[], struct err *err)
{
	return saved_add_sysctl(list, words[1], words[2], words[3], err);
}

static void print_sysctl(const struct saved *entry, FILE *out)
{
	fprintf(out, "%s %s %s", entry->sysctl.key, entry->sysctl.value, entry->sysctl.made);
}

static bool equal_sysctl(const struct saved *a, const struct saved *b)
{
	return !strcmp(a->sysctl.key, b->sysctl.key);
}

static int parse_addr(struct saved_list *list, char *words[], struct err *err)
{
	struct net6 net;
	const char *why;

	if (!parse_ifname(words[1], &why))
		return err_usage(err, words[1], "%s", why);
	if (!parse_ipv6_net_host(words[2], 128, &net, &why))
		return err_usage(err, words[2], "%s", why);
	return saved_add_addr(list, words[1], &net, err);
}

static void print_addr(const struct saved *entry, FILE *out)
{
	char net[NET6_TEXT];

	fprintf(out, "%s %s", entry->addr.ifname, net6_text(&entry->addr.net, net));
}

static bool equal_addr(const struct saved *a, const struct saved *b)
{
	return !strcmp(a->addr.ifname, b->addr.ifname) && net6_equal(&a->addr.net, &b->addr.net);
}

#define ALL_OF_IT "." /* cannot be a name */

static int parse_down(struct saved_list *list, char *words[], struct err *err)
{
	enum role role = role_of_word(words[1]);
	const char *why;

	if (!role)
		return err_usage(err, words[1], "is not a role");
	if (!strcmp(words[2], ALL_OF_IT) && role & (ROLE_SERVER | ROLE_NAT))
		return saved_add_down(list, role, "", err);
	if (role == ROLE_CLIENT ? !parse_ifname(words[2], &why) : !parse_peer_name(words[2], &why))
		return err_usage(err, words[2], "%s", why);
	return saved_add_down(list, role, words[2], err);
}

static void print_down(const struct saved *entry, FILE *out)
{
	fprintf(out, "%s %s", role_word(entry->down.role), entry->down.name[0] ? entry->down.name : ALL_OF_IT);
}

static bool equal_down(const struct saved *a, const struct saved *b)
{
	return a->down.role == b->down.role && !strcmp(a->down.name, b->down.name);
}

static const struct saved_row saved_rows[] = {
	[SAVED_SYSCTL] = { "sysctl", 4, parse_sysctl, print_sysctl, equal_sysctl },
	[SAVED_ADDR] = { "made", 3, parse_addr, print_addr, equal_addr },
	[SAVED_DOWN] = { "down", 3, parse_down, print_down, equal_down },
};

#define KINDS (sizeof(saved_rows) / sizeof(*saved_rows))

static struct saved *saved_find(const struct saved_list *list, const struct saved *entry)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].kind == entry->kind && saved_rows[entry->kind].equal(&list->items[i], entry))
			return &list->items[i];
	return NULL;
}

static bool saved_append(struct saved_list *list, const struct saved *entry)
{
	struct saved *grown = realloc(list->items, (list->n + 1) * sizeof(*grown));

	if (!grown)
		return false;
	list->items = grown;
	grown[list->n++] = *entry;
	return true;
}

static void saved_forget(struct saved_list *list, const struct saved *entry)
{
	struct saved *has = saved_find(list, entry);

	if (!has)
		return;
	list->n--;
	memmove(has, has + 1, (size_t)(list->items + list->n - has) * sizeof(*has));
}

int saved_copy(struct saved_list *list, const struct saved_list *from, struct err *err)
{
	list->items = malloc((from->n + !from->n) * sizeof(*list->items));
	list->n = list->items ? from->n : 0;
	if (!list->items)
		return err_sys(err, ENOMEM, "journal");
	if (from->n)
		memcpy(list->items, from->items, from->n * sizeof(*list->items));
	return 0;
}

void saved_free(struct saved_list *list)
{
	free(list->items);
	memset(list, 0, sizeof(*list));
}

const struct saved *saved_next(const struct saved_list *list, enum saved_kind kind, size_t *at)
{
	while (*at < list->n)
		if (list->items[(*at)++].kind == kind)
			return &list->items[*at - 1];
	return NULL;
}

int saved_parse(struct saved_list *list, int n, char *words[], struct err *err)
{
	for (size_t i = 0; i < KINDS; i++)
		if (!strcmp(words[0], saved_rows[i].word) && n == saved_rows[i].words)
			return saved_rows[i].parse(list, words, err);
	return 1;
}

void saved_print(const struct saved_list *list, FILE *out)
{
	const struct saved *entry;

	for (size_t i = 0; i < KINDS; i++)
		for (size_t at = 0; (entry = saved_next(list, (enum saved_kind)i, &at));) {
			fprintf(out, "%s ", saved_rows[i].word);
			saved_rows[i].print(entry, out);
			fputc('\n', out);
		}
}

static struct saved entry_of_sysctl(const char *key)
{
	struct saved entry = { .kind = SAVED_SYSCTL };

	snprintf(entry.sysctl.key, sizeof(entry.sysctl.key), "%s", key);
	return entry;
}

int saved_add_sysctl(struct saved_list *list, const char *key, const char *value, const char *made, struct err *err)
{
	struct saved entry = entry_of_sysctl(key), *has = saved_find(list, &entry);

	if (strlen(key) >= sizeof(entry.sysctl.key) || strlen(value) >= sizeof(entry.sysctl.value) ||
	    strlen(made) >= sizeof(entry.sysctl.made))
		return err_usage(err, key, "is too long for a sysctl");
	/* The key becomes a path below /proc/sys that we write to. */
	if ((strncmp(key, "net/ipv6/conf/", 14) && strncmp(key, "net/ipv4/conf/", 14)) || strstr(key, "/../"))
		return err_usage(err, key, "is not a sysctl that sitctl sets");
	snprintf(entry.sysctl.value, sizeof(entry.sysctl.value), "%s", value);
	snprintf(entry.sysctl.made, sizeof(entry.sysctl.made), "%s", made);
	if (has) {
		memcpy(has->sysctl.made, entry.sysctl.made, sizeof(has->sysctl.made));
		return 0;
	}
	return saved_append(list, &entry) ? 0 : err_sys(err, ENOMEM, "sysctl %s", key);
}

const struct saved_sysctl *saved_find_sysctl(const struct saved_list *list, const char *key)
{
	struct saved entry = entry_of_sysctl(key), *has = saved_find(list, &entry);

	return has ? &has->sysctl : NULL;
}

void saved_forget_sysctl(struct saved_list *list, const char *key)
{
	struct saved entry = entry_of_sysctl(key);

	saved_forget(list, &entry);
}

bool saved_has_leaf(const struct saved_list *list, const char *leaf)
{
	const struct saved *entry;

	for (size_t at = 0; (entry = saved_next(list, SAVED_SYSCTL, &at));) {
		const char *last = strrchr(entry->sysctl.key, '/');

		if (last && !strcmp(last + 1, leaf))
			return true;
	}
	return false;
}

static struct saved entry_of_addr(const char *ifname, const struct net6 *net)
{
	struct saved entry = { .kind = SAVED_ADDR };

	snprintf(entry.addr.ifname, sizeof(entry.addr.ifname), "%s", ifname);
	entry.addr.net = *net;
	return entry;
}

int saved_add_addr(struct saved_list *list, const char *ifname, const struct net6 *net, struct err *err)
{
	struct saved entry = entry_of_addr(ifname, net);

	return saved_find(list, &entry) || saved_append(list, &entry) ? 0
								      : err_sys(err, ENOMEM, "address on %s", ifname);
}

bool saved_has_addr(const struct saved_list *list, const char *ifname, const struct net6 *net)
{
	struct saved entry = entry_of_addr(ifname, net);

	return saved_find(list, &entry);
}

void saved_forget_addr(struct saved_list *list, const char *ifname, const struct net6 *net)
{
	struct saved entry = entry_of_addr(ifname, net);

	saved_forget(list, &entry);
}

static struct saved entry_of_down(enum role role, const char *name)
{
	struct saved entry = { .kind = SAVED_DOWN, .down.role = role };

	snprintf(entry.down.name, sizeof(entry.down.name), "%s", name);
	return entry;
}

int saved_add_down(struct saved_list *list, enum role role, const char *name, struct err *err)
{
	struct saved entry = entry_of_down(role, name);

	return saved_find(list, &entry) || saved_append(list, &entry) ? 0 : err_sys(err, ENOMEM, "journal");
}

bool saved_has_down(const struct saved_list *list, enum role role, const char *name)
{
	struct saved entry = entry_of_down(role, name);

	return saved_find(list, &entry);
}

void saved_forget_down(struct saved_list *list, enum role role, const char *name)
{
	struct saved entry = entry_of_down(role, name);

	saved_forget(list, &entry);
}
