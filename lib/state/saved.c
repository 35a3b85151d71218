/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal's notes in memory: sysctl values from before, addresses put on others' interfaces. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/saved.h"

struct saved *saved_find(const struct journal *j, const char *key)
{
	for (size_t i = 0; i < j->n_saved; i++)
		if (!strcmp(j->saved[i].key, key))
			return &j->saved[i];
	return NULL;
}

int saved_add(struct journal *j, const char *key, const char *value, const char *made, struct err *err)
{
	struct saved *f = saved_find(j, key), *grown;

	if (strlen(key) >= sizeof(f->key) || strlen(value) >= sizeof(f->value) || strlen(made) >= sizeof(f->made))
		return err_usage(err, key, "is too long for a sysctl");
	/* It becomes a path below /proc/sys, and is written to. */
	if ((strncmp(key, "net/ipv6/conf/", 14) && strncmp(key, "net/ipv4/conf/", 14)) || strstr(key, "/../"))
		return err_usage(err, key, "is not a sysctl that sitctl sets");
	if (!f) {
		grown = realloc(j->saved, (j->n_saved + 1) * sizeof(*grown));
		if (!grown)
			return err_sys(err, ENOMEM, "sysctl %s", key);
		j->saved = grown;
		f = &j->saved[j->n_saved++];
		snprintf(f->key, sizeof(f->key), "%s", key);
		snprintf(f->value, sizeof(f->value), "%s", value);
	}
	snprintf(f->made, sizeof(f->made), "%s", made);
	return 0;
}

void saved_forget(struct journal *j, const char *key)
{
	struct saved *f = saved_find(j, key);

	if (f)
		*f = j->saved[--j->n_saved];
}

/* Where the address is in the list, or NULL. */
static struct addr *find_in_made(const struct journal *j, const char *ifname, const struct net6 *net)
{
	for (size_t i = 0; i < j->n_made; i++)
		if (!strcmp(j->made[i].ifname, ifname) && net6_equal(&j->made[i].net, net))
			return &j->made[i];
	return NULL;
}

bool made_find(const struct journal *j, const char *ifname, const struct net6 *net)
{
	return find_in_made(j, ifname, net);
}

int made_add(struct journal *j, const char *ifname, const struct net6 *net, struct err *err)
{
	struct addr *grown;

	if (find_in_made(j, ifname, net))
		return 0;
	grown = realloc(j->made, (j->n_made + 1) * sizeof(*grown));
	if (!grown)
		return err_sys(err, ENOMEM, "address on %s", ifname);
	j->made = grown;
	memset(&grown[j->n_made], 0, sizeof(*grown));
	grown[j->n_made].net = *net;
	snprintf(grown[j->n_made].ifname, IFNAMSIZ, "%s", ifname);
	j->n_made++;
	return 0;
}

void made_forget(struct journal *j, const char *ifname, const struct net6 *net)
{
	struct addr *a = find_in_made(j, ifname, net);

	if (a)
		*a = j->made[--j->n_made];
}
